package rewrite_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cellwrap/cellwrap/indent"
	"github.com/cellwrap/cellwrap/rewrite"
)

func goroot(t testing.TB) string {
	t.Helper()
	root, err := findGoroot()
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func findGoroot() (string, error) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	return filepath.Join(strings.TrimSpace(string(out)), "src"), err
}

// body is a function's body, as a cell that somebody else wrote.
type body struct {
	name string
	text []byte
}

// bodies returns the function bodies of GOROOT/src with at most two results.
func bodies(t testing.TB) []body {
	t.Helper()
	list, err := readBodies()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// readBodies reads them once for all tests.
var readBodies = sync.OnceValues(func() ([]body, error) {
	var list []body
	root, err := findGoroot()
	if err != nil {
		return nil, err
	}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == "testdata" {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, path, src, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil || fn.Type.Results.NumFields() > 2 {
				continue
			}
			start, end := fset.PositionFor(fn.Body.Lbrace, false), fset.PositionFor(fn.Body.Rbrace, false)
			list = append(list, body{
				name: fmt.Sprintf("%s:%d", strings.TrimPrefix(path, root+"/"), start.Line),
				text: src[start.Offset+1 : end.Offset],
			})
		}
		return nil
	})
	return list, err
})

// TestGorootBodies rewrites real function bodies and holds the promises: the output parses, is
// a fixed point of gofmt, has every token and comment of the body in order, is the
// same twice, and is left alone when it is rewritten again. A block unwraps to the cell.
// It takes the bodies whose text falls into the sample, one in 20; with -all, every body.
func TestGorootBodies(t *testing.T) {
	t.Parallel()
	found := bodies(t)
	list := slices.DeleteFunc(slices.Clone(found), func(b body) bool { return !rewrite.Sampled(string(b.text), 40) })
	var done, bad atomic.Int32
	var wg sync.WaitGroup
	work := make(chan body)
	for range runtime.NumCPU() {
		wg.Go(func() {
			for b := range work {
				done.Add(1)
				err := checkBody(b.text)
				if err == nil {
					err = checkBody(disturb(b.text))
				}
				if err != nil && bad.Add(1) <= 20 {
					t.Errorf("%s: %.2000v", b.name, err)
				}
			}
		})
	}
	for _, b := range list {
		work <- b
	}
	close(work)
	wg.Wait()
	t.Logf("%d of %d bodies (all of them with -all), %d bad", done.Load(), len(found), bad.Load())
	if done.Load() < 1000 {
		t.Errorf("only %d bodies: is GOROOT/src there?", done.Load())
	}
}

// disturb undoes gofmt's work on a cell: it takes the indentation away and doubles
// every blank line, so that formatting moves what follows.
func disturb(text []byte) []byte {
	text = indent.Remove(text, "\t")
	var out []byte
	raw := 0
	for line := range bytes.Lines(text) {
		out = append(out, line...)
		raw += bytes.Count(line, []byte("`"))
		if len(bytes.TrimSpace(line)) == 0 && raw%2 == 0 {
			out = append(out, '\n', '\n')
		}
	}
	return out
}

func checkBody(text []byte) error {
	opts := rewrite.Options{Filename: "cell", LineName: "c.gocell", OutputName: "c_cell.go", Types: rewrite.TypesOff}
	out, err := rewrite.Cell(text, opts)
	if err != nil {
		return err
	}
	if err := checkFile(text, out); err != nil {
		return fmt.Errorf("%w\n%s\n=>\n%s", err, text, out.Code)
	}
	for _, target := range rewrite.Targets {
		opts.Target, opts.Assign = target, ""
		if target == rewrite.GoNB || target == rewrite.REPL {
			opts.Assign = "cellResult"
		}
		first, err := rewrite.Cell(text, opts)
		if err != nil {
			if target == rewrite.Block && strings.Contains(err.Error(), "reactor is declared here") || target == rewrite.GoNB && strings.Contains(err.Error(), ": GoNB ") {
				continue
			}
			return fmt.Errorf("%s: %w", target, err)
		}
		second, err := rewrite.Cell(text, opts)
		if err != nil || !bytes.Equal(first.Code, second.Code) {
			return fmt.Errorf("%s: a second run differs: %v", target, err)
		}
		again, err := rewrite.Cell(first.Code, opts)
		if err != nil || !bytes.Equal(again.Code, first.Code) {
			return fmt.Errorf("%s: rewriting the output is no no-op: %v", target, err)
		}
		if target == rewrite.Block {
			if err := checkBlock(text, first); err != nil {
				return fmt.Errorf("%w\n%s\n=>\n%s", err, text, first.Code)
			}
		}
		if opts.Assign != "" {
			if err := checkKernelCell(text, first); err != nil {
				return fmt.Errorf("%s: %w\n%s\n=>\n%s", target, err, text, first.Code)
			}
		}
	}
	return nil
}

