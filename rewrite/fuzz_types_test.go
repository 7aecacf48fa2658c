package rewrite

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/cellwrap/cellwrap/internal/importer"
)

// fuzzImports are what fuzzed cells may import: each new set of imports asks the go command.
var fuzzImports = importer.Names{"errors": nil, "fmt": nil, "os": nil, "strings": nil, "sync": nil, "time": nil, DefaultRuntime: nil}

// FuzzTypes rewrites cells with types. What is accepted type-checks as it was emitted, by a check
// of its own.
func FuzzTypes(f *testing.F) {
	paths, err := filepath.Glob("../golden/testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		f.Fatal(err, "no golden cases")
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range txtar.Parse(text).Files {
			if file.Name == "cell" {
				f.Add(file.Data)
			}
		}
	}
	env := NewEnv("..")
	found, err := env.packages.Load(context.Background(), fuzzImports)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		for _, spec := range importsOf(src) {
			if _, ok := fuzzImports[spec]; !ok {
				t.Skipf("the cell imports %s, whose types the test has not loaded", spec)
			}
		}
		out, err := Cell(src, Options{Env: env})
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || strings.Contains(err.Error(), "\x00") {
				t.Errorf("error %T %q", err, err)
			}
			return
		}
		if out.Name == "" || len(out.Diagnostics) > 0 {
			return
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, "", out.Code, parser.SkipObjectResolution)
		if err != nil {
			t.Fatalf("%v in\n%s", err, out.Code)
		}
		for _, spec := range file.Imports {
			if _, ok := fuzzImports[unquote(spec.Path.Value)]; !ok {
				t.Skipf("the result's type needs %s, whose types the test has not loaded", spec.Path.Value)
			}
		}
		conf := types.Config{Importer: found, GoVersion: found.GoVersion}
		if _, err := conf.Check("main", fset, []*ast.File{file}, nil); err != nil {
			t.Errorf("%v in\n%s", err, out.Code)
		}
	})
}

// importsOf returns the paths that a cell imports, as far as it can be rewritten.
func importsOf(src []byte) []string {
	s, err := newSource(src, "", 1)
	if err != nil {
		return nil
	}
	c, err := split(s, nil, &Options{})
	if err != nil {
		return nil
	}
	if _, _, err := c.settle((&Options{}).settings(), &Options{}); err != nil {
		return nil
	}
	syntax, err := parse(c)
	if err != nil || syntax.imports == nil {
		return nil
	}
	var paths []string
	for _, spec := range syntax.imports.Imports {
		paths = append(paths, unquote(spec.Path.Value))
	}
	return paths
}
