package dynamic_test

import (
	"errors"
	"log/slog"
	"reflect"
	"testing"
	"testing/synctest"

	"github.com/cellwrap/cellwrap/reactor/dynamic"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(stopDefault{m}) }

// stopDefault stops the default reactor, which the examples use, before leaks are sought.
type stopDefault struct{ *testing.M }

func (m stopDefault) Run() int {
	code := m.M.Run()
	dynamic.Default().Stop()
	<-dynamic.Default().Stopped()
	return code
}

// bubble runs f with a default reactor of its own and a fake clock.
func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := dynamic.New()
		r.SetLogger(slog.New(slog.DiscardHandler))
		r.Start()
		restore := dynamic.Use(r)
		defer func() {
			restore()
			r.Stop()
			<-r.Stopped()
		}()
		f(t)
	})
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got %#v, want %#v", what, got, want)
	}
}

func wantErr(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) || (want == nil && got != nil) {
		t.Errorf("got error %v, want %v", got, want)
	}
}

var errTest = errors.New("test")