// checkKernelCell holds what is promised of a cell that is one again, with go/parser for the kernel.
func checkKernelCell(text []byte, out *rewrite.Output) error {
	if _, err := parser.ParseFile(token.NewFileSet(), "", append([]byte("package p;"), out.Code...), parser.SkipObjectResolution); err != nil {
		return err
	}
	if back, _, err := rewrite.Unwrap(out.Code, "cell"); err != nil || !bytes.Equal(back, text) {
		return fmt.Errorf("unwrapped differs: %v\n%q\n%q", err, back, text)
	}
	in, got := lines(applied(text, out.Edits)), lines(out.Code)
	for i, line := range in {
		if strings.TrimRight(line, "\r\n") != strings.TrimRight(got[i], "\r\n") && !strings.Contains(got[i], "//cellwrap:wrapped") {
			return fmt.Errorf("line %d is %q, not %q", i+1, got[i], line)
		}
	}
	return nil
}

func checkBlock(text []byte, out *rewrite.Output) error {
	if _, err := format.Source(append([]byte("package p\nfunc _() {\n"), append(bytes.Clone(out.Code), "\n}"...)...)); err != nil {
		return err
	}
	back, _, err := rewrite.Unwrap(out.Code, "cell")
	if err != nil {
		return err
	}
	if !bytes.Equal(back, text) {
		return fmt.Errorf("unwrapped differs:\n%q\n%q", back, text)
	}
	// Without a magic there is one line more: the header.
	if len(text) == 0 {
		return nil
	}
	in, got := bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n")), bytes.Split(out.Code, []byte("\n"))
	for i, line := range in {
		a, b := string(bytes.TrimSpace(line)), string(bytes.TrimSpace(got[i+1]))
		if a != b && unedited.Replace(a) != unedited.Replace(b) {
			return fmt.Errorf("line %d moved: %q, %q", i+1, a, b)
		}
	}
	return nil
}

// unedited takes out what the edits put in.
var unedited = strings.NewReplacer("return ", "", "reactor.Values(", "", ")", "")

