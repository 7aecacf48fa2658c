package reactor

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// seconds returns a Deferred that fires after so many of them, with their number.
func seconds(r *Reactor, n int) *Deferred[int] { return after[int](r, time.Duration(n)*time.Second, n) }

type ranged struct {
	v   int
	err error
}

func TestAsCompleted(t *testing.T) {
	for name, c := range map[string]struct {
		ds   func(r *Reactor) []*Deferred[int]
		most int
		end  func(r *Reactor, e *EventualResult[struct{}])
		want []ranged
	}{
		"in the order of their ends": {
			ds: func(r *Reactor) []*Deferred[int] {
				return []*Deferred[int]{seconds(r, 3), after[int](r, 2*time.Second, errTest), SucceedOn(r, 7), seconds(r, 1)}
			},
			want: []ranged{{7, nil}, {1, nil}, {0, errTest}, {3, nil}},
		},
		"nothing": {ds: func(*Reactor) []*Deferred[int] { return nil }},
		"left": {
			ds: func(r *Reactor) []*Deferred[int] {
				return []*Deferred[int]{seconds(r, 1), after[int](r, 2*time.Second, errTest)}
			},
			most: 1, want: []ranged{{1, nil}},
		},
		"canceled": {
			ds: func(r *Reactor) []*Deferred[int] {
				return []*Deferred[int]{seconds(r, 1), seconds(r, 5), seconds(r, 7)}
			},
			end:  func(_ *Reactor, e *EventualResult[struct{}]) { e.Cancel() },
			want: []ranged{{1, nil}, {0, ErrCanceled}, {0, ErrCanceled}},
		},
		"stopped": {
			ds: func(r *Reactor) []*Deferred[int] {
				return []*Deferred[int]{seconds(r, 1), seconds(r, 5), seconds(r, 7)}
			},
			end:  func(r *Reactor, _ *EventualResult[struct{}]) { r.Stop() },
			want: []ranged{{1, nil}, {0, ErrReactorStopped}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, r *Reactor) {
				log := new(records)
				r.SetLogger(log.logger())
				var got []ranged
				e := GoOn(r, func(co *Coroutine) error {
					for v, err := range AsCompleted(co, c.ds(r)...) {
						if got = append(got, ranged{v, err}); len(got) == c.most {
							break
						}
					}
					return nil
				})
				pass(2 * time.Second)
				if c.end != nil {
					c.end(r, e)
				}
				pass(time.Minute)
				equal(t, "outcomes", got, c.want)
				r.Stop()
				<-r.Stopped()
				log.want(t)
			})
		})
	}
}

func TestQueueAll(t *testing.T) {
	for name, c := range map[string]struct {
		end  func(r *Reactor, e *EventualResult[struct{}])
		want error
	}{
		"canceled": {func(_ *Reactor, e *EventualResult[struct{}]) { e.Cancel() }, ErrCanceled},
		"stopped":  {func(r *Reactor, _ *EventualResult[struct{}]) { r.Stop() }, ErrReactorStopped},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, r *Reactor) {
				q := NewQueueOn[int](r, QueueLimits{})
				q.Put(1)
				var got []ranged
				e := GoOn(r, func(co *Coroutine) error {
					for v, err := range q.All(co) {
						if err != nil {
							wantErr(t, err, c.want)
							return err
						}
						if got = append(got, ranged{v, err}); v == 2 {
							break // the rest is for the next
						}
					}
					for v, err := range q.All(co) {
						got = append(got, ranged{v, err})
					}
					return nil
				})
				synctest.Wait()
				for i := range 3 {
					q.Put(2 + i)
				}
				synctest.Wait()
				c.end(r, e)
				synctest.Wait()
				equal(t, "values", got, []ranged{{1, nil}, {2, nil}, {3, nil}, {4, nil}, {0, c.want}})
			})
		})
	}
}

// GatherLimit begins no more at a time than it may, in order.
func TestGatherLimit(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var work []func() (*Deferred[int], error)
		running, most := 0, 0
		var begun []int
		for i := range 10 {
			work = append(work, func() (*Deferred[int], error) {
				running++
				most = max(most, running)
				begun = append(begun, i)
				return after[int](r, time.Duration(10-i)*time.Second, i).Finally(func() error { running--; return nil }), nil
			})
		}
		v, err := RunDeferredOn(r, func() (*Deferred[[]int], error) { return GatherLimitOn(r, 4, work...), nil }).Wait(time.Hour)
		equal(t, "values", v, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
		wantErr(t, err, nil)
		equal(t, "begun", begun, v)
		equal(t, "at a time", most, 4)
		v, err = RunDeferredOn(r, func() (*Deferred[[]int], error) { return GatherLimitOn[int](r, 1), nil }).Wait(time.Hour)
		equal(t, "values of nothing", v, []int{})
		wantErr(t, err, nil)
		wantPanic(t, func() { GatherLimitOn[int](r, 0) })
	})
}

// A failure, of a Deferred or a function, or a cancel, ends what has begun, and keeps the rest from
// beginning.
func TestGatherLimitEnds(t *testing.T) {
	for name, c := range map[string]struct {
		second func(r *Reactor) (*Deferred[int], error)
		cancel bool
		want   error
	}{
		"failure":  {second: func(r *Reactor) (*Deferred[int], error) { return after[int](r, time.Second, errTest), nil }, want: errTest},
		"error":    {second: func(r *Reactor) (*Deferred[int], error) { return nil, errTest }, want: errTest},
		"panic":    {second: func(r *Reactor) (*Deferred[int], error) { panic(errTest) }, want: errTest},
		"canceled": {second: func(r *Reactor) (*Deferred[int], error) { return NewDeferredOn[int](r, nil), nil }, cancel: true, want: ErrCanceled},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, r *Reactor) {
				log := new(records)
				r.SetLogger(log.logger())
				var first *Deferred[int]
				e := RunDeferredOn(r, func() (*Deferred[[]int], error) {
					return GatherLimitOn(r, 2, func() (*Deferred[int], error) {
						first = NewDeferredOn[int](r, nil)
						return first, nil
					}, func() (*Deferred[int], error) { return c.second(r) }, func() (*Deferred[int], error) {
						t.Error("the third has begun")
						return nil, nil
					}), nil
				})
				pass(0)
				if c.cancel {
					e.Cancel()
				}
				pass(time.Minute)
				_, err := e.Wait(0)
				wantErr(t, err, c.want)
				if _, ok := errors.AsType[*FirstError](err); !ok {
					t.Errorf("got a %T", err)
				}
				equal(t, "the first was canceled", first.core.fired(), true)
				r.Stop()
				<-r.Stopped()
				log.want(t)
			})
		})
	}
}
