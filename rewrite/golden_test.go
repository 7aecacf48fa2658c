package rewrite_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/scanner"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cellwrap/cellwrap/golden"
	"github.com/cellwrap/cellwrap/rewrite"
	"github.com/cellwrap/cellwrap/templates"
)

var update = flag.Bool("update", false, "rewrite what the golden cases want; read the diff before you commit it")

// TestGolden holds every case of golden/testdata, then compiles and runs the outputs for
// real. For one case: go test ./rewrite -run Golden/NAME. After a change that is meant to
// change outputs, or for a case without wants: go test ./rewrite -run Golden -update.
func TestGolden(t *testing.T) {
	t.Parallel()
	cases, err := golden.Load("../golden/testdata")
	if err != nil {
		t.Fatal(err)
	}
	b := &goldenBuild{dir: t.TempDir(), t: t}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			targets := c.Targets()
			if len(targets) == 0 {
				if !*update {
					t.Fatal("no want (make it with -update, and read it)")
				}
				targets = golden.Targets
			}
			for _, target := range targets {
				t.Run(string(target), func(t *testing.T) {
					out := checkGolden(t, c, target)
					if out != nil && out.Name != "" && !t.Failed() && isGo(target, out) {
						b.add(c, target, out)
					}
				})
			}
			saveGolden(t, &c.Archive)
		})
	}
	if !testing.Short() {
		b.build()
	}
}

// isGo reports whether the compiler can take an output. What a kernel knows better, or what an
// interpreter runs that is not in a function, it cannot.
func isGo(target rewrite.Target, out *rewrite.Output) bool {
	warned := slices.ContainsFunc(out.Diagnostics, func(d rewrite.Diagnostic) bool { return d.Severity == rewrite.Warning })
	return target.IsFile() || target == rewrite.Block || !warned && (target == rewrite.GoNB || out.Result != "")
}

func saveGolden(t *testing.T, c *golden.Archive) {
	if *update {
		if err := c.Save(); err != nil {
			t.Error(err)
		}
	}
}

// wantGolden compares a section of a case with what there is, or updates it.
func wantGolden(t *testing.T, c *golden.Archive, section string, got []byte) {
	t.Helper()
	want, ok := c.Section(section)
	switch {
	case *update:
		c.Set(section, got)
	case !ok:
		t.Errorf("no section %s for\n%s", section, got)
	default:
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", section, diff)
		}
	}
}

// checkGolden rewrites a case's cell for a target, and checks the outcome. It returns the
// output, or nil if the cell was refused.
func checkGolden(t *testing.T, c *golden.Case, target rewrite.Target) *rewrite.Output {
	opts := c.Options(target, goldenEnv)
	src := bytes.Clone(c.Cell)
	out, err := rewrite.Cell(src, opts)
	if !bytes.Equal(src, c.Cell) {
		t.Error("the cell was modified")
	}
	if err != nil {
		if e := (*rewrite.Error)(nil); !errors.As(err, &e) {
			t.Errorf("%T, not an *Error", err)
		}
		wantGolden(t, &c.Archive, string(target)+".error", []byte(err.Error()+"\n"))
		return nil
	}
	wantGolden(t, &c.Archive, string(target), out.Code)
	var notes []byte
	for _, d := range out.Diagnostics {
		notes = fmt.Appendf(notes, "%s: %s: %s\n", d.Pos, d.Severity, strings.TrimSuffix(d.Msg, "\n"))
	}
	if _, ok := c.Section("notes"); ok || notes != nil {
		wantGolden(t, &c.Archive, "notes", notes)
	}

	again, err := rewrite.Cell(out.Code, opts)
	if err != nil {
		t.Errorf("rewriting the output: %v", err)
	} else if diff := cmp.Diff(string(out.Code), string(again.Code)); diff != "" {
		t.Errorf("rewriting the output changes it (-first +second):\n%s", diff)
	}
	if n := bytes.Count(append(bytes.TrimSuffix(out.Code, []byte("\n")), '\n'), []byte("\n")); n != len(out.Lines) && len(out.Code) > 0 {
		t.Errorf("%d lines, and a map of %d", n, len(out.Lines))
	}
	if out.Name == "" && bytes.Equal(out.Code, c.Cell) {
		return out // passed through
	}
	if !target.IsFile() {
		back, _, err := rewrite.Unwrap(out.Code, opts.Filename)
		if err != nil {
			t.Error(err)
		} else if diff := cmp.Diff(string(c.Cell), string(back)); diff != "" {
			t.Errorf("unwrapped (-cell +got):\n%s", diff)
		}
		return out
	}
	code := out.Code
	for range 2 {
		formatted, err := format.Source(code)
		if err != nil {
			t.Error(err)
		} else if diff := cmp.Diff(string(out.Code), string(formatted)); diff != "" {
			t.Errorf("gofmt changes the output (-output +gofmt):\n%s", diff)
		}
		code = formatted
	}
	if opts.LineName != "" {
		checkGoldenLines(t, out, opts.LineName)
	}
	return out
}

