package reactor

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// typedNil implements error by a pointer that may be nil.
type typedNil struct{}

func (*typedNil) Error() string { return "typed nil" }

func pair() (int, error)           { return 1, errTest }
func triple() (int, string, error) { return 1, "a", nil }

// Emitted code of untyped cells: `return reactor.Values(…)`.
func TestValues(t *testing.T) {
	got := func(v any, err error) string { return fmt.Sprintf("%#v, %v", v, err) }
	var nilError error
	for name, c := range map[string]struct{ got, want string }{
		"none":                 {got(Values()), "<nil>, <nil>"},
		"a value":              {got(Values(1)), "1, <nil>"},
		"nil":                  {got(Values(nil)), "<nil>, <nil>"},
		"an error":             {got(Values(errTest)), "<nil>, test"},
		"a nil error":          {got(Values(nilError)), "<nil>, <nil>"},
		"a typed nil error":    {got(Values((*typedNil)(nil))), "<nil>, typed nil"},
		"value and error":      {got(Values(1, errTest)), "1, test"},
		"value and nil":        {got(Values(1, nil)), "1, <nil>"},
		"value and nil error":  {got(Values(1, nilError)), "1, <nil>"},
		"nil and nil":          {got(Values(nil, nil)), "<nil>, <nil>"},
		"nil and error":        {got(Values(nil, errTest)), "<nil>, test"},
		"values":               {got(Values(1, "a")), `[]interface {}{1, "a"}, <nil>`},
		"values and error":     {got(Values(1, "a", errTest)), `[]interface {}{1, "a"}, test`},
		"error before a value": {got(Values(nilError, 1)), "[]interface {}{interface {}(nil), 1}, <nil>"},
		"call of two":          {got(Values(pair())), "1, test"},
		"call of three":        {got(Values(triple())), `[]interface {}{1, "a"}, <nil>`},
	} {
		equal(t, name, c.got, c.want)
	}
}

// Emitted code of a typed cell that returns a call of several values: `return reactor.List(f())`.
func TestList(t *testing.T) {
	got := func(v []any, err error) string { return fmt.Sprintf("%#v, %v", v, err) }
	for name, c := range map[string]struct{ got, want string }{
		"none":          {got(List()), "[]interface {}(nil), <nil>"},
		"an error":      {got(List(errTest)), "[]interface {}{}, test"},
		"call of two":   {got(List(pair())), "[]interface {}{1}, test"},
		"call of three": {got(List(triple())), `[]interface {}{1, "a"}, <nil>`},
		"values":        {got(List(1, "a")), `[]interface {}{1, "a"}, <nil>`},
	} {
		equal(t, name, c.got, c.want)
	}
}

// A Deferred in the value of an untyped result is waited for, also nested, whatever its
// type and whether it has fired; not one inside a slice.
func TestUntypedResult(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		later := func() *Deferred[int] {
			d := NewDeferredOn[int](r, nil)
			r.CallLater(time.Second, func() { d.Callback(42) })
			return d
		}
		wait := func(body func() (any, error)) (any, error) { return RunInReactorOn(r, body).Wait(time.Minute) }
		for name, body := range map[string]func() (any, error){
			"plain":            func() (any, error) { return 42, nil },
			"Values":           func() (any, error) { return Values(42) },
			"fired":            func() (any, error) { return Values(SucceedOn(r, 42), nil) },
			"pending":          func() (any, error) { return Values(later()) },
			"fired in fired":   func() (any, error) { return SucceedOn(r, SucceedOn(r, 42)), nil },
			"pending in fired": func() (any, error) { return SucceedOn[any](r, later()), nil },
			"in pending": func() (any, error) {
				return Then(later(), func(v int) (*Deferred[int], error) { return later(), nil }), nil
			},
			"in a result of Deferreds": func() (any, error) {
				return Then(later(), func(v int) (any, error) { return SucceedOn[any](r, later()), nil }), nil
			},
		} {
			v, err := wait(body)
			equal[any](t, name, v, 42)
			wantErr(t, err, nil)
		}
		v, err := RunDeferredOn(r, func() (*Deferred[any], error) { return SucceedOn[any](r, later()), nil }).Wait(time.Minute)
		equal[any](t, "RunDeferred of any", v, 42)
		wantErr(t, err, nil)

		v, err = wait(func() (any, error) { return Values((*Deferred[int])(nil)) })
		equal[any](t, "nil Deferred", v, 0)
		wantErr(t, err, nil)
		_, err = wait(func() (any, error) { return FailOn[int](r, errTest), nil })
		wantErr(t, err, errTest)
		_, err = wait(func() (any, error) { return Values(later(), errTest) })
		wantErr(t, err, errTest)

		d := SucceedOn(r, 1)
		v, err = wait(func() (any, error) { return Values(d, 2) })
		equal[any](t, "in a slice", v, []any{d, 2})
		wantErr(t, err, nil)
	})
}

// Nesting is followed without recursion, and canceled where it stands.
func TestUntypedNesting(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		innermost := NewDeferredOn(r, func(d *Deferred[any]) { d.Callback("canceled") })
		d := innermost
		for range 100_000 {
			d = SucceedOn[any](r, d)
		}
		e := RunInReactorOn(r, func() (any, error) { return d, nil })
		_, err := e.Wait(time.Second)
		wantErr(t, err, ErrTimeout)
		e.Cancel()
		v, err := e.Wait(time.Second)
		equal[any](t, "value", v, "canceled")
		wantErr(t, err, nil)
	})
}

// D8: a Deferred that brings itself, at once or over others, fired or later.
func TestUntypedCircle(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		for size := 1; size <= 5; size++ {
			for _, fireFirst := range []bool{true, false} {
				circle := make([]*Deferred[any], size)
				for i := range circle {
					circle[i] = NewDeferredOn[any](r, nil)
				}
				fire := func() {
					for i, d := range circle {
						d.Callback(circle[(i+1)%size])
					}
				}
				if fireFirst {
					fire()
				}
				e := RunInReactorOn(r, func() (any, error) { return SucceedOn(r, circle[0]), nil })
				pass(time.Second)
				if !fireFirst {
					fire()
				}
				_, err := e.Wait(time.Second)
				wantErr(t, err, ErrCircular)
			}
		}
	})
}

// RunInReactor of a Deferred type: an error that names RunDeferred, and nothing is run.
func TestRunInReactorOfDeferred(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		e := RunInReactorOn(r, func() (*Deferred[int], error) { t.Error("the body ran"); return nil, nil })
		_, err := e.Wait(time.Second)
		if err == nil || !strings.Contains(err.Error(), "RunDeferred") || !strings.Contains(err.Error(), "Deferred[int]") {
			t.Errorf("got %v", err)
		}
		p, err := RunInReactorOn(r, func() (*int, error) { return new(int), nil }).Wait(time.Second)
		equal(t, "another pointer", *p, 0)
		wantErr(t, err, nil)
	})
}
