package rewrite_test

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cellwrap/cellwrap/rewrite"
)

// experiment is the one GOEXPERIMENT that examples ask for.
const experiment = "jsonv2"

// ownStack are the examples that print what called them: here, the reactor.
var ownStack = []string{"runtime.ExampleFrames"}

// TestGorootExamples runs the examples of the standard library that document their
// output, as cells with types, on the reactor, each in a process of its own, and compares
// what they print with what they document. None may be refused. The type checker cannot tell
// whether statements run in their order and names mean what they meant.
func TestGorootExamples(t *testing.T) {
	every, floor := uint32(30), 15
	if *rewrite.All {
		every, floor = 1, 770
	}
	found := findExamples(t)
	taken := map[string][]*corpusCell{} // by experiment
	n := 0
	for _, x := range left(found) {
		if x.experiment != "" && !*rewrite.All {
			x.outcome = "needs GOEXPERIMENT, which only -all builds"
		} else if n++; !rewrite.Sampled(x.name, every) {
			x.outcome = "not in the sample"
		} else {
			x.id = fmt.Sprintf("example%03d", n)
			taken[x.experiment] = append(taken[x.experiment], x)
		}
	}
	for _, exp := range slices.Sorted(maps.Keys(taken)) {
		c := newCorpus(t, exp)
		cells := taken[exp]
		c.rewrite(cells, func(*corpusCell, error) string { return "" })
		// One program holds them all, and runs the one that it is asked for.
		c.build(cells, func(cells []*corpusCell) { c.write("main.go", dispatch(cells, "wait.For(%s.RunCell())")) }, "-o", "examples.exe", ".")
		c.vet(cells)
		// As under go test, and the zone that package time's tests set.
		env := append(os.Environ(), "GOROOT="+filepath.Dir(goroot(t)), "TZ=America/Los_Angeles")
		c.run(cells, env, func(x *corpusCell) []string {
			return []string{filepath.Join(c.dir, "examples.exe"), x.id}
		})
	}
	if ran := report(t, found); ran < floor {
		t.Errorf("only %d of %d examples ran: is GOROOT/src there?", ran, len(found))
	}
}

// dispatch returns a main package that runs the cell that it is asked for, by a call of its
// package.
func dispatch(cells []*corpusCell, call string) []byte {
	var imports, cases strings.Builder
	for _, x := range cells {
		fmt.Fprintf(&imports, "\t%s %q\n", x.id, corpusModule+"/"+x.id)
		fmt.Fprintf(&cases, "\tcase %q:\n\t\t"+call+"\n", x.id, x.id)
	}
	return []byte(`package main

import (
	"os"

	"example.com/corpus/wait"
` + imports.String() + `)

func main() {
	id := os.Args[1]
	os.Args = os.Args[:1]
	switch id {
` + cases.String() + `	default:
		os.Exit(2)
	}
}
`)
}

// findExamples returns the examples of GOROOT/src.
func findExamples(t *testing.T) []*corpusCell {
	var list []*corpusCell
	root := goroot(t)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			// The go command ignores a directory whose name begins with an underscore.
			if d.Name() == "testdata" || d.Name()[0] == '_' || path == filepath.Join(root, "cmd") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		pkg, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		found, err := fileExamples(filepath.ToSlash(pkg), path)
		list = append(list, found...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// fileExamples returns the examples of one file of the package with the given import
// path.
func fileExamples(importPath, path string) ([]*corpusCell, error) {
	dir, file := filepath.Split(path)
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	match, err := build.Default.MatchFile(dir, file)
	if err != nil {
		return nil, err
	}
	exp := ""
	if !match {
		ctx := build.Default
		ctx.ToolTags = append(slices.Clone(ctx.ToolTags), "goexperiment."+experiment)
		exp = experiment
		if match, err = ctx.MatchFile(dir, file); err != nil {
			return nil, err
		}
	}
	var list []*corpusCell
	for _, e := range doc.Examples(f) {
		x := &corpusCell{
			name:       importPath + ".Example" + e.Name,
			dir:        dir,
			pkg:        f.Name.Name,
			file:       file,
			output:     e.Output,
			unordered:  e.Unordered,
			experiment: exp,
		}
		list = append(list, x)
		fset, play := fset, e.Play
		switch {
		case e.Output == "" && e.EmptyOutput:
			x.outcome = "documents empty output"
			continue
		case e.Output == "":
			x.outcome = "documents no output, so go test does not run it"
			continue
		case !match:
			x.outcome = "build constraints"
			continue
		case slices.Contains(ownStack, x.name):
			x.outcome = "prints its own call stack"
			continue
		case play == nil:
			if fset, play, err = linked(importPath, path, e.Name); err != nil {
				return nil, err
			}
		}
		if play == nil {
			x.outcome = "go/doc makes no program of it"
			continue
		}
		if err := x.fill(fset, play); err != nil {
			return nil, fmt.Errorf("%s: %w", x.name, err)
		}
	}
	return list, nil
}

// linked makes a program of an example that go/doc makes none of, as it needs more of
// its package than is in its own file: the declarations of the package's other test files or, if
// the test is inside the package, the package, by a dot import.
func linked(importPath, path, name string) (*token.FileSet, *ast.File, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
	if err != nil {
		return nil, nil, err
	}
	inside := !strings.HasSuffix(f.Name.Name, "_test")
	paths, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*.go"))
	if err != nil {
		return nil, nil, err
	}
	scope := map[string]*ast.Object{}
	for _, other := range paths {
		match, err := build.Default.MatchFile(filepath.Split(other))
		if err != nil {
			return nil, nil, err
		}
		if !match || other == path || strings.HasSuffix(other, "_test.go") == inside {
			continue
		}
		o, err := parser.ParseFile(fset, other, nil, parser.ParseComments)
		if err != nil {
			return nil, nil, err
		}
		if o.Name.Name != f.Name.Name {
			continue
		}
		for name, obj := range o.Scope.Objects {
			if !inside || token.IsExported(name) {
				scope[name] = obj
			}
		}
		if !inside {
			f.Decls = append(f.Decls, o.Decls...)
			for _, imp := range o.Imports {
				if imp.Name == nil || imp.Name.Name != "." { // which go/doc gives up at
					f.Imports = append(f.Imports, imp)
				}
			}
			f.Unresolved = append(f.Unresolved, o.Unresolved...)
		}
	}
	for _, id := range f.Unresolved {
		id.Obj = scope[id.Name]
	}
	if inside {
		f.Name.Name += "_test"
	}
	// With a test beside it, go/doc takes no more than what the example needs.
	f.Decls = append(f.Decls, &ast.FuncDecl{
		Name: &ast.Ident{Name: "Test", Obj: ast.NewObj(ast.Fun, "Test")},
		Type: &ast.FuncType{},
	})
	for _, x := range doc.Examples(f) {
		if x.Name != name || x.Play == nil {
			continue
		}
		if inside {
			x.Play.Decls = slices.Insert(x.Play.Decls, 0, ast.Decl(&ast.GenDecl{Tok: token.IMPORT, Specs: []ast.Spec{
				&ast.ImportSpec{Name: ast.NewIdent("."), Path: &ast.BasicLit{Kind: token.STRING, Value: strconv.Quote(importPath)}},
			}}))
		}
		return fset, x.Play, nil
	}
	return nil, nil, nil
}
