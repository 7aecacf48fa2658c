package rewrite_test

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/build"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/go/ast/astutil"

	"github.com/cellwrap/cellwrap/rewrite"
)

// notRun are programs of GOROOT/test that do not do the same in a cell, by reason. "(main)" is a
// program's body of main, whose declarations are in another file.
var notRun = listed(map[string]string{
	"looks at its own lines, functions' names or stack": `
		devirtualization_nil_panics.go devirtualization_nil_panics.go(main)
		fixedbugs/bug347.go fixedbugs/bug347.go(main) fixedbugs/bug348.go fixedbugs/bug348.go(main)
		fixedbugs/issue14646.go(main) fixedbugs/issue17381.go fixedbugs/issue17381.go(main)
		fixedbugs/issue21879.go fixedbugs/issue21879.go(main) fixedbugs/issue22083.go(main)
		fixedbugs/issue27201.go fixedbugs/issue27201.go(main) fixedbugs/issue34123.go(main)
		fixedbugs/issue4562.go fixedbugs/issue4562.go(main) fixedbugs/issue5856.go fixedbugs/issue5856.go(main)
		fixedbugs/issue7690.go fixedbugs/issue7690.go(main) heapsampling.go
		inline_literal.go inline_literal.go(main)`,
	"has //line comments, which do not move a cell's positions": `
		fixedbugs/issue18149.go fixedbugs/issue18149.go(main) fixedbugs/issue22662.go fixedbugs/issue22662.go(main)`,
	"needs what only Go's own test runner sets": `
		fixedbugs/bug369.go fixedbugs/bug369.go(main) fixedbugs/issue21317.go fixedbugs/issue21317.go(main)
		linkobj.go linkobj.go(main)`,
	"looks at the addresses or lives of package variables, which are the cell's": `
		fixedbugs/issue54343.go gcstring.go nilptr.go zerosize.go`,
	"initializes package variables in another order than theirs": `
		fixedbugs/bug446.go`,
	"has package variables of a type that only package variables can have (cgo.Incomplete)": `
		fixedbugs/bug514.go fixedbugs/issue42032.go fixedbugs/issue42076.go fixedbugs/issue46903.go`,
})

// refusedPrograms are those that cellwrap refuses, by reason.
var refusedPrograms = listed(map[string]string{
	"main declares what the package declares too": `
		abi/named_results.go abi/named_return_stuff.go const8.go fixedbugs/bug058.go
		fixedbugs/issue18661.go fixedbugs/issue50671.go ken/simparray.go method7.go
		typeparam/nested.go typeparam/nested.go(main)`,
	"a constant of main, which becomes the package's, has the name of what it is made of": `
		const8.go(main)`,
	"a package variable is used before its declaration": `
		fixedbugs/bug436.go fixedbugs/bug473.go fixedbugs/issue22326.go fixedbugs/issue29013a.go
		fixedbugs/issue29013b.go fixedbugs/issue51913.go fixedbugs/issue5244.go fixedbugs/issue53619.go`,
	"the package declares error": `
		rename.go(main)`,
	"a method needs a type that stays in the body": `
		typeparam/cons.go`,
})

// refusedRules are the cell language's own rules about functions.
var refusedRules = map[string]string{
	"has a //go: directive, which a closure cannot have":      "a function with a //go: directive uses a package variable",
	"func init cannot be a closure, and must be":              "func init uses a package variable",
	"func init cannot use the cell's variable":                "func init uses a package variable",
	"a cell cannot link names":                                "//go:linkname",
	"is used before its declaration, which stays in the body": "a function is used by a package variable before it",
	"is used here and declared later":                         "a function is used by a package variable before it",
}

// listed returns the reason for each name in lists.
func listed(lists map[string]string) map[string]string {
	reasons := map[string]string{}
	for why, names := range lists {
		for _, name := range strings.Fields(names) {
			reasons[name] = why
		}
	}
	return reasons
}

