package reactor

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// D8: of Deferreds that come to wait for each other, in any order, on two reactors, by
// ThenDeferred and Gather and with or without others that wait, exactly those fail with
// ErrCircular whose wait would close a circle.
func TestPropertyCircles(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		r2 := New()
		r2.SetLogger(slog.New(slog.DiscardHandler)) // the failures are not looked at
		r2.Start()
		noDeadline := struct{ rapid.TB }{t} // which a bubble does not have
		rapid.Check(noDeadline, func(t *rapid.T) {
			n := rapid.IntRange(2, 12).Draw(t, "n")
			any := rapid.IntRange(0, n-1)
			home := func() *Reactor {
				if rapid.Bool().Draw(t, "elsewhere") {
					return r2
				}
				return r
			}
			starts, ds, inners := make([]*Deferred[int], n), make([]*Deferred[int], n), make([]*Deferred[int], n)
			waits := make([][]int, n)
			for i := range ds {
				starts[i] = NewDeferredOn[int](home(), nil)
				ds[i] = ThenDeferred(starts[i], func(int) (*Deferred[int], error) { return inners[i], nil })
				for range rapid.IntRange(0, 2).Draw(t, "others") {
					Then(ds[i], increment)
				}
			}
			var reaches func(from, to int) bool
			reaches = func(from, to int) bool {
				return from == to || slices.ContainsFunc(waits[from], func(next int) bool { return reaches(next, to) })
			}
			for _, i := range rapid.Permutation(slices.Collect(func(yield func(int) bool) {
				for i := range n - 1 { // the last one never fires
					if !yield(i) {
						return
					}
				}
			})).Draw(t, "order") {
				to := []int{any.Draw(t, "inner")}
				inners[i] = ds[to[0]]
				if rapid.Bool().Draw(t, "gather") {
					to = append(to, any.Draw(t, "inner"))
					inners[i] = Then(GatherOn(home(), ds[to[0]], ds[to[1]]),
						func(v []int) (int, error) { return v[0], nil })
				}
				failed := func(j int) bool { return ds[j].core.fired() }
				if slices.ContainsFunc(to, failed) {
					inners[i], to = ds[n-1], []int{n - 1} // what has failed is no wait
				}
				circular := slices.ContainsFunc(to, func(j int) bool { return reaches(j, i) })
				starts[i].Callback(0)
				synctest.Wait()
				switch {
				case ds[i].core.fired() != circular:
					t.Fatalf("%d waits for %v after %v: fired %v, a circle %v", i, to, waits, ds[i].core.fired(), circular)
				case !circular:
					waits[i] = to
				case !errors.Is(ds[i].core.err, ErrCircular):
					t.Fatal(ds[i].core.err)
				}
				for j := range ds { // what waited for it has failed too
					if ds[j].core.fired() {
						waits[j] = nil
					}
				}
			}
		})
		r2.Stop()
		<-r2.Stopped()
	})
}

// Requests one after the other, each of which waits for the one before: the time for each
// should not depend on their number.
func BenchmarkSerialised(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			r := benchReactor(b)
			for b.Loop() {
				gate := NewDeferredOn[int](r, nil)
				last := Then(gate, increment)
				for range n {
					prev := last
					last = Then(ThenDeferred(SucceedOn(r, 0), func(int) (*Deferred[int], error) { return prev, nil }), increment)
				}
				RunInReactorOn(r, answer).Wait(time.Minute) // all wait
				gate.Callback(0)
				v, err := RunDeferredOn(r, func() (*Deferred[int], error) { return last, nil }).Wait(time.Minute)
				if v != n+1 || err != nil {
					b.Fatal(v, err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/request")
		})
	}
}
