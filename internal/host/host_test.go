package host

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Of a trace only what is in cells and in the user's module is shown: not the Go runtime, the
// standard library, other modules, or what is ours, wherever that stands.
func TestCallers(t *testing.T) {
	const trace = `goroutine 1 [running]:
runtime/debug.Stack()
	/go/src/runtime/debug/stack.go:26 +0x5e
panic({0x4a1b20?, 0xc000012048?})
	/go/src/runtime/panic.go:783 +0x132
example.com/m/lib.(*T[...]).Must(0x0, {0x1, 0x2})
	/home/u/m/lib/lib.go:7 +0x1d
slices.SortFunc[...](...)
	/go/src/slices/sort.go:29
main.cell_2.func1(...)
	book.ipynb:cell 2:3
main.cell_2()
	book.ipynb:cell 2:9 +0x1d
main.loop()
	book.ipynb:cell 2:-4 +0x1d
example.com/other.F()
	/go/pkg/mod/example.com/other@v1.0.0/f.go:3 +0x1d
example.com/m/_cellwrap/host.(*run).cell(0xc000012048)
	/home/u/m/_cellwrap/host/host.go:99 +0x1d
main.main()
	/tmp/main.go:12 +0x4e
created by main.cell_1 in goroutine 7
	book.ipynb:cell 1:1 +0x4e
`
	got := Callers(trace, "example.com/m", map[string]bool{"book.ipynb:cell 1": true, "book.ipynb:cell 2": true})
	want := []Caller{
		{"example.com/m/lib.(*T[...]).Must", "/home/u/m/lib/lib.go:7"},
		{"cell_2.func1", "book.ipynb:cell 2:3"},
		{"cell_2", "book.ipynb:cell 2:9"},
		{"loop", "book.ipynb:cell 2"},
		{"cell_1", "book.ipynb:cell 1:1"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A stack that has overflowed, or nearly so, is not told frame by frame.
func TestTracebackOfRecursion(t *testing.T) {
	const trace = `goroutine 1 [running]:
main.rec(...)
	book.ipynb:cell 1:2
main.rec(0x2)
	book.ipynb:cell 1:2 +0x4e
...4473 frames elided...
main.rec(0x1)
	book.ipynb:cell 1:2 +0x4e
main.cell_1()
	book.ipynb:cell 1:4 +0x4e
...12 frames elided...
`
	got := Traceback("book.ipynb:cell 1:2", "panic: deep", Callers(trace, "", map[string]bool{"book.ipynb:cell 1": true}))
	want := []string{
		"book.ipynb:cell 1:2: panic: deep",
		"\tbook.ipynb:cell 1:2: in rec (2 times)",
		"\t...4473 frames elided...",
		"\tbook.ipynb:cell 1:2: in rec",
		"\tbook.ipynb:cell 1:4: in cell_1",
		"\t...12 frames elided...",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What a value shows of itself.
func TestRichData(t *testing.T) {
	for _, c := range []struct {
		value any
		want  []string
	}{
		{1, nil},
		{(*everything)(nil), nil},
		{&everything{}, []string{
			"text/html", "<b>", "text/markdown", "**", "text/latex", "$$", "application/javascript", "js", "image/svg+xml", "<svg>",
			"image/png", "AQ==", "image/jpeg", "Ag==", "application/pdf", "Aw==",
		}},
	} {
		if diff := cmp.Diff(c.want, richData(c.value)); diff != "" {
			t.Errorf("%T (-want +got):\n%s", c.value, diff)
		}
	}
}

type everything struct{ x int }

func (e *everything) HTML() string       { return "<b>"[e.x:] }
func (e *everything) Markdown() string   { return "**" }
func (e *everything) Latex() string      { return "$$" }
func (e *everything) JavaScript() string { return "js" }
func (e *everything) SVG() string        { return "<svg>" }
func (e *everything) PNG() []byte        { return []byte{1} }
func (e *everything) JPEG() []byte       { return []byte{2} }
func (e *everything) PDF() []byte        { return []byte{3} }
