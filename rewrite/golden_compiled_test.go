package rewrite_test

import (
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/cellwrap/cellwrap/internal/importer"
	"github.com/cellwrap/cellwrap/rewrite"
)

// A list of the packages that the compiler has accepted is committed in golden/testdata, for each test that
// compiles outputs: a hash of the package's files, and its name. go/types checks such a package in this
// process, against the runtime as it is now; the compiler, which has the same type checker, need
// not take it again. What is not on the list, and with -all everything, is compiled. -update renews the list.

// compile compiles packages of the module, or checks those that are on the list of a test. It returns what the
// compiler says of each package. With vet, what go vet says is an error.
func (b *goldenBuild) compile(list string, packages []string, vet bool) map[string][]string {
	file := "../golden/testdata/" + list + ".sum"
	known := b.readSums(file)
	sums := map[string]string{}
	var listed, others []string
	for _, pkg := range packages {
		sums[pkg] = b.sum(pkg)
		if _, ok := known[sums[pkg]+" "+pkg]; ok && !*rewrite.All && !*update {
			listed = append(listed, pkg)
		} else {
			others = append(others, pkg)
		}
	}
	b.check(listed)
	said := map[string][]string{}
	maps.Copy(said, b.goPackages(others, "build", "-trimpath"))
	if vet {
		for pkg, lines := range b.vet(others) {
			if said[pkg] == nil {
				b.t.Errorf("go vet of %s:\n%s", pkg, strings.Join(lines, ""))
				delete(sums, pkg)
			}
		}
	}
	for pkg := range said {
		delete(sums, pkg)
	}
	lines := map[string]bool{}
	for pkg, sum := range sums {
		lines[sum+" "+pkg] = true
	}
	if strings.Contains(flag.Lookup("test.run").Value.String(), "/") { // only some cases: the rest of the list stays
		for line := range known {
			if _, pkg, _ := strings.Cut(line, " "); !slices.Contains(packages, pkg) {
				lines[line] = true
			}
		}
	}
	for line := range known {
		if !lines[line] && !*update {
			b.t.Errorf("%s: stale, renew it with -update: %s", file, line)
		}
	}
	if *update && !b.t.Failed() {
		b.save(file, strings.Join(slices.Sorted(maps.Keys(lines)), "\n")+"\n")
	}
	b.t.Logf("%d packages compiled, %d checked by go/types (-all compiles all)", len(others), len(listed))
	return said
}

func (b *goldenBuild) readSums(file string) map[string]bool {
	text, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		b.t.Fatal(err)
	}
	known := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		known[strings.TrimSuffix(line, "\n")] = true
	}
	return known
}

func (b *goldenBuild) save(file, text string) {
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		b.t.Error(err)
	}
}

// sum returns the hash of a package's files.
func (b *goldenBuild) sum(pkg string) string {
	h := sha256.New()
	for _, name := range b.filesOf(pkg) {
		text, err := os.ReadFile(filepath.Join(b.dir, name))
		if err != nil {
			b.t.Fatal(err)
		}
		fmt.Fprintf(h, "%s %d\n%s", name, len(text), text)
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:12])
}

func (b *goldenBuild) filesOf(pkg string) []string {
	names, err := fs.Glob(os.DirFS(b.dir), pkg+"/*.go")
	if err != nil {
		b.t.Fatal(err)
	}
	return names
}

// check type-checks packages of the module.
func (b *goldenBuild) check(packages []string) {
	fset := token.NewFileSet()
	parsed := map[string][]*ast.File{}
	want := importer.Names{}
	for _, pkg := range packages {
		for _, name := range b.filesOf(pkg) {
			f, err := parser.ParseFile(fset, filepath.Join(b.dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				b.t.Error(err)
				continue
			}
			parsed[pkg] = append(parsed[pkg], f)
			for _, spec := range f.Imports {
				path, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					b.t.Fatal(err)
				}
				want[path] = nil
			}
		}
	}
	if len(parsed) == 0 {
		return
	}
	found, err := importer.New(b.dir, importer.Options{}).Load(b.t.Context(), want.All())
	if err != nil {
		b.t.Fatal(err)
	}
	for _, pkg := range slices.Sorted(maps.Keys(parsed)) {
		conf := types.Config{Importer: found, GoVersion: "go1.26", Error: func(err error) { b.t.Errorf("%s: %v", pkg, err) }}
		conf.Check(goldenModule+"/"+pkg, fset, parsed[pkg], nil) // Error has what it returns
	}
}

// vet returns what go vet says of packages. Cells may hold code after a return.
func (b *goldenBuild) vet(packages []string) map[string][]string {
	return b.goPackages(packages, "vet", "-trimpath", "-unreachable=false")
}

// goPackages runs a go command on packages of the module.
func (b *goldenBuild) goPackages(packages []string, args ...string) map[string][]string {
	if len(packages) == 0 {
		return nil
	}
	for _, pkg := range packages {
		args = append(args, "./"+pkg)
	}
	return b.goCommand(args...)
}
