package session

import (
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cellwrap/cellwrap/reactor"
)

type (
	public   struct{ Name string }
	hidden   struct{ name string }
	none     struct{}
	named    int
	shouter  struct{ Text string }
	shouting interface{ Shout() string }
	tree     struct {
		Left, Right *tree
		Any         any
	}
	twisted func()
)

func (s shouter) Shout() string { return s.Text + "!" }

// crosses tests that v arrives as it is.
func crosses[T any](t *testing.T, v T) {
	t.Helper()
	got, err := decode[T]("r", encode("r", v, nil))
	if err != nil || !reflect.DeepEqual(got, v) {
		t.Errorf("%T: got %#v, %v, want %#v", v, got, err, v)
	}
}

// refused tests that v is an error that says so.
func refused[T any](t *testing.T, v T, why string) {
	t.Helper()
	got, err := decode[T]("r", encode("r", v, nil))
	if err == nil || !strings.HasPrefix(err.Error(), "session: r: the value, a ") || !strings.Contains(err.Error(), why) {
		t.Errorf("%T: got %v, %v, want %q", v, got, err, why)
	}
	if errors.Is(err, io.EOF) {
		t.Errorf("%T: an EOF to errors.Is", v)
	}
}

func TestValues(t *testing.T) {
	gob.Register(shouter{})
	crosses(t, 42)
	crosses(t, 0)
	crosses(t, named(7))
	crosses(t, "")
	crosses(t, math.Inf(-1))
	crosses(t, math.Copysign(0, -1))
	crosses(t, true)
	crosses(t, time.Second)
	crosses(t, time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC))
	crosses(t, time.Time{})
	crosses(t, struct{}{})
	crosses(t, none{})
	crosses(t, &none{})
	crosses(t, hidden{})
	crosses(t, public{"x"})
	crosses(t, (*int)(nil))
	crosses(t, new(int))
	crosses(t, new(new(0)))
	crosses(t, new((*int)(nil)))
	crosses(t, &public{"x"})
	crosses(t, &public{})
	crosses(t, []int(nil))
	crosses(t, []int{})
	crosses(t, []int{0, 1})
	crosses(t, []byte{})
	crosses(t, [3]int{})
	crosses(t, [3]int{1})
	crosses(t, map[string]int(nil))
	crosses(t, map[string]int{})
	crosses(t, map[string]int{"x": 0})
	crosses(t, []*public{{"x"}})
	crosses(t, big.NewInt(0))
	crosses(t, big.NewInt(1<<62))
	crosses(t, *big.NewInt(7))
	crosses(t, tree{Left: &tree{Any: []any{1, "x", nil, map[string]any{"y": 2.5}}}})
	crosses[func()](t, nil)
	crosses[chan int](t, nil)

	crosses[any](t, nil)
	crosses[any](t, 0)
	crosses[any](t, "")
	crosses[any](t, time.Minute)
	crosses[any](t, struct{}{})
	crosses[any](t, []any{1, nil, "x", []string{"y"}})
	crosses[any](t, []any{})
	crosses[any](t, map[string]any{"a": 1, "b": []any{time.Second}})
	crosses[any](t, map[string][]float64{"a": {1, 2}})
	crosses[any](t, [][]int{{1}, {2}})
	crosses[any](t, map[int]string{1: "x"})
	crosses[any](t, shouter{"x"})
	crosses[shouting](t, shouter{"x"})
	crosses[shouting](t, shouter{})
	crosses[shouting](t, nil)
	crosses[fmt.Stringer](t, time.Second)
	crosses[error](t, nil)
	crosses[error](t, io.EOF)

	refused(t, func() {}, "func()")
	refused(t, make(chan int), "chan int")
	refused(t, hidden{"x"}, "exported fields")
	refused(t, []hidden{{"x"}}, "exported fields")
	refused[any](t, public{"x"}, "gob.Register")
	refused[any](t, func() {}, "func()")
	refused[any](t, &none{}, "registered")
	refused(t, []any{public{"x"}}, "registered")
	refused(t, []*public{nil}, "nil")
	refused(t, twisted(func() {}), "func")
	refused[fs.FileInfo](t, fileInfo{}, "fileInfo")
	type circle *circle
	var c circle
	c = &c
	refused(t, c, "pointers")
}

type fileInfo struct{ fs.FileInfo }

func (fileInfo) Error() string { return "an error too" }

// What an interface has of an error is the text, and what errors.Is says.
func TestErrorAsValue(t *testing.T) {
	for _, v := range []any{fmt.Errorf("oh: %w", fs.ErrNotExist), reactor.ErrCanceled} {
		got, err := decode[any]("r", encode[any]("r", v, nil))
		if err != nil || fmt.Sprint(got) != fmt.Sprint(v) || !errors.Is(got.(error), errors.Unwrap(v.(error))) && got != v {
			t.Errorf("got %v, %v, want %v", got, err, v)
		}
	}
}

// A gob that panics, or that says EOF, is an error like others.
func TestPanickingValue(t *testing.T) {
	refused(t, panics{1}, "panic: no")
	refused(t, ends{1}, "EOF")
}

type panics struct{ N int }

func (panics) GobEncode() ([]byte, error) { panic("no") }

type ends struct{ N int }

func (ends) GobEncode() ([]byte, error) { return nil, io.EOF }
