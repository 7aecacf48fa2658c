package rewrite_test

import (
	"bytes"
	"go/parser"
	"go/token"
	"testing"

	"github.com/cellwrap/cellwrap/golden"
	"github.com/cellwrap/cellwrap/rewrite"
)

// FuzzKernelCell holds the promises of the targets whose outputs are cells again, for any text: never
// a panic; an error has a position in the text; line N is line N, and nothing changes but by the edits
// that are listed; the output parses as what the kernel makes of it, is the same twice, is left alone
// when it comes back, and gives its cell back, byte for byte.
func FuzzKernelCell(f *testing.F) {
	cases, err := golden.Load("../golden/testdata")
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range cases {
		f.Add(c.Cell, false)
	}
	for _, b := range bodies(f) {
		if !rewrite.InSample(string(b.text), 500) {
			continue
		}
		f.Add(b.text, true)
	}
	f.Fuzz(func(t *testing.T, cell []byte, assigned bool) {
		before := bytes.Clone(cell)
		for _, offset := range []int{0, len(cell)} {
			text, at, ok := rewrite.Marked(cell, assigned, offset)
			if ok && (len(text) != len(cell)+3 || string(text[at:at+3]) != "%%\n" || at > 0 && text[at-1] != '\n') {
				t.Fatalf("marked at %d:\n%s", at, text)
			}
		}
		for _, target := range []rewrite.Target{rewrite.GoNB, rewrite.REPL} {
			opts := rewrite.Options{Filename: "cell", Target: target}
			if assigned {
				opts.Assign = "result"
			}
			out, err := rewrite.Cell(cell, opts)
			if !bytes.Equal(cell, before) {
				t.Fatal("the cell was changed")
			}
			if err != nil {
				checkError(t, cell, out, err)
				continue
			}
			if again, err := rewrite.Cell(cell, opts); err != nil || !bytes.Equal(again.Code, out.Code) {
				t.Fatalf("%s: a second run differs: %v\n%s\n%s", target, err, out.Code, again.Code)
			}
			if out.Name == "" && !bytes.Equal(out.Code, cell) {
				continue // less the magics of ours, which say how later cells are read
			}
			checkCellTarget(t, cell, out, opts)
			if out.Name == "" || target == rewrite.REPL && (out.Result == "" || hasCommand(out.Code)) {
				continue // what stands in place is no Go by itself
			}
			if _, err := parser.ParseFile(token.NewFileSet(), "", inFile(out.Code, target), parser.SkipObjectResolution); err != nil {
				t.Fatalf("%s: %v\n%s", target, err, out.Code)
			}
		}
	})
}

// FuzzUnwrap changes one byte of a block that was wrapped, as TestUnwrapChanged does.
func FuzzUnwrap(f *testing.F) {
	cases, err := golden.Load("../golden/testdata")
	if err != nil {
		f.Fatal(err)
	}
	for i, c := range cases {
		f.Add(c.Cell, i*7, byte(i))
	}
	f.Fuzz(func(t *testing.T, cell []byte, at int, by byte) {
		if got, _, err := rewrite.Unwrap(cell, "cell"); err != nil {
			checkError(t, cell, nil, err)
		} else if bytes.Equal(got, cell) {
			t.Fatal("unwrapped, it is the same")
		}
		out, err := rewrite.Cell(cell, rewrite.Options{Target: rewrite.Block, Assign: "result"})
		if err != nil || len(out.Code) == 0 || out.Name == "" {
			return
		}
		changed := bytes.Clone(out.Code)
		i := int(uint(at) % uint(len(changed)))
		changed[i] ^= by
		back, _, err := rewrite.Unwrap(changed, "cell")
		switch {
		case by == 0 && (err != nil || !bytes.Equal(back, cell)):
			t.Fatalf("%v: %q", err, back)
		case by == 0 || err != nil:
		case bytes.Contains(cell, []byte("cellwrap:wrapped")): // which may be unwrapped instead
		default:
			checkChanged(t, cell, changed)
		}
	})
}
