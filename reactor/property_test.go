package reactor

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"
)

// model is a Deferred as Twisted has it: everything happens at once, in one goroutine.
type model struct {
	fired   bool
	outcome string // "3", or "failed: …"
	chain   []func()
	running bool
	paused  int
	forgive bool // one firing after a Cancel
}

func (m *model) add(f func()) {
	m.chain = append(m.chain, f)
	m.run()
}

func (m *model) run() {
	if m.running {
		return
	}
	m.running = true
	for m.fired && m.paused == 0 && len(m.chain) > 0 {
		f := m.chain[0]
		m.chain = m.chain[1:]
		f()
	}
	m.running = false
}

func (m *model) fire(outcome string) error {
	if m.fired {
		if m.forgive {
			m.forgive = false
			return nil
		}
		return ErrAlreadyCalled
	}
	m.fired, m.outcome = true, outcome
	m.run()
	return nil
}

func (m *model) failed() bool { return strings.HasPrefix(m.outcome, "failed") }

func show(v int, err error) string {
	var p *PanicError
	switch {
	case errors.As(err, &p):
		return fmt.Sprint("failed: ", p.Value)
	case err != nil:
		return fmt.Sprint("failed: ", err)
	}
	return fmt.Sprint(v)
}

// D1–D6, D9, D11, D12: random programs of one Deferred do what the model does. With the
// loop idle between two steps the whole log agrees; without, nothing re-entrant is added,
// and the log still agrees once the Deferred is not paused any more.
func TestPropertyDeferred(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		noDeadline := struct{ rapid.TB }{t} // which a bubble does not have
		rapid.Check(noDeadline, func(t *rapid.T) {
			var got, want []string
			d, m := NewDeferredOn[int](r, nil), &model{}
			serial := 0
			idle := rapid.Bool().Draw(t, "idle between steps")

			// link adds a callback of the given kind to both; it does what act says.
			var link func(kind, act string)
			link = func(kind, act string) {
				serial++
				id := fmt.Sprint(kind, serial, act, " ")
				sees := func(failed bool) bool {
					return kind == "both" || failed == (kind == "errback")
				}
				f := func(v int, err error) (int, error) {
					got = append(got, id+show(v, err))
					switch act {
					case "fail":
						return 0, errors.New(id)
					case "panic":
						panic(id)
					case "reenter":
						d.AddBoth(func(v int, err error) (int, error) {
							got = append(got, id+"inner "+show(v, err))
							return v + 100, nil
						})
					case "pause":
						d.Pause()
					}
					return v + 1, nil
				}
				switch kind {
				case "callback":
					d.AddCallback(func(v int) (int, error) { return f(v, nil) })
				case "errback":
					d.AddErrback(func(err error) (int, error) { return f(0, err) })
				case "both":
					d.AddBoth(f)
				case "then":
					Then(d, func(v int) (int, error) { return f(v, nil) })
				}
				m.add(func() {
					if !sees(m.failed()) {
						return
					}
					want = append(want, id+m.outcome)
					var v int
					if !m.failed() {
						fmt.Sscan(m.outcome, &v)
					}
					after := fmt.Sprint(v + 1)
					switch act {
					case "fail", "panic":
						after = "failed: " + id
					case "reenter":
						m.chain = append(m.chain, func() {
							want = append(want, id+"inner "+m.outcome)
							v := 0
							fmt.Sscan(m.outcome, &v)
							m.outcome = fmt.Sprint(v + 100)
						})
					case "pause":
						m.paused++
					}
					if kind != "then" {
						m.outcome = after
					}
				})
			}

			acts := []string{"", "fail", "panic"}
			if idle {
				acts = append(acts, "reenter", "pause")
			}
			steps := rapid.SliceOf(rapid.SampledFrom([]string{
				"callback", "errback", "both", "then", "callback", "errback",
				"fire", "fail", "cancel", "pause", "unpause",
			})).Draw(t, "steps")
			for _, step := range steps {
				switch step {
				case "fire":
					wantSame(t, d.Callback(10), m.fire("10"))
				case "fail":
					wantSame(t, d.Errback(errTest), m.fire("failed: test"))
				case "cancel":
					d.Cancel()
					if !m.fired {
						m.forgive = true
						m.fire(show(0, ErrCanceled))
					}
				case "pause":
					d.Pause()
					m.paused++
				case "unpause":
					if m.paused > 0 && (idle || d.core.paused.Load() > 0) {
						d.Unpause()
						m.paused--
						m.run()
					}
				default:
					link(step, rapid.SampledFrom(acts).Draw(t, "act"))
				}
				if idle {
					synctest.Wait()
					if !slices.Equal(got, want) {
						t.Fatalf("after %s:\ngot  %q\nwant %q", step, got, want)
					}
				}
			}
			for m.paused > 0 {
				m.paused--
				m.run()
				d.Unpause()
				synctest.Wait()
			}
			synctest.Wait()
			if !slices.Equal(got, want) {
				t.Fatalf("at the end:\ngot  %q\nwant %q", got, want)
			}
			if m.fired && show(d.slot.Value, d.core.err) != m.outcome {
				t.Fatalf("outcome %s, want %s", show(d.slot.Value, d.core.err), m.outcome)
			}
		})
	})
}

func wantSame(t *rapid.T, got, want error) {
	t.Helper()
	if got != want {
		t.Fatalf("got error %v, want %v", got, want)
	}
}
