package reactor

import (
	"errors"
	"log/slog"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if os.Getenv(exitEnv) != "" {
		os.Exit(exitMain())
	}
	goleak.VerifyTestMain(stopDefault{m})
}

// stopDefault stops the default reactor, which the examples use, before leaks are sought.
type stopDefault struct{ *testing.M }

func (m stopDefault) Run() int {
	code := m.M.Run()
	Default().Stop()
	<-Default().Stopped()
	return code
}

// bubble runs f with a reactor of its own and a fake clock. synctest.Wait, inside, waits
// until the loop has nothing to do.
func bubble(t *testing.T, f func(t *testing.T, r *Reactor)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := New()
		r.SetLogger(slog.New(slog.DiscardHandler))
		r.Start()
		defer func() {
			r.Stop()
			<-r.Stopped()
		}()
		f(t, r)
	})
}

// on runs f on r and returns when the loop has nothing more to do; for use in a bubble.
func on(r *Reactor, f func()) {
	r.Call(f)
	synctest.Wait()
}

// pass lets d go by on the fake clock, and the loop do what is due.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// logged collects what is logged during the test.
func logged(t *testing.T) *strings.Builder {
	var out strings.Builder
	old := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&out, nil)))
	t.Cleanup(func() { slog.SetDefault(old) })
	return &out
}

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func wantErr(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) || (want == nil && got != nil) {
		t.Errorf("got error %v, want %v", got, want)
	}
}

var errTest = errors.New("test")