// checkGoldenLines checks that the //line comments say the same as Output.Lines of every
// line that begins with a token.
func checkGoldenLines(t *testing.T, out *rewrite.Output, name string) {
	file := token.NewFileSet().AddFile("out", -1, len(out.Code))
	var sc scanner.Scanner
	sc.Init(file, out.Code, nil, 0)
	for last := 0; ; {
		pos, tok, _ := sc.Scan()
		if tok == token.EOF {
			return
		}
		n := file.PositionFor(pos, false).Line
		if n == last || n > len(out.Lines) || tok == token.SEMICOLON {
			continue
		}
		last = n
		if p := file.Position(pos); out.Lines[n-1] > 0 && (p.Filename != name || p.Line != out.Lines[n-1]) {
			t.Errorf("line %d of the output is %s:%d by its //line comment, and line %d of the cell by the map", n, p.Filename, p.Line, out.Lines[n-1])
		}
	}
}

const goldenModule = "github.com/cellwrap/cellwrap"

// goldenBuild is the outputs of all cases as one module, with a package for each case and
// target, so that one go command can compile them.
type goldenBuild struct {
	t     *testing.T
	dir   string
	units []goldenUnit
}

// goldenUnit is one output.
type goldenUnit struct {
	*golden.Case
	target rewrite.Target
	pkg    string // directory in the module
}

