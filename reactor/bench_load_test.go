package reactor

import (
	"slices"
	"sync"
	"testing"
	"time"
)

// BenchmarkFairness reports by how much a timer of 1 ms is late, in the median (ns/late) and
// at worst (ns/latest), while the queue is never empty: each callback posts the next.
func BenchmarkFairness(b *testing.B) {
	r := benchReactor(b)
	stopped := false
	var busy func()
	busy = func() {
		if !stopped {
			r.Call(busy)
		}
	}
	r.Call(busy)
	var late []time.Duration
	onReactor(b, r, func(next func()) {
		due := time.Now().Add(time.Millisecond)
		r.CallLater(time.Millisecond, func() {
			late = append(late, time.Since(due))
			next()
		})
	})
	r.Call(func() { stopped = true })
	slices.Sort(late)
	b.ReportMetric(float64(late[len(late)/2]), "ns/late")
	b.ReportMetric(float64(late[len(late)-1]), "ns/latest")
}

// BenchmarkFairness_many is BenchmarkFairness with 500 timers at a time, beside 200 callbacks
// of 10 µs that post themselves again: a batch takes 2 ms.
func BenchmarkFairness_many(b *testing.B) {
	const sources, timers, work = 200, 500, 10 * time.Microsecond
	r := benchReactor(b)
	stopped := false
	var source func()
	source = func() {
		for begin := time.Now(); time.Since(begin) < work; {
		}
		if !stopped {
			r.Call(source)
		}
	}
	for range sources {
		r.Call(source)
	}
	var late []time.Duration
	onReactor(b, r, func(next func()) {
		left := timers
		for range timers {
			due := time.Now().Add(time.Millisecond)
			r.CallLater(time.Millisecond, func() {
				late = append(late, time.Since(due))
				if left--; left == 0 {
					next()
				}
			})
		}
	})
	r.Call(func() { stopped = true })
	slices.Sort(late)
	b.ReportMetric(float64(late[len(late)/2]), "ns/late")
	b.ReportMetric(float64(late[len(late)-1]), "ns/latest")
}

// BenchmarkCancelStorm has as many Deferreds canceled from the back as are fired from the
// front, at the same time, until each has met both.
func BenchmarkCancelStorm(b *testing.B) {
	r := benchReactor(b)
	ds := make([]*Deferred[int], outstanding)
	for b.Loop() {
		left := outstanding // the loop's
		done := make(chan struct{})
		ended := func(v int, err error) (int, error) {
			if left--; left == 0 {
				close(done)
			}
			return v, nil
		}
		for i := range ds {
			ds[i] = NewDeferredOn[int](r, nil).AddBoth(ended)
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			for _, d := range ds {
				d.Callback(42)
			}
		})
		wg.Go(func() {
			for i := len(ds) - 1; i >= 0; i-- {
				ds[i].Cancel()
			}
		})
		wg.Wait()
		<-done
	}
}

const crowd = 100_000

// BenchmarkCrowd has many coroutines suspended at once, then resumed.
func BenchmarkCrowd(b *testing.B) {
	r := benchReactor(b)
	results := make([]*EventualResult[int], crowd)
	for b.Loop() {
		d := NewDeferredOn[int](r, nil)
		for i := range results {
			results[i] = RunCoroutineOn(r, func(co *Coroutine) (int, error) { return Await(co, d) })
		}
		r.Call(func() { d.Callback(42) })
		for _, e := range results {
			if v, err := e.Wait(time.Minute); v != 42 || err != nil {
				b.Fatal(v, err)
			}
		}
	}
}

func BenchmarkCrowd_goroutines(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		fired := make(chan struct{})
		var wg sync.WaitGroup
		for range crowd {
			wg.Go(func() { <-fired })
		}
		close(fired)
		wg.Wait()
	}
}
