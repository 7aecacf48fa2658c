// Yaegi does not guard its own data (interp.resizeFrame, newFrame): the race detector objects to a cell
// that is evaluated while a body runs.

//go:build !race

package dynamic_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cellwrap/cellwrap/reactor/dynamic"
	"github.com/traefik/yaegi/interp"
	"github.com/traefik/yaegi/stdlib"
)

// A session is yaegi, to which a test gives one cell after the other.
type session struct {
	*interp.Interpreter
	t      *testing.T
	stderr *bytes.Buffer // where yaegi tells the lines of a panic
}

// inYaegi runs f with a session in a bubble, in which some packages are imported.
func inYaegi(t *testing.T, f func(t *testing.T, s *session)) {
	t.Helper()
	bubble(t, func(t *testing.T) {
		var stderr bytes.Buffer
		s := &session{interp.New(interp.Options{Stderr: &stderr}), t, &stderr}
		for _, symbols := range []interp.Exports{stdlib.Symbols, Symbols} {
			if err := s.Use(symbols); err != nil {
				t.Fatal(err)
			}
		}
		s.run(`import ("context"; "errors"; "fmt"; "time"; "` + dynamicPath + `")`)
		f(t, s)
	})
}

// Eval is yaegi's, and has bodies come to where they wait, so that none runs beside the next cell.
func (s *session) Eval(cell string) (reflect.Value, error) {
	defer synctest.Wait()
	return s.Interpreter.Eval(cell)
}

// run evaluates cells that do not fail.
func (s *session) run(cells ...string) {
	s.t.Helper()
	for _, cell := range cells {
		if _, err := s.Eval(cell); err != nil {
			s.t.Fatalf("%v\n%s\n%s", err, cell, s.stderr)
		}
	}
}

// value evaluates an expression.
func (s *session) value(expr string) any {
	s.t.Helper()
	v, err := s.Eval(expr)
	if err != nil {
		s.t.Fatalf("%v\n%s\n%s", err, expr, s.stderr)
	}
	return v.Interface()
}

// fails evaluates a cell and returns its error.
func (s *session) fails(cell string) error {
	s.t.Helper()
	_, err := s.Eval(cell)
	if err == nil {
		s.t.Fatalf("no error\n%s", cell)
	}
	return err
}

// result returns the outcome of the EventualResult of that name.
func (s *session) result(name string) (any, error) {
	s.t.Helper()
	return s.value(name).(*dynamic.EventualResult).Wait(time.Minute)
}

// A body that one cell starts goes on while others run, with the variables that they share, and a
// later one waits for it.
func TestYaegiState(t *testing.T) {
	inYaegi(t, func(t *testing.T, s *session) {
		s.run(`n := 1`, `result := dynamic.RunCoroutine(func(co *dynamic.Coroutine) (any, error) {
			n++
			dynamic.MustAwait(co, dynamic.Sleep(time.Second))
			n++
			return fmt.Sprint("n is ", n), nil
		})`)
		equal(t, "n while the body sleeps", s.value(`n`), 2)
		s.run(`n = 40`, `v, err := result.Wait(10*time.Millisecond)`)
		equal(t, "a Wait that is too short", s.value(`errors.Is(err, dynamic.ErrTimeout)`), true)
		equal(t, "the result", s.value(`result.String()`), "<EventualResult pending>")

		s.run(`v, err = result.Wait(2*time.Second)`)
		equal(t, "value", s.value(`v`), "n is 41")
		equal(t, "error", s.value(`fmt.Sprint(err)`), "<nil>")
		equal(t, "n", s.value(`n`), 41)

		s.run(`old := result`, `result := dynamic.RunInReactor(func() (any, error) { return v, nil })`)
		s.run(`v, err = result.Wait(time.Second)`, `w, err := old.Wait(0)`)
		equal(t, "a result of the same name", s.value(`v`), "n is 41")
		equal(t, "the one before", s.value(`w`), "n is 41")
	})
}

// An import, declarations and the start of a body can be one cell, if that is a var.
func TestYaegiOneCell(t *testing.T) {
	inYaegi(t, func(t *testing.T, s *session) {
		s.run(`import "strings"; func up(s string) string { return strings.ToUpper(s) }
		var result = dynamic.RunInReactor(func() (any, error) {
			return up("abc"), nil
		})`)
		v, err := s.result(`result`)
		equal(t, "value", v, "ABC")
		wantErr(t, err, nil)
	})
}

