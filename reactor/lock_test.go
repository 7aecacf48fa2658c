package reactor

import (
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
)

// D22: OtherPrimitivesTests.testLock.
func TestLock(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		defer Use(r)()
		lock := NewLock()
		first, second := lock.Acquire(), lock.Acquire()
		equal(t, "acquired", []bool{first.core.fired(), second.core.fired()}, []bool{true, false})
		lock.Release()
		equal(t, "acquired", second.core.fired(), true)
		lock.Release()

		control := NewDeferred[int](nil)
		x := Holding(lock, func() (*Deferred[int], error) { return control, nil })
		synctest.Wait()
		third := lock.Acquire()
		equal(t, "acquired", third.core.fired(), false)
		control.Callback(42)
		v, err := outcome(t, x)
		equal(t, "value", v, 42)
		wantErr(t, err, nil)
		equal(t, "acquired", third.core.fired(), true)

		fourth := lock.Acquire()
		fourth.Cancel()
		_, err = outcome(t, fourth)
		wantErr(t, err, ErrCanceled)
		lock.Release()
		equal(t, "acquired", lock.Acquire().core.fired(), true)
	})
}

// D22: OtherPrimitivesTests.test_cancelLockAfterAcquired, test_cancelLockBeforeAcquired,
// test_cancelSemaphoreAfterAcquired, test_cancelSemaphoreBeforeAcquired.
func TestCancelAcquire(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		for _, a := range []Acquirer{NewLockOn(r), NewSemaphoreOn(r, 1)} {
			holder := a.Acquire()
			holder.Cancel()
			_, err := outcome(t, holder)
			wantErr(t, err, nil)

			waiters := []*Deferred[struct{}]{a.Acquire(), a.Acquire(), a.Acquire()}
			waiters[0].Cancel()
			waiters[1].Cancel()
			_, err = outcome(t, waiters[0])
			wantErr(t, err, ErrCanceled)
			a.Release()
			_, err = outcome(t, waiters[2])
			wantErr(t, err, nil)
		}
	})
}

// D22: OtherPrimitivesTests.testSemaphore, test_semaphoreInvalidTokens; a Release too many.
func TestSemaphore(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		defer Use(r)()
		const limit = 13
		s := NewSemaphore(limit)
		for range limit {
			equal(t, "acquired", s.Acquire().core.fired(), true)
		}
		canceled, waits := s.Acquire(), s.Acquire()
		canceled.Cancel()
		equal(t, "acquired", waits.core.fired(), false)
		s.Release()
		equal(t, "acquired", waits.core.fired(), true)
		for range limit {
			s.Release()
		}
		wantPanic(t, s.Release)
		wantPanic(t, NewLockOn(r).Release)
		wantPanic(t, func() { NewSemaphoreOn(r, 0) })
		wantPanic(t, func() { NewSemaphoreOn(r, -1) })
	})
}

func wantPanic(t *testing.T, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	f()
}

// Holding releases however f ends, and whenever it is canceled.
func TestHolding(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		lock := NewLockOn(r)
		free := func(what string) {
			t.Helper()
			synctest.Wait()
			if lock.s.free != 1 {
				t.Errorf("%s: the lock is not free", what)
			}
		}
		for _, c := range []struct {
			what string
			f    func() (*Deferred[int], error)
			want error
		}{
			{"nil", func() (*Deferred[int], error) { return nil, nil }, nil},
			{"error", func() (*Deferred[int], error) { return SucceedOn(r, 1), errTest }, errTest},
			{"failure", func() (*Deferred[int], error) { return FailOn[int](r, errTest), nil }, errTest},
			{"panic", func() (*Deferred[int], error) { panic(errTest) }, errTest},
			{"Goexit", func() (*Deferred[int], error) { runtime.Goexit(); return nil, nil }, ErrGoexit},
		} {
			_, err := outcome(t, Holding(lock, c.f))
			wantErr(t, err, c.want)
			free(c.what)
		}

		never := func() (*Deferred[int], error) { t.Error("f was called"); return nil, nil }
		on(r, func() { Holding(lock, never).Cancel() }) // acquired, but f is yet to run
		free("canceled before f")

		lock.Acquire()
		d := Holding(lock, never)
		d.Cancel()
		_, err := outcome(t, d)
		wantErr(t, err, ErrCanceled)
		lock.Release()
		free("canceled while waiting")

		inner := NewDeferredOn[int](r, nil)
		d = Holding(lock, func() (*Deferred[int], error) { return inner, nil })
		synctest.Wait()
		d.Cancel()
		_, err = outcome(t, d)
		wantErr(t, err, ErrCanceled)
		equal(t, "inner canceled", inner.core.fired(), true)
		free("canceled after f")
	})
}