// TestGorootPrograms runs the programs of GOROOT/test as cells, twice: whole, and with only the
// body of main as the cell and the rest as another file of its package. They must print what
// Go's own tests want of them.
func TestGorootPrograms(t *testing.T) {
	every, floor := uint32(151), 5
	if *rewrite.All {
		every, floor = 1, 1800
	}
	cells := findPrograms(t)
	if len(cells) == 0 {
		t.Skip("there is no GOROOT/test here: only Go's own downloads have it")
	}
	var taken []*corpusCell
	for i, x := range left(cells) {
		if !rewrite.Sampled(x.name, every) {
			x.outcome = "not in the sample"
			continue
		}
		x.id = fmt.Sprintf("program%04d", i)
		taken = append(taken, x)
	}
	c := newCorpus(t, "")
	c.rewrite(taken, refusedProgram)
	for _, x := range left(taken) {
		if why := refusedPrograms[x.name]; why != "" {
			t.Errorf("%s is accepted now: take it off the list of what is refused (%s)", x.name, why)
		}
	}
	c.build(taken, func(cells []*corpusCell) {
		for _, x := range cells {
			c.write(x.id+"/main.go", []byte(`package main

import cell_wait "example.com/corpus/wait"

func main() { cell_wait.For(RunCell()) }
`))
		}
	}, "-o", "bin/", "./program...")
	c.vet(taken)
	env := append(os.Environ(), "GOROOT="+filepath.Dir(goroot(t)))
	c.run(taken, env, func(x *corpusCell) []string { return []string{filepath.Join(c.dir, "bin", x.id)} })
	if ran := report(t, cells); ran < floor {
		t.Errorf("only %d of %d programs ran", ran, len(cells))
	}
}

// refusedProgram returns why it is right to refuse a program, or "".
func refusedProgram(x *corpusCell, err error) string {
	for msg, why := range refusedRules {
		if strings.Contains(err.Error(), msg) && x.context == nil {
			return why
		}
	}
	return refusedPrograms[x.name]
}

// findPrograms returns the programs of GOROOT/test, each twice.
func findPrograms(t *testing.T) []*corpusCell {
	var list []*corpusCell
	root := filepath.Join(filepath.Dir(goroot(t)), "test")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if os.IsNotExist(err) && path == root {
			return nil
		}
		if err == nil && d.IsDir() && strings.HasSuffix(path, ".dir") {
			return filepath.SkipDir // several packages
		}
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil || !isRun(src) {
			return err
		}
		output, err := os.ReadFile(strings.TrimSuffix(path, ".go") + ".out")
		if err != nil && !os.IsNotExist(err) {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		whole := &corpusCell{name: name, pkg: "main", file: d.Name(), original: src, dir: root, output: string(output), stderr: true}
		split := *whole
		split.name += "(main)"
		if err := fillProgram(whole, &split, path, src); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		list = append(list, whole, &split)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// isRun reports whether the first comment says to run the file, without flags.
func isRun(src []byte) bool {
	for line := range bytes.Lines(src) {
		if line = bytes.TrimSpace(line); len(line) > 0 && !bytes.HasPrefix(line, []byte("//go:build")) {
			return string(line) == "// run"
		}
	}
	return false
}

// fillProgram makes two cells of the program src.
func fillProgram(whole, split *corpusCell, path string, src []byte) error {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, path, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	match, err := build.Default.MatchFile(filepath.Split(path))
	if err != nil {
		return err
	}
	why := ""
	switch {
	case !match:
		why = "build constraints"
	case mainOf(f) == nil:
		why = "no main"
	}
	whole.outcome, split.outcome = cmp.Or(why, notRun[whole.name]), cmp.Or(why, notRun[split.name])
	if why != "" {
		return nil
	}
	if err := whole.fill(fset, f); err != nil {
		return err
	}
	return split.fillMain(src)
}

// fillMain makes the cell of the body of a program's main, and the context of the rest.
func (x *corpusCell) fillMain(src []byte) error {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	off := func(p token.Pos) int { return fset.PositionFor(p, false).Offset }
	m := mainOf(f)
	x.text = []byte("%%run_in_reactor\n")
	for _, d := range f.Decls {
		if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.IMPORT {
			x.text = append(append(x.text, src[off(d.Pos()):off(d.End())]...), '\n')
		}
	}
	x.text = append(append(x.text, src[off(m.Body.Lbrace)+1:off(m.Body.Rbrace)]...), '\n')
	// In the other file an import that only main used would be an error.
	rest := append(append(bytes.Clone(src[:off(m.Pos())]), "\n"...), src[off(m.End()):]...)
	fset = token.NewFileSet()
	if f, err = parser.ParseFile(fset, "", rest, parser.ParseComments); err != nil {
		return err
	}
	for _, imp := range slices.Clone(f.Imports) {
		p, err := strconv.Unquote(imp.Path.Value)
		if err != nil {
			return err
		}
		if !astutil.UsesImport(f, p) {
			name := ""
			if imp.Name != nil {
				name = imp.Name.Name
			}
			astutil.DeleteNamedImport(fset, f, name, p)
		}
	}
	var b bytes.Buffer
	err = format.Node(&b, fset, f)
	x.context = b.Bytes()
	return err
}
