package reactor

import (
	"fmt"
	"math"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// The benchmarks stand in pairs: ours, then what its row of the table "Cost" compares it
// with. bench/run runs both at once.

const outstanding = 10_000

func benchReactor(b *testing.B) *Reactor {
	r := New()
	r.Start()
	b.Cleanup(func() {
		r.Stop()
		<-r.Stopped()
	})
	b.ReportAllocs()
	return r
}

func answer() (int, error) { return 42, nil }

func BenchmarkRunInReactorWait(b *testing.B) {
	r := benchReactor(b)
	for b.Loop() {
		if v, err := RunInReactorOn(r, answer).Wait(time.Second); v != 42 || err != nil {
			b.Fatal(v, err)
		}
	}
}

func BenchmarkRunInReactorWait_goroutine(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		c := make(chan int)
		go func() { c <- 42 }()
		if <-c != 42 {
			b.Fatal()
		}
	}
}

func BenchmarkOutstandingValues(b *testing.B) { outstandingValues(b, outstanding) }

// BenchmarkOutstanding holds that the time of a result does not depend on how many there are.
func BenchmarkOutstanding(b *testing.B) {
	for _, n := range []int{1_000, 3_000, 10_000, 30_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { outstandingValues(b, n) })
	}
}

func outstandingValues(b *testing.B, n int) {
	r := benchReactor(b)
	results := make([]*EventualResult[int], n)
	for b.Loop() {
		for i := range results {
			results[i] = RunInReactorOn(r, answer)
		}
		for _, e := range results {
			if v, err := e.Wait(time.Second); v != 42 || err != nil {
				b.Fatal(v, err)
			}
		}
	}
}

func BenchmarkOutstandingValues_goroutines(b *testing.B) {
	b.ReportAllocs()
	results := make([]chan int, outstanding)
	for b.Loop() {
		for i := range results {
			c := make(chan int, 1)
			results[i] = c
			go func() { c <- 42 }()
		}
		for _, c := range results {
			if <-c != 42 {
				b.Fatal()
			}
		}
	}
}

// Every body returns a pending Deferred; once all have, they are fired, then waited for.
func BenchmarkOutstandingDeferreds(b *testing.B) {
	r := benchReactor(b)
	results := make([]*EventualResult[int], outstanding)
	deferreds := make([]*Deferred[int], outstanding)
	for b.Loop() {
		for i := range results {
			results[i] = RunDeferredOn(r, func() (*Deferred[int], error) {
				deferreds[i] = NewDeferredOn[int](r, nil)
				return deferreds[i], nil
			})
		}
		fired := RunInReactorOn(r, func() (int, error) {
			for _, d := range deferreds {
				d.Callback(42)
			}
			return len(deferreds), nil
		})
		if _, err := fired.Wait(time.Second); err != nil {
			b.Fatal(err)
		}
		for _, e := range results {
			if v, err := e.Wait(time.Second); v != 42 || err != nil {
				b.Fatal(v, err)
			}
		}
	}
}

// onReactor measures step on the loop, where Twisted's figures were taken too: step starts
// the work and has next called at its end.
func onReactor(b *testing.B, r *Reactor, step func(next func())) {
	done := make(chan struct{})
	var next func()
	next = func() {
		if b.Loop() {
			step(next)
		} else {
			close(done)
		}
	}
	r.Call(next)
	<-done
}

func BenchmarkChain10(b *testing.B) {
	r := benchReactor(b)
	increment := func(v int) (int, error) { return v + 1, nil }
	onReactor(b, r, func(next func()) {
		d := NewDeferredOn[int](r, nil)
		for range 9 {
			d.AddCallback(increment)
		}
		d.AddCallback(func(v int) (int, error) {
			if v != 9 {
				b.Error(v)
			}
			next()
			return v + 1, nil
		})
		d.Callback(0)
	})
}

func BenchmarkThen10(b *testing.B) {
	r := benchReactor(b)
	increment := func(v int) (int, error) { return v + 1, nil }
	onReactor(b, r, func(next func()) {
		first := NewDeferredOn[int](r, nil)
		d := first
		for range 9 {
			d = Then(d, increment)
		}
		Then(d, func(v int) (int, error) {
			if v != 9 {
				b.Error(v)
			}
			next()
			return v + 1, nil
		})
		first.Callback(0)
	})
}

const timers = 100_000

// delay spreads the timers over 5 ms, out of order.
func delay(i int) time.Duration { return time.Duration(i*7919%5000) * time.Microsecond }

func BenchmarkCallLater(b *testing.B) {
	r := benchReactor(b)
	for b.Loop() {
		left := timers
		done := make(chan struct{})
		f := func() {
			if left--; left == 0 {
				close(done)
			}
		}
		for i := range timers {
			r.CallLater(delay(i), f)
		}
		<-done
	}
}

func BenchmarkCallLater_afterFunc(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		var left atomic.Int64
		left.Store(timers)
		done := make(chan struct{})
		f := func() {
			if left.Add(-1) == 0 {
				close(done)
			}
		}
		for i := range timers {
			time.AfterFunc(delay(i), f)
		}
		<-done
	}
}

// BenchmarkPendingMemory reports, as bytes/pending, what a pending EventualResult and the
// pending Deferred under it hold while nobody waits.
func BenchmarkPendingMemory(b *testing.B) {
	r := benchReactor(b)
	results := make([]*EventualResult[int], outstanding)
	body := func() (*Deferred[int], error) { return NewDeferredOn[int](r, nil), nil }
	fill := func() {
		for i := range results {
			results[i] = RunDeferredOn(r, body)
		}
		RunInReactorOn(r, answer).Wait(time.Second)
	}
	fill()                          // the reactor's own queues have grown now
	least := uint64(math.MaxUint64) // what else happens in the process can only add to it
	for b.Loop() {
		clear(results)
		before := heap()
		fill()
		least = min(least, heap()-before)
	}
	b.ReportMetric(float64(least)/outstanding, "bytes/pending")
	runtime.KeepAlive(results)
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// What an error costs over a value: it is noticed, and settled by the Wait.
func BenchmarkRunInReactorWait_failing(b *testing.B) {
	r := benchReactor(b)
	fails := func() (int, error) { return 0, errTest }
	for b.Loop() {
		if _, err := RunInReactorOn(r, fails).Wait(time.Second); err != errTest {
			b.Fatal(err)
		}
	}
}