func (b *goldenBuild) write(name string, text []byte) {
	name = filepath.Join(b.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(name, text, 0o666); err != nil {
		b.t.Fatal(err)
	}
}

func (b *goldenBuild) add(c *golden.Case, target rewrite.Target, out *rewrite.Output) {
	u := goldenUnit{c, target, string(target) + "/" + c.Name}
	if u.runs() {
		u.pkg = "run/" + c.Name
		if target != rewrite.File {
			u.pkg += "_" + string(target)
		}
	}
	code := out.Code
	_, fails := c.Section("compile")
	if fails && !target.IsFile() {
		return // the compiler's words are about the file
	}
	switch target.Kind() {
	case templates.Block:
		code = goldenInFunction(out.Code, out.Name, c.Options(target, goldenEnv).Runtime)
	case templates.Cell:
		code = inFile(out.Code, target)
	}
	b.units = append(b.units, u)
	write := func(name string, code []byte) {
		if u.runs() {
			code = u.asPackage(code)
		}
		b.write(u.pkg+"/"+name, code)
	}
	write(c.Name+"_cell.go", code)
	for _, f := range c.Support() {
		write(f.Name, c.Beside(f, target))
	}
	if u.runs() {
		b.writeGate(&u)
	}
	if path := c.Options(target, goldenEnv).Runtime; path != "" {
		b.copyPackage("reactor", strings.TrimPrefix(path, goldenModule+"/"))
	}
}

// inFile makes a kernel's cell a file, as the kernel does. What is statements is a function.
func inFile(cell []byte, target rewrite.Target) []byte {
	var code []byte
	goesOn := false // a command in the next line
	for line := range bytes.Lines(bytes.TrimPrefix(cell, []byte("\ufeff"))) {
		if target == rewrite.GoNB && (goesOn || line[0] == '%' || line[0] == '!') {
			goesOn = bytes.HasSuffix(bytes.TrimRight(line, "\r\n"), []byte(`\`))
			line = []byte("\n")
		}
		code = append(code, line...)
	}
	file := append([]byte("package cell;"), code...)
	if _, err := parser.ParseFile(token.NewFileSet(), "", file, parser.SkipObjectResolution); err == nil {
		return file // the resolution would refuse 1000 levels in a function
	}
	imports, rest := []byte(nil), code
	for bytes.HasPrefix(rest, []byte("import \"")) {
		spec, more, _ := bytes.Cut(rest, []byte("; "))
		imports, rest = append(append(imports, spec...), "; "...), more
	}
	return slices.Concat([]byte("package cell;"), imports, []byte("func _() {"), rest, []byte("\n}\n"))
}

// goldenInFunction puts a block into a function of a file that imports what it uses.
func goldenInFunction(code []byte, name, runtime string) []byte {
	use := ""
	if name != "_" {
		use = "\t_ = " + name + "\n"
	}
	body := fmt.Sprintf("func _() {\n%s\n%s}\n", bytes.TrimPrefix(code, []byte("\ufeff")), use)
	if runtime == "" {
		runtime = rewrite.DefaultRuntime
	}
	paths := []string{runtime}
	// A block does not import: its file does. What breaks here breaks the build too.
	f, _ := parser.ParseFile(token.NewFileSet(), "", "package cell\n"+body, 0)
	if f != nil {
		for _, path := range []string{"errors", "fmt", "os", "strings", "sync", "time"} {
			if slices.ContainsFunc(f.Unresolved, func(id *ast.Ident) bool { return id.Name == path }) {
				paths = append(paths, path)
			}
		}
	}
	for i := range paths {
		paths[i] = strconv.Quote(paths[i])
	}
	return fmt.Appendf(nil, "package cell\n\nimport (\n\t%s\n)\n\n%s", strings.Join(paths, "\n\t"), body)
}

// copyPackage copies a package of ours into a directory of the module.
func (b *goldenBuild) copyPackage(from, dir string) {
	files, err := filepath.Glob("../" + from + "/*.go")
	if err != nil {
		b.t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			b.t.Fatal(err)
		}
		b.write(dir+"/"+filepath.Base(name), text)
	}
}

// build compiles all, then runs what is to run.
func (b *goldenBuild) build() {
	if len(b.units) == 0 {
		return
	}
	for _, dir := range []string{"reactor", "reactor/session", "reactor/dynamic"} {
		b.copyPackage(dir, dir)
	}
	b.write("go.mod", []byte("module "+goldenModule+"\n\ngo 1.26\n"))
	// With -trimpath the directory is no part of a build, so that its cache serves the next test too.
	var listed, others []string // with and without a list of what was compiled
	for _, u := range b.units {
		if _, fails := u.Section("compile"); fails || u.runs() {
			others = append(others, u.pkg)
		} else {
			listed = append(listed, u.pkg)
		}
	}
	said := b.compile("compiled", listed, true)
	maps.Copy(said, b.goPackages(others, "build", "-trimpath"))
	vetted := b.vet(others)
	printed := b.runCases(said)
	for _, u := range b.units {
		got, warned := said[u.pkg], vetted[u.pkg]
		delete(said, u.pkg)
		delete(vetted, u.pkg)
		if _, ok := u.Section("compile"); ok {
			wantGolden(b.t, &u.Archive, "compile", []byte(strings.Join(got, "")))
		} else if got != nil {
			b.t.Errorf("%s does not compile:\n%s", u.pkg, strings.Join(got, ""))
		} else {
			if warned != nil {
				b.t.Errorf("go vet of %s:\n%s", u.pkg, strings.Join(warned, ""))
			}
			if u.runs() {
				wantGolden(b.t, &u.Archive, "run", printed[u.runPackage()])
			}
		}
		saveGolden(b.t, &u.Archive)
	}
	for pkg, lines := range said {
		b.t.Errorf("go build: %s\n%s", pkg, strings.Join(lines, ""))
	}
	for pkg, lines := range vetted { // what it says of no package may have ended it
		b.t.Errorf("go vet: %s\n%s", pkg, strings.Join(lines, ""))
	}
}

// goldenDirs returns the directories of goldenUnits.
func goldenDirs() []string {
	dirs := []string{"run"}
	for _, target := range rewrite.Targets {
		dirs = append(dirs, string(target))
	}
	return dirs
}

// goldenPackage matches the directory of a goldenUnit.
var goldenPackage = regexp.MustCompile(`^(` + strings.Join(goldenDirs(), "|") + `)/[^/]+/`)

// goldenPosition matches a position, with what is left out of it: the column, which counts
// the output's indentation, and the place in the output, which the compiler adds at times.
var goldenPosition = regexp.MustCompile(`^(\s*[^ :]+:\d+):\d+(?:\[[^\]]*\])?: `)

// goCommand runs the go command in the module, and returns what it says of each package.
func (b *goldenBuild) goCommand(args ...string) map[string][]string {
	ctx, cancel := context.WithTimeout(b.t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = b.dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=", "GOPROXY=off", "GOTOOLCHAIN=local", "PWD="+b.dir)
	text, err := cmd.CombinedOutput()
	said := map[string][]string{}
	pkg := ""
	for line := range strings.Lines(string(text)) {
		if p, ok := strings.CutPrefix(line, "# "); ok { // above what the compiler says
			p, _, _ = strings.Cut(strings.Trim(p, "[]\n"), " ")
			pkg = strings.TrimPrefix(p, goldenModule+"/")
			continue
		}
		line = strings.TrimPrefix(strings.TrimPrefix(line, "vet: "), b.dir+"/")
		if p := goldenPackage.FindString(line); p != "" { // as vet says it
			pkg = strings.TrimSuffix(p, "/")
		}
		line = goldenPosition.ReplaceAllString(strings.TrimPrefix(line, pkg+"/"), "$1: ")
		said[pkg] = append(said[pkg], line)
	}
	if err != nil && len(said) == 0 {
		b.t.Errorf("go %s: %v", args[0], err)
	}
	return said
}
