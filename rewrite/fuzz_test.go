package rewrite_test

import (
	"bytes"
	"errors"
	"go/format"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/cellwrap/cellwrap/golden"
	"github.com/cellwrap/cellwrap/rewrite"
)

// FuzzCell holds the promises for any text: never a panic; an error has a position in the text; what
// is accepted parses, is a fixed point of gofmt, is the same twice, is left alone
// when it comes back, and a block gives its cell back.
func FuzzCell(f *testing.F) {
	cases, err := golden.Load("../golden/testdata")
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range cases {
		f.Add(c.Cell)
	}
	for _, b := range bodies(f) {
		if !rewrite.InSample(string(b.text), 2000) {
			continue
		}
		f.Add(b.text)
	}
	f.Fuzz(func(t *testing.T, cell []byte) {
		before := bytes.Clone(cell)
		for _, target := range []rewrite.Target{rewrite.File, rewrite.Block} {
			opts := rewrite.Options{Filename: "cell", Target: target, LineName: "c.gocell", OutputName: "c_cell.go"}
			out, err := rewrite.Cell(cell, opts)
			if !bytes.Equal(cell, before) {
				t.Fatal("the cell was changed")
			}
			if err != nil {
				checkError(t, cell, out, err)
				continue
			}
			if len(out.Code) > 256<<10 {
				t.Skip("a thousand nested blocks are a megabyte of tabs: under load the fuzzer takes it for hung")
			}
			again, err := rewrite.Cell(cell, opts)
			if err != nil || !bytes.Equal(again.Code, out.Code) {
				t.Fatalf("%s: a second run differs: %v\n%s\n%s", target, err, out.Code, again.Code)
			}
			again, err = rewrite.Cell(out.Code, opts)
			if err != nil || !bytes.Equal(again.Code, out.Code) {
				t.Fatalf("%s: rewriting the output is no no-op: %v\n%s", target, err, out.Code)
			}
			if out.Name == "" {
				continue // it was rewritten before
			}
			if target == rewrite.File {
				checkFuzzFile(t, cell, out)
			} else {
				checkFuzzBlock(t, cell, out)
			}
		}
	})
}

func checkError(t *testing.T, cell []byte, out *rewrite.Output, err error) {
	var e *rewrite.Error
	if !errors.As(err, &e) {
		t.Fatalf("%T: %v", err, err)
	}
	lines := bytes.Split(cell, []byte("\n"))
	if out != nil || e.Msg == "" || e.Pos.Line < 1 || e.Pos.Line > len(lines) || e.Pos.Column < 1 || e.Pos.Column > len(lines[e.Pos.Line-1])+1 {
		t.Fatalf("%v: bad position or message", e)
	}
	if strings.Contains(e.Msg, "\n") || strings.Contains(e.Msg, "formatt") || strings.Contains(e.Msg, "leaves its closure") {
		t.Fatalf("%v: not what a user should see", e)
	}
}

func checkFuzzFile(t *testing.T, cell []byte, out *rewrite.Output) {
	formatted, err := format.Source(out.Code)
	if err != nil {
		t.Fatalf("%v\n%s", err, out.Code)
	}
	// gofmt takes a form feed in a raw string for the end of a line, and so is not always of
	// one mind about such a text.
	if !bytes.Equal(formatted, out.Code) && bytes.IndexByte(cell, '\f') < 0 {
		t.Fatalf("gofmt changes the output\n%s\nto\n%s", out.Code, formatted)
	}
	if n := bytes.Count(out.Code, []byte("\n")); n != len(out.Lines) {
		t.Fatalf("%d lines, and a map of %d", n, len(out.Lines))
	}
	checkTokens(t, cell, out)
	// The cell's text stays inside: the last declaration is our variable.
	f, err := parser.ParseFile(token.NewFileSet(), "", out.Code, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	if f.Decls[len(f.Decls)-1].End() != token.Pos(len(out.Code)) {
		t.Fatalf("text behind our declaration\n%s", out.Code)
	}
}

// checkTokens holds that the words and raw strings of the cell are still there, in order, but for
// those of magics and of what was taken out. (gofmt may drop parentheses and commas, and writes
// numbers anew.)
func checkTokens(t *testing.T, cell []byte, out *rewrite.Output) {
	for _, e := range out.Edits {
		if strings.Contains(e.New, "=") {
			return // a closure's name comes before its func
		}
	}
	words := func(text []byte) (list []lexeme) {
		for _, x := range lex(text) {
			if x.tok == token.IDENT || x.tok.IsKeyword() || x.tok == token.STRING && x.text[0] == '`' {
				list = append(list, x)
			}
		}
		return list
	}
	var stayed []lexeme
	gone := deleted(out.Edits, cell)
	for _, x := range words(cell) {
		if !gone(x.off) {
			stayed = append(stayed, x)
		}
	}
	if _, err := contains(words(out.Code), stayed); err != nil {
		t.Fatalf("%v\n%s", err, out.Code)
	}
}

func checkFuzzBlock(t *testing.T, cell []byte, out *rewrite.Output) {
	back, _, err := rewrite.Unwrap(out.Code, "cell")
	if err != nil || !bytes.Equal(back, cell) {
		t.Fatalf("%v: unwrapped %q", err, back)
	}
	src := "package p\nfunc _() {\n" + strings.TrimPrefix(string(out.Code), "\ufeff") + "\n}\n"
	f, err := parser.ParseFile(token.NewFileSet(), "", src, parser.SkipObjectResolution)
	if err != nil || len(f.Decls) != 1 {
		t.Fatalf("%v\n%s", err, out.Code)
	}
}