// checkFile checks a file target's output against its cell.
func checkFile(text []byte, out *rewrite.Output) error {
	formatted, err := format.Source(out.Code)
	if err != nil {
		return err
	}
	if !bytes.Equal(formatted, out.Code) {
		return fmt.Errorf("gofmt changes the output to\n%s", formatted)
	}
	if n := bytes.Count(out.Code, []byte("\n")); n != len(out.Lines) {
		return fmt.Errorf("%d lines, and a map of %d", n, len(out.Lines))
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "c_cell.go", out.Code, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	last := f.Decls[len(f.Decls)-1].(*ast.GenDecl).Specs[0].(*ast.ValueSpec).Values[0].(*ast.CallExpr).Args[0].(*ast.FuncLit)
	off := func(p token.Pos) int { return fset.PositionFor(p, false).Offset }

	// What was deleted from the body stands in front of it.
	var moved, stayed []lexeme
	gone := deleted(out.Edits, text)
	for _, x := range lex(text) {
		if gone(x.off) {
			moved = append(moved, x)
		} else {
			stayed = append(stayed, x)
		}
	}
	start := off(last.Body.Lbrace) + 1
	for _, part := range []struct {
		have, want []lexeme
		base       int
	}{
		{lex(out.Code[:start]), moved, 0},
		{lex(out.Code[start:off(last.Body.Rbrace)]), stayed, start},
	} {
		pairs, err := contains(part.have, part.want)
		if err != nil {
			return err
		}
		if err := checkLines(text, out.Code, part.base, pairs, fset.File(f.FileStart)); err != nil {
			return err
		}
	}
	return nil
}

// checkLines checks that the //line comments give the first token of every line the line
// that it has in the cell.
func checkLines(cell, code []byte, base int, pairs [][2]lexeme, file *token.File) error {
	lines := token.NewFileSet().AddFile("", -1, len(cell))
	lines.SetLinesForContent(cell)
	last := 0
	for _, p := range pairs {
		at := file.Pos(base + p[0].off)
		if n := file.PositionFor(at, false).Line; n == last || p[0].tok == token.COMMENT {
			continue
		} else {
			last = n
		}
		if before := bytes.TrimSpace(code[file.Offset(file.LineStart(last)) : base+p[0].off]); len(before) > 0 {
			continue // an edit, or a parenthesis, stands before it
		}
		want := lines.Line(lines.Pos(p[1].off))
		if got := file.Position(at); got.Line != want || got.Filename != "c.gocell" {
			return fmt.Errorf("%s %q of line %d is at %v", p[1].tok, p[1].text, want, got)
		}
	}
	return nil
}

type lexeme struct {
	off  int
	tok  token.Token
	text string
}

// lex returns the tokens and comments of text, but for semicolons.
func lex(text []byte) []lexeme {
	var list []lexeme
	file := token.NewFileSet().AddFile("", -1, len(text))
	var sc scanner.Scanner
	sc.Init(file, text, nil, scanner.ScanComments)
	for {
		pos, tok, lit := sc.Scan()
		switch {
		case tok == token.EOF:
			return list
		case tok == token.SEMICOLON, strings.HasPrefix(lit, "//line c"):
			continue
		case tok == token.COMMENT:
			// gofmt indents the lines of a comment and trims them.
			lit = strings.Join(strings.Fields(lit), " ")
		}
		list = append(list, lexeme{file.Offset(pos), tok, lit})
	}
}

// deleted returns whether the edits leave nothing of the token at an offset of text.
func deleted(edits []rewrite.Edit, text []byte) func(off int) bool {
	var ranges [][2]int
	for _, e := range edits {
		start, end := offset(text, e.Start), offset(text, e.End)
		if e.New == "" || string(bytes.TrimSpace(text[start:end])) == "await" {
			ranges = append(ranges, [2]int{start, end})
		}
	}
	return func(off int) bool {
		return slices.ContainsFunc(ranges, func(r [2]int) bool { return r[0] <= off && off < r[1] })
	}
}

func offset(text []byte, p token.Position) int {
	off := 0
	if p.Line == 1 && bytes.HasPrefix(text, []byte("\ufeff")) {
		off = len("\ufeff") // no column counts it
	}
	for range p.Line - 1 {
		off += bytes.IndexByte(text[off:], '\n') + 1
	}
	return off + p.Column - 1
}

// contains checks that want is a subsequence of have, and returns the pairs. Go may
// print a comment before or after a comma, so the comments are a sequence of their own.
func contains(have, want []lexeme) (pairs [][2]lexeme, err error) {
	for _, comments := range []bool{true, false} {
		i := 0
		for _, w := range want {
			if (w.tok == token.COMMENT) != comments {
				continue
			}
			for i < len(have) && (have[i].tok != w.tok || have[i].text != w.text) {
				i++
			}
			if i == len(have) {
				return nil, fmt.Errorf("%s %q is lost", w.tok, w.text)
			}
			pairs = append(pairs, [2]lexeme{have[i], w})
			i++
		}
	}
	return pairs, nil
}
