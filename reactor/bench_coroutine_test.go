package reactor

import (
	"runtime"
	"testing"
	"time"
)

func BenchmarkRunCoroutineWait(b *testing.B) {
	r := benchReactor(b)
	body := func(*Coroutine) (int, error) { return 42, nil }
	for b.Loop() {
		if v, err := RunCoroutineOn(r, body).Wait(time.Second); v != 42 || err != nil {
			b.Fatal(v, err)
		}
	}
}

// The row's other half is BenchmarkRunInReactorWait_goroutine.

// inBody measures step in the body of a coroutine.
func inBody(b *testing.B, step func(r *Reactor, co *Coroutine)) {
	r := benchReactor(b)
	e := RunCoroutineOn(r, func(co *Coroutine) (int, error) {
		for b.Loop() {
			step(r, co)
		}
		return 0, nil
	})
	<-e.Done()
}

func BenchmarkAwaitFired(b *testing.B) {
	inBody(b, func(r *Reactor, co *Coroutine) {
		if v, err := Await(co, SucceedOn(r, 42)); v != 42 || err != nil {
			b.Error(v, err)
		}
	})
}

// The Deferred is fired by a callback, as what a reactor waits for is.
func BenchmarkAwaitPending(b *testing.B) {
	inBody(b, func(r *Reactor, co *Coroutine) {
		d := NewDeferredOn[int](r, nil)
		r.Call(func() { d.Callback(42) })
		if v, err := Await(co, d); v != 42 || err != nil {
			b.Error(v, err)
		}
	})
}

func BenchmarkAwaitPending_channels(b *testing.B) {
	b.ReportAllocs()
	ask, answers := make(chan int), make(chan int)
	go func() {
		for range ask {
			answers <- 42
		}
	}()
	for b.Loop() {
		ask <- 1
		if <-answers != 42 {
			b.Fatal()
		}
	}
	close(ask)
}

// BenchmarkSwitch has two bodies take turns: each fires what the other awaits, and awaits.
// So it is two switches by way of the loop, there and back.
func BenchmarkSwitch(b *testing.B) {
	r := benchReactor(b)
	var waits *Deferred[int]
	turns := func(more func() bool) *EventualResult[struct{}] {
		return RunCoroutineOn(r, func(co *Coroutine) (struct{}, error) {
			for more() {
				other, mine := waits, NewDeferredOn[int](r, nil)
				waits = mine
				if other != nil {
					other.Callback(42)
				}
				if v, err := Await(co, mine); v != 42 || err != nil {
					b.Error(v, err)
				}
			}
			last := waits
			waits = nil
			if last != nil {
				last.Callback(42)
			}
			return struct{}{}, nil
		})
	}
	done := false
	first := turns(func() bool {
		done = !b.Loop()
		return !done
	})
	second := turns(func() bool { return !done })
	<-first.Done()
	<-second.Done()
}

// BenchmarkSuspendedMemory reports, as bytes/suspended, what a coroutine that awaits a
// pending Deferred holds, with its goroutine and its EventualResult.
func BenchmarkSuspendedMemory(b *testing.B) {
	const suspended = 100_000
	r := benchReactor(b)
	results := make([]*EventualResult[int], suspended)
	forever := NewDeferredOn[int](r, nil)
	var total uint64
	for b.Loop() {
		before := inUse()
		for i := range results {
			results[i] = RunCoroutineOn(r, func(co *Coroutine) (int, error) { return Await(co, forever) })
		}
		RunInReactorOn(r, answer).Wait(time.Minute)
		total += inUse() - before
		forever.Callback(42)
		for _, e := range results {
			if v, err := e.Wait(time.Minute); v != 42 || err != nil {
				b.Fatal(v, err)
			}
		}
		forever = NewDeferredOn[int](r, nil)
		clear(results)
	}
	b.ReportMetric(float64(total)/float64(b.N)/suspended, "bytes/suspended")
}

// inUse is heap with the stacks and the runtime's own records of goroutines.
func inUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}
