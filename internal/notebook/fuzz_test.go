package notebook_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/cellwrap/cellwrap/internal/notebook"
)

// FuzzBook reads any text in both formats, with encoding/json as the judge.
func FuzzBook(f *testing.F) {
	files, _ := filepath.Glob("testdata/*")
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil {
			f.Add(text, "x < \"é\"\n%y")
		}
	}
	f.Add([]byte(book(`{"cell_type":"code","source":["\ud83d\ude00\u000A\/","\ud800"],"outputs":[1e5,-0.0,NaN]}`)), "")
	f.Add([]byte(book(`{"cell_type":"code","metadata":{"cellwrap":{"source":"\"x\\u0020\""}},"source":["x\u0020","\/",""]}`)), "y")
	f.Add([]byte("// %%\n//gonb:%x\n(`\n// %% [md]\n// a\n!b"), "// %%\n")
	f.Fuzz(func(t *testing.T, text []byte, edit string) {
		err := notebook.CheckJSON(text)
		body := bytes.TrimPrefix(text, []byte("\ufeff"))
		if valid := json.Valid(body); valid != (err == nil) && utf8.Valid(text) && !(valid && strings.Contains(err.Error(), "nested levels")) {
			t.Fatalf("encoding/json says %v, we %v", valid, err)
		}
		if b, err := notebook.Parse("x.ipynb", text); err == nil {
			judge(t, b, body)
			change(t, b, text, edit)
		} else if e, ok := err.(*notebook.Error); !ok || e.Pos.Line < 1 || e.Pos.Column < 1 || e.Pos.Offset > len(text) || strings.Contains(e.Msg, "\n") {
			t.Fatalf("%#v", err)
		}
		b, err := notebook.Parse("x.go", text)
		if err != nil {
			t.Fatal(err)
		}
		change(t, b, text, edit)
	})
}

// judge compares a book with what encoding/json reads.
func judge(t *testing.T, b *notebook.Book, text []byte) {
	var top map[string]json.RawMessage
	var cells []map[string]json.RawMessage
	if err := json.Unmarshal(text, &top); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(top["cells"], &cells); err != nil {
		t.Fatal(err)
	}
	if len(cells) != len(b.Cells) {
		t.Fatalf("%d cells, want %d", len(b.Cells), len(cells))
	}
	for i, c := range cells {
		var kind, id string
		var lines []string
		_ = json.Unmarshal(c["cell_type"], &kind)
		_ = json.Unmarshal(c["id"], &id)
		if json.Unmarshal(c["source"], &lines) != nil {
			lines = make([]string, 1)
			_ = json.Unmarshal(c["source"], &lines[0])
		}
		src, err := b.Source(i)
		if err == nil && string(src) != strings.Join(lines, "") || string(b.Cells[i].Kind) != kind || b.Cells[i].ID != id {
			t.Fatalf("cell %d is %+v %q, want %s %q %q", i+1, b.Cells[i], src, kind, id, lines)
		}
	}
}

// change sets every source to itself, which changes nothing, and then to an edit, which is read back.
func change(t *testing.T, b *notebook.Book, text []byte, edit string) {
	if !bytes.Equal(b.Bytes(), text) {
		t.Fatal("read and written, the text is another")
	}
	done := make([]bool, len(b.Cells))
	for i, c := range b.Cells {
		if i > 0 && c.Start < b.Cells[i-1].End || c.End < c.Start {
			t.Fatalf("cell %d is at [%d, %d)", i+1, c.Start, c.End)
		}
		src, err := b.Source(i)
		if err != nil {
			continue
		}
		if err := b.SetSource(i, src); err != nil && utf8.Valid(src) {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(b.Bytes(), text) {
		t.Fatal("the same sources make another text")
	}
	for i := range b.Cells {
		done[i] = b.SetSource(i, []byte(edit)) == nil
	}
	got := b.Bytes()
	again, err := notebook.Parse(b.Name, got)
	if err != nil {
		t.Fatal(err)
	}
	read := func(src []byte) string { return string(src) }
	if strings.HasSuffix(b.Name, ".go") {
		read = func(src []byte) string { return strings.TrimRight(string(src), " \t\r\n") } // blank lines above a marker are no cell's
		if slices.Contains(done, false) ||                                                  // an open string swallows what is below
			strings.TrimSpace(edit) == "" || strings.Contains(edit, "//") || // no cell, or a magic as a comment
			bytes.HasPrefix(text, []byte("// ---")) || bytes.HasPrefix(text, []byte("\ufeff")) {
			return
		}
		if len(again.Cells) != len(b.Cells) {
			t.Fatalf("%d cells become %d", len(b.Cells), len(again.Cells))
		}
	}
	for i := range b.Cells {
		if src, err := again.Source(i); done[i] && (err != nil || read(src) != read([]byte(edit))) {
			t.Fatalf("cell %d is %q, want %q (%v)", i+1, src, edit, err)
		}
	}
	if strings.HasSuffix(b.Name, ".go") {
		return
	}
	for i := range b.Cells {
		if src, err := b.Source(i); done[i] && err == nil && string(src) != edit {
			if err := again.Restore(i, src); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !bytes.Equal(again.Bytes(), text) {
		t.Fatalf("restored from\n%s\nto\n%s", got, again.Bytes())
	}
}
