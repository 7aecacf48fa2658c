package rewrite_test

import (
	"bytes"
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/cellwrap/cellwrap"
	"github.com/cellwrap/cellwrap/golden"
	"github.com/cellwrap/cellwrap/internal/importer"
	"github.com/cellwrap/cellwrap/rewrite"
	"github.com/cellwrap/cellwrap/templates"
)

// TestCellTargets rewrites the cells of all golden cases as cells for kernels, and holds what is
// promised of these: line N of the cell is line N of the output, and is changed by the edits that are
// listed alone; the output is left alone when it is rewritten again, and unwraps to the cell; and
// all of it passes go/types as the file that a kernel makes of it. What the file target takes
// they take, but for the reasons below.
func TestCellTargets(t *testing.T) {
	t.Parallel()
	cases, err := golden.Load("../golden/testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range []rewrite.Target{rewrite.GoNB, rewrite.REPL} {
		t.Run(string(target), func(t *testing.T) {
			t.Parallel()
			checkCellTargets(t, cases, target)
		})
	}
}

func checkCellTargets(t *testing.T, cases []*golden.Case, target rewrite.Target) {
	check := newCellCheck(t)
	reasons := map[string]int{}
	for _, c := range cases {
		if _, ok := c.Section("template"); ok {
			continue // of another kind
		}
		if c.Name == "import_twice_named" || c.Name == "import_vs_decl" {
			continue // a file lacks the import that is not used, and a name twice; a kernel says so
		}
		if templates.IsGenerated(c.Cell) {
			continue // a whole file, which the file target alone leaves as it is when a name is given
		}
		t.Run(c.Name, func(t *testing.T) {
			opts := c.Options(target, goldenEnv)
			opts.FixImports = true
			opts.Assign = cmp.Or(opts.Assign, "result")
			out, err := rewrite.Cell(c.Cell, opts)
			if err != nil {
				file := c.Options(rewrite.File, goldenEnv)
				if _, fileErr := rewrite.Cell(c.Cell, file); fileErr == nil && !cellReason(err, reasons) {
					t.Errorf("refused: %v", err)
				}
				return
			}
			checkCellTarget(t, c.Cell, out, opts)
			_, fails := c.Section("compile")
			unknown := slices.ContainsFunc(out.Diagnostics, func(d rewrite.Diagnostic) bool { return d.Severity == rewrite.Warning })
			// A REPL's commands are not known, and without types it may use package reactor.
			other := target == rewrite.REPL && (opts.Types == rewrite.TypesOff || hasCommand(out.Code))
			// A package of the case's own is in the module of TestGolden, and not in a kernel's.
			own := slices.ContainsFunc(c.Support(), func(f txtar.File) bool { return strings.Contains(f.Name, "/") })
			if out.Name != "" && !fails && !unknown && !other && !own && opts.Runtime == "" {
				check.file(t, c, target, out)
			}
		})
	}
	t.Logf("%s: %d compile; refused: %v", target, check.n, reasons)
	if check.n < 300 {
		t.Errorf("only %d cases for %s", check.n, target)
	}
}

// cellCheck checks outputs as a kernel's compiler would.
type cellCheck struct {
	packages *importer.Importer
	want     importer.Names
	found    *importer.Packages
	n        int
}

func newCellCheck(t *testing.T) *cellCheck {
	runtime := cellwrap.Reactor()
	fallback := map[string]fs.FS{rewrite.DefaultRuntime: runtime}
	for _, name := range []string{"session", "dynamic"} {
		sub, err := fs.Sub(runtime, name)
		if err != nil {
			t.Fatal(err)
		}
		fallback[rewrite.DefaultRuntime+"/"+name] = sub
	}
	return &cellCheck{packages: importer.New(t.TempDir(), importer.Options{Fallback: fallback}), want: importer.Names{}}
}

// file checks an output. An import that is not used is nothing to GoNB, which removes it, nor to
// an interpreter.
func (x *cellCheck) file(t *testing.T, c *golden.Case, target rewrite.Target, out *rewrite.Output) {
	t.Helper()
	fset := token.NewFileSet()
	var files []*ast.File
	add := func(name string, text []byte) {
		f, err := parser.ParseFile(fset, name, text, parser.SkipObjectResolution)
		if err != nil {
			t.Errorf("%v in\n%s", err, text)
			return
		}
		files = append(files, f)
	}
	add(c.Name, inFile(out.Code, target))
	for _, f := range c.Support() {
		add(f.Name, c.Beside(f, target))
	}
	if t.Failed() {
		return
	}
	known := len(x.want)
	for _, f := range files {
		for _, spec := range f.Imports {
			path, _ := strconv.Unquote(spec.Path.Value)
			x.want[path] = nil
		}
	}
	if len(x.want) > known {
		var err error
		if x.found, err = x.packages.Load(t.Context(), x.want.All()); err != nil {
			t.Fatal(err)
		}
	}
	conf := types.Config{Importer: x.found, GoVersion: "go1.26", Error: func(err error) {
		msg := err.Error()
		if unused := strings.HasSuffix(msg, " and not used") && strings.Contains(msg, "imported"); !unused && strings.HasPrefix(msg, c.Name+":") {
			t.Errorf("%v in\n%s", err, out.Code)
		}
	}}
	conf.Check("cell", fset, files, nil) // Error has what it returns
	x.n++
}

