package rewrite

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/cellwrap/cellwrap/internal/importer"
)

// fuzzBetween parts the cells in a fuzzed text.
const fuzzBetween = "\n%%%%\n"

// FuzzProgram holds the promises for any notebook: never a panic; what is wrong has a position in its
// cell; a cell without an error is in the program, which is the same twice and type-checks, by a
// check of its own.
func FuzzProgram(f *testing.F) {
	for _, cells := range goldenPrograms(f) {
		f.Add(strings.Join(cells, fuzzBetween))
	}
	env := NewEnv("..")
	found, err := env.packages.Load(context.Background(), fuzzImports)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) { checkProgram(t, env, found, strings.Split(text, fuzzBetween)) })
}

// TestShuffled holds the same for notebooks that are made of the cells of all cases, so that most of
// them define again, with another meaning, what others use.
func TestShuffled(t *testing.T) {
	t.Parallel()
	var cells []string
	for _, of := range goldenPrograms(t) {
		for _, cell := range of {
			if !slices.ContainsFunc(importsOf([]byte(cell)), unknownToFuzz) {
				cells = append(cells, cell)
			}
		}
	}
	env := NewEnv("..")
	found, err := env.packages.Load(context.Background(), fuzzImports)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 300 {
		r := rand.New(rand.NewPCG(uint64(i), 2))
		var book []string
		for len(book) < 20 {
			from := r.IntN(len(cells)) // a few that follow each other, for some to compile
			book = append(book, cells[from:min(from+1+r.IntN(5), len(cells))]...)
		}
		t.Run(fmt.Sprint(i), func(t *testing.T) { checkProgram(t, env, found, book) })
	}
}

// goldenPrograms returns the cells of the golden cases.
func goldenPrograms(tb testing.TB) (programs [][]string) {
	paths, err := filepath.Glob("../golden/testdata/program/*.txtar")
	if err != nil || len(paths) == 0 {
		tb.Fatal(err, "no golden cases")
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		var cells []string
		for _, file := range txtar.Parse(text).Files {
			if strings.HasPrefix(file.Name, "cell ") {
				cells = append(cells, string(file.Data))
			}
		}
		programs = append(programs, cells)
	}
	return programs
}

func unknownToFuzz(path string) bool {
	_, known := fuzzImports[path]
	return !known
}

// checkProgram rewrites cells, twice, and checks what comes out.
func checkProgram(t *testing.T, env *Env, found *importer.Packages, texts []string) {
	var cells []ProgramCell
	for i, src := range texts {
		if slices.ContainsFunc(importsOf([]byte(src)), unknownToFuzz) {
			t.Skip("the cell imports a package whose types the test has not loaded")
		}
		cells = append(cells, ProgramCell{Name: fmt.Sprintf("book.ipynb:cell %d", i+1), Number: i + 1, Source: []byte(src)})
	}
	var outs [2]*ProgramOutput
	var p *program
	for i := range outs {
		var err error
		if p, err = newProgram(cells, Options{Env: env}); err != nil {
			t.Fatal(err)
		}
		p.read()
		p.use(found)
		if outs[i], err = p.rewrite(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if !reflect.DeepEqual(outs[0], outs[1]) {
		t.Fatal("a second run differs")
	}
	checkFuzzProgram(t, p, outs[0])
	for i, c := range outs[0].Cells {
		lines := strings.Split(texts[i], "\n")
		for _, e := range Errors(c.Err) {
			if e.Msg == "" || strings.Contains(e.Msg, "\n") || e.Pos.Line < 1 || e.Pos.Line > len(lines) || e.Pos.Column < 1 || e.Pos.Column > len(lines[e.Pos.Line-1])+1 {
				t.Errorf("%v: bad position or message", e)
			}
			for _, ours := range []string{"emission", "new_", "host.", "expected '"} {
				if strings.Contains(e.Msg, ours) && !strings.Contains(strings.Join(texts, ""), ours) && p.members[i].syntax != nil {
					t.Errorf("%v: not what a user should see", e)
				}
			}
		}
	}
}

func checkFuzzProgram(t *testing.T, p *program, out *ProgramOutput) {
	files := map[string]bool{}
	var list []*ast.File
	fset := token.NewFileSet()
	for _, file := range out.Files {
		files[file.Name] = true
		parsed, err := parser.ParseFile(fset, file.Name, file.Code, parser.SkipObjectResolution)
		if err != nil {
			t.Fatalf("%v\n%s", err, file.Code)
		}
		list = append(list, parsed)
	}
	for i, c := range out.Cells {
		if name := p.members[i].file(); (c.Err == nil) != files[name] {
			t.Errorf("%s: %v", name, c.Err)
		}
	}
	conf := types.Config{Importer: p, GoVersion: p.found.GoVersion}
	if _, err := conf.Check("main", fset, list, nil); err != nil {
		for _, f := range out.Files {
			t.Logf("%s", f.Code)
		}
		t.Errorf("the program does not compile: %v", err)
	}
}
