package rewrite

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/dave/dst/decorator"
	"golang.org/x/tools/imports"
)

// benchBodies returns the bodies of go/printer's functions: statements that somebody else
// wrote. Those that declare types or constants would do so more than once in a cell.
var benchBodies = sync.OnceValues(func() ([]string, error) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "src/go/printer/[a-z]*.go"))
	if err != nil {
		return nil, err
	}
	var bodies []string
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, file, src, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil && !slices.ContainsFunc(fn.Body.List, declares) {
				start, end := fset.Position(fn.Body.Pos()).Offset, fset.Position(fn.Body.End()).Offset
				bodies = append(bodies, strings.Trim(string(src[start+1:end-1]), "\n"))
			}
		}
	}
	return bodies, nil
})

func declares(s ast.Stmt) bool {
	d, ok := s.(*ast.DeclStmt)
	return ok && d.Decl.(*ast.GenDecl).Tok != token.VAR
}

// benchCell returns a cell of about size bytes.
func benchCell(b *testing.B, size int) []byte {
	bodies, err := benchBodies()
	if err != nil || len(bodies) == 0 {
		b.Fatal(len(bodies), err)
	}
	var cell strings.Builder
	cell.WriteString("%%run_in_reactor result\n")
	for i := 0; cell.Len() < size; i++ {
		cell.WriteString(bodies[i%len(bodies)] + "\n\n")
	}
	return []byte(cell.String())
}

func sizes(b *testing.B, run func(b *testing.B, cell []byte)) {
	for _, size := range []int{1_000, 6_000, 10_000, 100_000, 1_000_000, 10_000_000} {
		b.Run(fmt.Sprintf("%dkB", size/1000), func(b *testing.B) {
			cell := benchCell(b, size)
			b.SetBytes(int64(len(cell)))
			b.ReportAllocs()
			run(b, cell)
		})
	}
}

// plain returns the cell as gofmt would get it: a function's body, without the magic.
func plain(cell []byte) []byte {
	_, body, _ := strings.Cut(string(cell), "\n")
	return []byte("package p\n\nfunc _() {\n" + body + "}\n")
}

// BenchmarkFile is the whole way to a file. Compare with BenchmarkFormat.
func BenchmarkFile(b *testing.B) {
	sizes(b, func(b *testing.B, cell []byte) {
		for b.Loop() {
			if _, err := Cell(cell, Options{Types: TypesOff, LineName: "x.gocell"}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkFormat is go/format on the plain body.
func BenchmarkFormat(b *testing.B) {
	sizes(b, func(b *testing.B, cell []byte) {
		body := plain(cell)
		for b.Loop() {
			if _, err := format.Source(body); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkEdit is what makes a cell target's text: everything up to the edited
// fragment. Compare with BenchmarkParse.
func BenchmarkEdit(b *testing.B) {
	sizes(b, func(b *testing.B, cell []byte) {
		opts := Options{Types: TypesOff}.withDefaults()
		for b.Loop() {
			src, err := newSource(cell, "cell", 1)
			if err != nil {
				b.Fatal(err)
			}
			c, err := split(src, nil, &Options{})
			if err != nil {
				b.Fatal(err)
			}
			s, err := parse(c)
			if err != nil {
				b.Fatal(err)
			}
			p, err := makePlan(s, opts, ident{"result", 0}, &facts{})
			if err != nil {
				b.Fatal(err)
			}
			p.edits.apply(src, 0, len(src.text))
		}
	})
}

// BenchmarkParse is go/parser on the plain body.
func BenchmarkParse(b *testing.B) {
	sizes(b, func(b *testing.B, cell []byte) {
		body := plain(cell)
		for b.Loop() {
			if _, err := parser.ParseFile(token.NewFileSet(), "", body, parser.ParseComments); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkDst is dst's way there and back on the plain body, which go/format ends too. The large
// sizes are left out: they take a minute and gigabytes.
func BenchmarkDst(b *testing.B) {
	sizes(b, func(b *testing.B, cell []byte) {
		if len(cell) > 1_000_000 {
			b.Skip("takes too long")
		}
		body := plain(cell)
		for b.Loop() {
			f, err := decorator.Parse(body)
			if err != nil {
				b.Fatal(err)
			}
			if err := decorator.Fprint(io.Discard, f); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkGoimports is goimports on the plain body. It looks for no packages: how long that takes
// says more about the machine's module cache than about the text.
func BenchmarkGoimports(b *testing.B) {
	opts := &imports.Options{Comments: true, TabIndent: true, TabWidth: 8, FormatOnly: true}
	sizes(b, func(b *testing.B, cell []byte) {
		body := plain(cell)
		for b.Loop() {
			if _, err := imports.Process("x.go", body, opts); err != nil {
				b.Fatal(err)
			}
		}
	})
}
