package reactor

import (
	"fmt"
	"testing"
)

// BenchmarkWaits has n Deferreds, each of which waits for the one before and has a Then, made and
// set to wait from the first to the last, or the other way round: the time for each should depend
// neither on their number nor on the orders.
func BenchmarkWaits(b *testing.B) {
	for _, made := range []string{"first", "last"} {
		for _, fired := range []string{"first", "last"} {
			for n := 1_000; n <= 64_000; n *= 4 {
				b.Run(fmt.Sprintf("made=%s/fired=%s/%d", made, fired, n), func(b *testing.B) {
					r := benchReactor(b)
					onReactor(b, r, func(next func()) { waitInLine(b, r, n, made == "last", fired == "last", next) })
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/wait")
				})
			}
		}
	}
}

// waitInLine makes n Deferreds, then has each wait for the one before, then fires the first; from
// the last to the first if backward says so.
func waitInLine(tb testing.TB, r *Reactor, n int, madeBackward, firedBackward bool, next func()) {
	each := func(backward bool, f func(i int)) {
		for i := range n {
			if backward {
				i = n - 1 - i
			}
			f(i)
		}
	}
	first := NewDeferredOn[int](r, nil)
	starts, ds := make([]*Deferred[int], n), make([]*Deferred[int], n)
	seen := 0
	each(madeBackward, func(i int) {
		starts[i] = NewDeferredOn[int](r, nil)
		ds[i] = ThenDeferred(starts[i], func(int) (*Deferred[int], error) {
			if i == 0 {
				return first, nil
			}
			return ds[i-1], nil
		})
		Then(ds[i], func(v int) (int, error) {
			if seen++; seen == n {
				next()
			}
			return v, nil
		})
	})
	each(firedBackward, func(i int) { starts[i].Callback(0) })
	r.Call(func() {
		if seen > 0 {
			tb.Error("one has not waited")
		}
		first.Callback(42)
	})
}