// D22: OtherPrimitivesTests.testQueue.
func TestQueue(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		defer Use(r)()
		const size, backlog = 2, 3
		q := NewQueue[int](QueueLimits{size, backlog})
		var gets []*Deferred[int]
		for range backlog {
			gets = append(gets, q.Get())
		}
		_, err := outcome(t, q.Get())
		wantErr(t, err, ErrQueueUnderflow)
		for i := range backlog + size {
			wantErr(t, q.Put(i), nil)
		}
		wantErr(t, q.Put(-1), ErrQueueOverflow)
		for range size {
			gets = append(gets, q.Get())
		}
		for i, d := range gets {
			v, err := outcome(t, d)
			equal(t, "value", v, i)
			wantErr(t, err, nil)
		}

		q = NewQueue[int](QueueLimits{})
		for i := range 100 {
			wantErr(t, q.Put(i), nil)
		}
		for i := range 100 {
			v, _ := outcome(t, q.Get())
			equal(t, "value", v, i)
		}

		q = NewQueue[int](QueueLimits{Size: -1, Backlog: -1})
		wantErr(t, q.Put(1), ErrQueueOverflow)
		_, err = outcome(t, q.Get())
		wantErr(t, err, ErrQueueUnderflow)
	})
}

// D22: OtherPrimitivesTests.test_cancelQueueAfterSynchronousGet, test_cancelQueueAfterGet.
func TestQueueCancel(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		q := NewQueueOn[int](r, QueueLimits{Backlog: 1})
		d := q.Get()
		q.Put(1)
		d.Cancel()
		v, err := outcome(t, d)
		equal(t, "value", v, 1)
		wantErr(t, err, nil)

		d = q.Get()
		d.Cancel()
		_, err = outcome(t, d)
		wantErr(t, err, ErrCanceled)
		d = q.Get() // there is room again
		q.Put(2)
		v, err = outcome(t, d)
		equal(t, "value", v, 2)
		wantErr(t, err, nil)
	})
}

// D22, under -race: no value is lost to a cancel or handed out twice.
func TestConcurrentQueue(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		const goroutines, each = 4, 100
		q := NewQueueOn[int](r, QueueLimits{})
		gets := make([][]*Deferred[int], goroutines)
		var wg sync.WaitGroup
		for g := range goroutines {
			wg.Go(func() {
				for i := range each {
					q.Put(g*each + i)
				}
			})
			wg.Go(func() {
				for i := range each {
					d := q.Get()
					gets[g] = append(gets[g], d)
					if i%3 == g%3 {
						d.Cancel()
					}
				}
			})
		}
		wg.Wait()
		synctest.Wait()
		seen := slices.Clone(q.values)
		for _, d := range slices.Concat(gets...) {
			if d.core.err == nil && d.core.fired() {
				seen = append(seen, d.slot.Value)
			}
		}
		slices.Sort(seen)
		for i, v := range seen {
			if i != v || len(seen) != goroutines*each {
				t.Fatalf("%d values, %d in place %d", len(seen), v, i)
			}
		}
	})
}

// D22, under -race: never more holders than the limit, and all who wait are served.
func TestConcurrentHolding(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		const goroutines, each, limit = 4, 50, 3
		s := NewSemaphoreOn(r, limit)
		holders, served := 0, 0 // the loop's
		var wg sync.WaitGroup
		for range goroutines {
			wg.Go(func() {
				for i := range each {
					d := Holding(s, func() (*Deferred[struct{}], error) {
						if holders++; holders > limit {
							t.Errorf("%d holders", holders)
						}
						return SleepOn(r, 1).Finally(func() error { holders--; return nil }), nil
					})
					d.Finally(func() error { served++; return nil })
					if i%3 == 0 {
						d.Cancel()
					}
				}
			})
		}
		wg.Wait()
		pass(goroutines * each)
		equal(t, "served", served, goroutines*each)
		equal(t, "free", s.free, limit)
	})
}

// E10, D22: nothing is handed to those who wait on a stopped reactor: a Queue keeps the value,
// and a Semaphore is free.
func TestLineOfStoppedReactor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New()
		r.Start()
		q, lock := NewQueueOn[int](r, QueueLimits{}), NewLockOn(r)
		lock.Acquire()
		q.Get()
		q.Get().AddCallback(increment)
		lock.Acquire().AddCallback(func(v struct{}) (struct{}, error) { return v, nil })
		r.Stop()
		<-r.Stopped()
		wantErr(t, q.Put(42), nil)
		equal(t, "value", q.Get().slot.Value, 42)
		lock.Release()
		equal(t, "acquired", lock.Acquire().core.fired(), true)
	})
}