// cellReason counts the reasons for which cells for a kernel are refused and files are not.
func cellReason(err error, reasons map[string]int) bool {
	msg := err.Error()
	for _, reason := range []string{
		"GoNB would take this line for a command",
		"GoNB would leave this line out",
		"GoNB would take the next line for a part of this command",
		"GoNB cannot run a cell with a line directive",
		"GoNB has commands only at the start of a line",
		"cannot stand in a cell that cellwrap makes a func main of",
		"undefined: reactor",      // an interpreter's runtime is dynamic
		"interface type any",      // and its awaits give any
		"non-boolean condition",   // likewise
		"type any has no field",   // likewise
		"not defined on",          // likewise
		"(overflows)",             // a constant that is any is an int
		"mismatched types",        // likewise
		"need type assertion",     // likewise
		"cannot range over await", // likewise
	} {
		if strings.Contains(msg, reason) {
			reasons[reason]++
			return true
		}
	}
	return false
}

// checkCellTarget holds the promises of an output that is a cell again.
func checkCellTarget(t *testing.T, cell []byte, out *rewrite.Output, opts rewrite.Options) {
	t.Helper()
	if bytes.Contains(out.Code, []byte("//line ")) && !bytes.Contains(cell, []byte("//line ")) {
		t.Errorf("a line directive in\n%s", out.Code)
	}
	if bytes.Contains(out.Code, []byte("var _ =")) && !bytes.Contains(cell, []byte("var _ =")) && opts.Target == rewrite.GoNB {
		t.Errorf("a variable without a name, which GoNB would keep, in\n%s", out.Code)
	}
	if again, err := rewrite.Cell(out.Code, opts); err != nil {
		t.Errorf("rewriting the output: %v\n%s", err, out.Code)
	} else if diff := gocmp.Diff(string(out.Code), string(again.Code)); diff != "" {
		t.Errorf("rewriting the output changes it (-first +second):\n%s", diff)
	}
	if out.Name == "" {
		return
	}
	if back, _, err := rewrite.Unwrap(out.Code, "cell"); err != nil {
		t.Errorf("%v in\n%s", err, out.Code)
	} else if diff := gocmp.Diff(string(cell), string(back)); diff != "" {
		t.Errorf("unwrapped (-cell +got):\n%s", diff)
	}
	// The header may stand on the magic's line, and the footer behind the last.
	in, got := lines(applied(cell, out.Edits)), lines(out.Code)
	if len(got) < len(in) {
		t.Fatalf("%d lines of %d:\n%s", len(got), len(in), out.Code)
	}
	was := lines(cell)
	for i, line := range in {
		if strings.TrimRight(line, "\r\n") != strings.TrimRight(got[i], "\r\n") && !strings.Contains(got[i], "//cellwrap:wrapped") {
			t.Errorf("line %d is %q, not %q, in\n%s", i+1, got[i], line, out.Code)
		}
		if out.Lines[i] != i+1 && i < len(was) && strings.Trim(was[i], "\ufeff \t\r\n") != "" {
			t.Errorf("line %d is said to come from line %d", i+1, out.Lines[i])
		}
	}
	for i, line := range out.Lines {
		if line > len(was) {
			t.Errorf("line %d is said to come from line %d of %d", i+1, line, len(was))
		}
	}
	if n := len(got); n != len(out.Lines) {
		t.Errorf("%d lines, and a map of %d", n, len(out.Lines))
	}
}

// hasCommand reports whether a line looks like a kernel's command.
func hasCommand(text []byte) bool {
	return slices.ContainsFunc(lines(text), func(line string) bool {
		line = strings.TrimSpace(strings.TrimPrefix(line, "\ufeff"))
		return strings.HasPrefix(line, "%") || strings.HasPrefix(line, "!")
	})
}

func lines(text []byte) []string { return slices.Collect(strings.Lines(string(text))) }

// applied returns the cell with the edits.
func applied(cell []byte, edits []rewrite.Edit) []byte {
	type span struct {
		start, end int
		text       string
	}
	var spans []span
	for _, e := range edits {
		spans = append(spans, span{offset(cell, e.Start), offset(cell, e.End), e.New})
	}
	slices.SortStableFunc(spans, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	var out []byte
	at := 0
	for _, s := range spans {
		if s.start < at {
			continue // in a declaration that has moved
		}
		out = append(append(out, cell[at:s.start]...), s.text...)
		at = s.end
	}
	return append(out, cell[at:]...)
}
