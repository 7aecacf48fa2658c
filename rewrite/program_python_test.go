package rewrite_test

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cellwrap/cellwrap/rewrite"
)

// TestProgramsLikePython holds IPython's scoping against Python's own: random notebooks, each written
// in both languages, print the same. In them a function uses variables that keep their type, since
// what a type changes is where the two must differ.
func TestProgramsLikePython(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil || testing.Short() {
		t.Skip("no python3, or -short")
	}
	b := &goldenBuild{dir: t.TempDir(), t: t}
	var scripts []string
	for i := range 40 {
		n := &twins{Rand: rand.New(rand.NewPCG(uint64(i), 1)), types: map[string]string{}}
		var cells []rewrite.ProgramCell
		for number := range 12 {
			n.cell()
			cells = append(cells, rewrite.ProgramCell{Name: fmt.Sprintf("book.ipynb:cell %d", number+1), Number: number + 1, Source: []byte(n.golang)})
		}
		out, err := rewrite.Program(t.Context(), cells, rewrite.Options{Env: goldenEnv})
		if err != nil {
			t.Fatal(err)
		}
		for k, c := range out.Cells {
			if c.Err != nil {
				t.Fatalf("%v\n%s", c.Err, cells[k].Source)
			}
		}
		for _, f := range out.Files {
			b.write(fmt.Sprintf("run/%d/%s", i, f.Name), f.Code)
		}
		scripts = append(scripts, n.python)
	}
	b.copyPackage("reactor", "reactor")
	b.copyPackage("internal/host", "internal/host")
	b.write("go.mod", []byte("module "+goldenModule+"\n\ngo 1.26\n"))
	for pkg, lines := range b.goCommand("build", "-trimpath", "-ldflags=-s -w", "-o", "bin/", "./run/...") {
		t.Errorf("go build: %s\n%s", pkg, strings.Join(lines, ""))
	}
	for i, script := range scripts {
		want, err := exec.Command(python, "-c", script).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s\n%s", err, want, script)
		}
		if got := runProgram(t, filepath.Join(b.dir, "bin", fmt.Sprint(i))); string(got) != string(want) {
			t.Errorf("notebook %d prints\n%s\nand in Python\n%s\n%s", i, got, want, script)
		}
	}
}

// twins writes a notebook in Go, a cell at a time, and in Python.
type twins struct {
	*rand.Rand
	types     map[string]string // of the variables that there are
	functions []string          // that there are
	golang    string            // the last cell
	python    string            // all cells
}

var (
	twinInts    = []string{"a", "b", "c", "len"} // always ints
	twinChanges = []string{"v", "w", "x"}        // now ints, now strings
)

func (n *twins) line(golang, python string) {
	n.golang += golang + "\n"
	n.python += python + "\n"
}

func (n *twins) cell() {
	n.golang = ""
	for number := range 4 {
		if n.IntN(3) == 0 {
			n.function(fmt.Sprintf("f%d", number))
		}
	}
	here := map[string]bool{} // assigned in this cell
	for range 1 + n.IntN(5) {
		name := twinInts[n.IntN(len(twinInts))]
		kind := "int"
		if n.IntN(2) == 0 {
			name = twinChanges[n.IntN(len(twinChanges))]
			if kind = []string{"int", "string"}[n.IntN(2)]; here[name] {
				kind = n.types[name]
			}
		}
		e := n.expr(kind)
		if kind == "int" && len(n.functions) > 0 && n.IntN(3) == 0 {
			e = n.functions[n.IntN(len(n.functions))] + "()"
		}
		switch same := n.types[name] == kind; {
		case here[name], same && n.IntN(4) == 0:
			n.line(name+" = "+e, name+" = "+e)
		case n.IntN(4) == 0:
			n.line("var "+name+" "+kind+" = "+e, name+" = "+e)
		default:
			n.line(name+" := "+e, name+" = "+e)
		}
		here[name] = true
		n.types[name] = kind
		n.print()
	}
	n.print()
}

// function defines a function of no parameters, which changes a variable or not. It calls only those
// of lower number, so that none calls itself.
func (n *twins) function(name string) {
	golang, python := "func "+name+"() int {", "def "+name+"():"
	ints := n.ints()
	if len(ints) > 0 && n.IntN(2) == 0 {
		v := ints[n.IntN(len(ints))]
		golang += " " + v + " = " + v + " + 1;"
		python += "\n  global " + v + "\n  " + v + " = " + v + " + 1"
	}
	e := n.atom("int", false)
	for _, f := range n.functions {
		if f < name && n.IntN(2) == 0 {
			e = f + "()"
		}
	}
	n.line(golang+" return "+e+" }", python+"\n  return "+e)
	for _, f := range n.functions {
		if f == name {
			return
		}
	}
	n.functions = append(n.functions, name)
}

func (n *twins) print() {
	args := n.expr("int") + ", " + n.expr("string")
	n.line("fmt.Println("+args+")", "print("+args+")")
}

// expr returns an expression without a call: Go leaves open whether a variable beside one is read
// before it.
func (n *twins) expr(kind string) string { return n.atom(kind, true) + " + " + n.atom(kind, true) }

// ints returns the variables that are always ints, as far as they are there.
func (n *twins) ints() (names []string) {
	for _, name := range twinInts {
		if n.types[name] != "" {
			names = append(names, name)
		}
	}
	return names
}

// atom returns an operand. Those that functions may have are literals and what is always an int.
func (n *twins) atom(kind string, inCell bool) string {
	names := n.ints()
	if kind == "string" {
		names = nil
	}
	if inCell {
		for _, name := range twinChanges {
			if n.types[name] == kind {
				names = append(names, name)
			}
		}
	}
	if len(names) > 0 && n.IntN(3) > 0 {
		return names[n.IntN(len(names))]
	}
	if kind == "int" {
		return fmt.Sprint(n.IntN(100))
	}
	return fmt.Sprintf("%q", string(rune('k'+n.IntN(9))))
}
