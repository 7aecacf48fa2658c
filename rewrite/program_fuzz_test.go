package rewrite

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// fuzzBetween parts the cells in a fuzzed text.
const fuzzBetween = "\n%%%%\n"

// FuzzProgram holds the promises for any notebook: never a panic; what is wrong has a position in its
// cell; a cell without an error is in the program, which is the same twice and type-checks, by a
// check of its own.
func FuzzProgram(f *testing.F) {
	paths, err := filepath.Glob("../golden/testdata/program/*.txtar")
	if err != nil || len(paths) == 0 {
		f.Fatal(err, "no golden cases")
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		var cells []string
		for _, file := range txtar.Parse(text).Files {
			if strings.HasPrefix(file.Name, "cell ") {
				cells = append(cells, string(file.Data))
			}
		}
		f.Add(strings.Join(cells, fuzzBetween))
	}
	env := NewEnv("..")
	found, err := env.packages.Load(context.Background(), fuzzImports)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var cells []ProgramCell
		for i, src := range strings.Split(text, fuzzBetween) {
			for _, path := range importsOf([]byte(src)) {
				if _, ok := fuzzImports[path]; !ok {
					t.Skip()
				}
			}
			cells = append(cells, ProgramCell{Name: fmt.Sprintf("book.ipynb:cell %d", i+1), Number: i + 1, Source: []byte(src)})
		}
		var outs [2]*ProgramOutput
		var p *program
		for i := range outs {
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
			if c.Err == nil {
				continue
			}
			src := cells[i].Source
			lines := bytes.Split(src, []byte("\n"))
			for _, e := range Errors(c.Err) {
				if e.Msg == "" || strings.Contains(e.Msg, "\n") || e.Pos.Line < 1 || e.Pos.Line > len(lines) || e.Pos.Column < 1 || e.Pos.Column > len(lines[e.Pos.Line-1])+1 {
					t.Errorf("%v: bad position or message", e)
				}
				for _, ours := range []string{"emission", "new_", "host.", "expected '"} {
					if strings.Contains(e.Msg, ours) && !strings.Contains(text, ours) && p.members[i].syntax != nil {
						t.Errorf("%v: not what a user should see", e)
					}
				}
			}
		}
	})
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
		if name := p.members[i].function() + ".go"; (c.Err == nil) != files[name] {
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