// An error is at the line of the cell that it is in.
func TestYaegiErrorLines(t *testing.T) {
	for _, start := range []string{"result := ", "var result = "} {
		inYaegi(t, func(t *testing.T, s *session) {
			cell := start + "dynamic.RunInReactor(func() (any, error) {\nx := 40\n\n   y := %s\nreturn y, nil\n})"
			err := s.fails(strings.Replace(cell, "%s", "nosuch(x)", 1))
			if !strings.HasPrefix(err.Error(), "4:9: ") {
				t.Errorf("an undefined name on line 4 is %q", err)
			}
			err = s.fails(strings.Replace(cell, "%s", "x x", 1))
			if !strings.Contains(err.Error(), ":4:11: ") {
				t.Errorf("a syntax error on line 4 is %q", err)
			}
		})
	}
}

// Yaegi tells where the functions begin through which a panic has come, the innermost first; that of
// a body is told by its line too.
func TestYaegiPanicLines(t *testing.T) {
	inYaegi(t, func(t *testing.T, s *session) {
		s.run("func g(m map[string]int) {\n\n\n\tm[``] = 1\n}",
			"result := dynamic.RunInReactor(func() (any, error) {\n\n\tg(nil)\n\treturn nil, nil\n})")
		_, err := s.result(`result`)
		if p, ok := errors.AsType[*dynamic.PanicError](err); !ok || len(p.Stack) == 0 {
			t.Errorf("the panic is %v", err)
		}
		equal(t, "lines", s.stderr.String(), "4:2: panic: main.g(...)\n3:2: panic: main.func(...)\n")
	})
}

// A panic in a body is its outcome, with what panic was given, and the session goes on.
func TestYaegiPanic(t *testing.T) {
	inYaegi(t, func(t *testing.T, s *session) {
		s.run(`sad := errors.New("sad")`,
			`text := dynamic.RunInReactor(func() (any, error) { panic("boom") })`,
			`failure := dynamic.RunInReactor(func() (any, error) { panic(sad) })`,
			`_, err := text.Wait(time.Second)`)
		s.run(`var p *dynamic.PanicError`)
		equal(t, "errors.As", s.value(`errors.As(err, &p)`), true)
		equal(t, "value", s.value(`p.Value.(string)`), "boom")
		s.run(`_, err = failure.Wait(time.Second)`)
		equal(t, "errors.Is", s.value(`errors.Is(err, sad)`), true)
		equal(t, "OriginalFailure", s.value(`len(failure.OriginalFailure().Stack) > 0`), true)

		s.run(`kept := dynamic.RunInReactor(func() (v any, err error) {
			defer func() { err = fmt.Errorf("recovered: %v", recover()) }()
			panic("boom")
		})`)
		_, err := s.result(`kept`)
		says(t, err, "recovered: boom")
	})
}

// A cancel from a later cell ends what an earlier one awaits; deferred functions of the body run.
func TestYaegiCancel(t *testing.T) {
	inYaegi(t, func(t *testing.T, s *session) {
		s.run(`cleaned := false`, `canceled := 0`,
			`d := dynamic.NewDeferred(func(*dynamic.Deferred) { canceled++ })`,
			`result := dynamic.RunCoroutine(func(co *dynamic.Coroutine) (any, error) {
				defer func() { cleaned = true }()
				return dynamic.MustAwait(co, d), nil
			})`)
		s.run(`result.Cancel()`, `_, err := result.Wait(time.Second)`)
		equal(t, "errors.Is", s.value(`errors.Is(err, dynamic.ErrCanceled)`), true)
		equal(t, "cleaned", s.value(`cleaned`), true)
		equal(t, "canceled", s.value(`canceled`), 1)
	})
}

// Callbacks, and the functions of Then and its like, are interpreted as well.
func TestYaegiDeferred(t *testing.T) {
	inYaegi(t, func(t *testing.T, s *session) {
		s.run(`d := dynamic.NewDeferred(nil)`,
			`d.AddCallback(func(v any) (any, error) { return v.(int) + 1, nil }).
				AddCallback(func(v any) (any, error) { return nil, fmt.Errorf("no %v", v) }).
				AddErrback(func(err error) (any, error) { return "caught " + err.Error(), nil }).
				AddBoth(func(v any, err error) (any, error) { return fmt.Sprint(v, " ", err), nil })`,
			`result := dynamic.RunInReactor(func() (any, error) { return d, nil })`,
			`err := d.Callback(41)`)
		v, err := s.result(`result`)
		equal(t, "value of the chain", v, "caught no 42 <nil>")
		wantErr(t, err, nil)
		equal(t, "a second Callback", s.value(`errors.Is(d.Callback(1), dynamic.ErrAlreadyCalled)`), true)

		s.run(`double := func(v any) (any, error) { return 2 * v.(int), nil }`,
			`slowly := func(v any) (*dynamic.Deferred, error) {
				return dynamic.DeferLater(time.Second, func() (any, error) { return v.(int) + 1, nil }), nil
			}`,
			`result := dynamic.RunDeferred(func() (*dynamic.Deferred, error) {
				return dynamic.Gather(
					dynamic.Then(dynamic.Succeed(1), double),
					dynamic.ThenDeferred(dynamic.Succeed(2), slowly),
					dynamic.DeferToGoroutine(func(ctx context.Context) (any, error) { return 4, ctx.Err() })), nil
			})`)
		v, err = s.result(`result`)
		equal(t, "values", v, []any{2, 3, 4})
		wantErr(t, err, nil)
	})
}

// An await in place gives the value to the rest of the cell, and to later ones; its failure fails the
// cell.
func TestYaegiAwaitInPlace(t *testing.T) {
	inYaegi(t, func(t *testing.T, s *session) {
		s.run(`v := dynamic.MustAwaitFor(2*time.Second, dynamic.DeferLater(time.Second, func() (any, error) { return 41, nil }))
			n := v.(int) + 1`)
		equal(t, "n", s.value(`n`), 42)

		s.run(`c := make(chan int, 1)`, `go func() { c <- 43 }()`)
		equal(t, "from a channel", s.value(`dynamic.MustAwaitFor(time.Second, c)`), 43)
		_, isTime := s.value(`dynamic.MustAwaitFor(2*time.Second, time.After(time.Second))`).(time.Time)
		equal(t, "from time.After", isTime, true)

		s.run(`_, err := dynamic.AwaitFor(time.Second, dynamic.NewDeferred(nil))`)
		equal(t, "a timeout", s.value(`errors.Is(err, dynamic.ErrTimeout)`), true)
		s.run(`_, err = dynamic.AwaitFor(time.Second, 42)`)
		says(t, s.value(`err`).(error), "await of type int ")

		s.run(`sad := errors.New("sad")`)
		err := s.fails(`n = 1
			dynamic.MustAwaitFor(time.Second, dynamic.Fail(sad))
			n = 2`)
		if p, ok := err.(interp.Panic); !ok || !errors.Is(p.Value.(error), s.value(`sad`).(error)) {
			t.Errorf("a failed await is %v", err)
		}
		equal(t, "n", s.value(`n`), 1)
	})
}

// A body awaits what its language makes, and many take turns.
func TestYaegiCoroutine(t *testing.T) {
	inYaegi(t, func(t *testing.T, s *session) {
		s.run(`sum := 0`,
			`body := func(i int) func(*dynamic.Coroutine) (any, error) {
				return func(co *dynamic.Coroutine) (any, error) {
					dynamic.MustAwait(co, dynamic.Sleep(time.Duration(i)*time.Millisecond))
					sum += i
					return sum, nil
				}
			}`,
			`var results []*dynamic.EventualResult`,
			`for i := 0; i < 100; i++ { results = append(results, dynamic.RunCoroutine(body(i))) }`,
			`all := dynamic.RunCoroutine(func(co *dynamic.Coroutine) (any, error) {
				var last any
				for _, r := range results { last = dynamic.MustAwait(co, r) }
				return last, nil
			})`)
		v, err := s.result(`all`)
		equal(t, "value", v, 4950)
		wantErr(t, err, nil)

		s.run(`sad := errors.New("sad")`, `result := dynamic.RunCoroutine(func(co *dynamic.Coroutine) (any, error) {
			dynamic.MustAwait(co, dynamic.Fail(sad))
			panic("not reached")
		})`)
		_, err = s.result(`result`)
		wantErr(t, err, s.value(`sad`).(error))

		s.run(`result := dynamic.RunInReactor(func() (any, error) { return all.Wait(time.Second) })`,
			`late := dynamic.RunInReactor(func() (any, error) { return dynamic.RunInReactor(func() (any, error) { return 1, nil }).Wait(time.Minute) })`)
		v, err = s.result(`result`)
		equal(t, "a result that is there", v, 4950)
		wantErr(t, err, nil)
		_, err = s.result(`late`)
		wantErr(t, err, dynamic.ErrOnReactor)

		_, err = s.Eval(`_, err := dynamic.WaitFor(time.Second, func(co *dynamic.Coroutine) (any, error) {
			return dynamic.Await(co, dynamic.NewDeferred(nil))
		})`)
		wantErr(t, err, nil)
		equal(t, "WaitFor", s.value(`errors.Is(err, dynamic.ErrTimeout)`), true)
	})
}
