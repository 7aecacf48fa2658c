package rewrite_test

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// The programs of all run cases are linked once. A cell starts while its package is initialized, so each
// case's package has a file that the compiler sees first, whose variable enters the case, and
// one that it sees last, whose init calls the case's main and leaves the case. Go initializes the packages
// one after another, so one process runs all cases, each with a reactor of its own.

// gateProgram is the package that parts the cases' outputs from one another.
const gateProgram = `package gate

import (
	"fmt"
	"os"
	"time"

	"github.com/cellwrap/cellwrap/reactor"
)

var (
	current *reactor.Reactor
	restore func()
)

// Enter begins a case with a new default reactor.
func Enter(name string) bool {
	fmt.Printf("\x00%s\n", name)
	fmt.Fprintf(os.Stderr, "\x00%s\n", name)
	current = reactor.New()
	current.Start()
	restore = reactor.Use(current)
	return true
}

// Leave runs the case's main and ends the case.
func Leave(main func()) {
	timeout := time.AfterFunc(30*time.Second, func() {
		fmt.Fprintln(os.Stderr, "it takes longer than 30 seconds")
		os.Exit(3)
	})
	defer timeout.Stop()
	main()
	current.Stop()
	<-current.Stopped()
	restore()
}
`

const gateEnter = `package %[1]s

import cell_gate "` + goldenModule + `/gate"

var _ = cell_gate.Enter(%[1]q)
`

const gateLeave = `package %[1]s

import cell_gate "` + goldenModule + `/gate"

func init() { cell_gate.Leave(main) }
`

var mainClause = regexp.MustCompile(`(?m)^package main\b`)

// runPackage is the name of the package that a run case is built as. It is like no word of a case's, for
// what the case prints of it is read as main.
func (u *goldenUnit) runPackage() string {
	return "case_" + strings.ReplaceAll(filepath.Base(u.pkg), "-", "_")
}

// asPackage makes a file of the case's program one of its package.
func (u *goldenUnit) asPackage(file []byte) []byte {
	at := mainClause.FindIndex(file)
	return append(fmt.Appendf(bytes.Clone(file[:at[0]]), "package %s", u.runPackage()), file[at[1]:]...)
}

// runs reports whether the output is a program that is run.
func (u *goldenUnit) runs() bool {
	_, ok := u.Section("run")
	return ok && u.target.IsFile()
}

// writeGate writes the files that part a case from the others.
func (b *goldenBuild) writeGate(u *goldenUnit) {
	b.write("gate/gate.go", []byte(gateProgram))
	b.write(u.pkg+"/0.go", fmt.Appendf(nil, gateEnter, u.runPackage()))
	b.write(u.pkg+"/zz.go", fmt.Appendf(nil, gateLeave, u.runPackage()))
}

// runCases runs the cases that compile, and returns what each prints by its package's name.
func (b *goldenBuild) runCases(said map[string][]string) map[string][]byte {
	var imports strings.Builder
	for _, u := range b.units {
		if !u.runs() || said[u.pkg] != nil {
			continue
		}
		fmt.Fprintf(&imports, "import _ %q\n", goldenModule+"/"+u.pkg)
	}
	b.write("runs/main.go", []byte("package main\n\n"+imports.String()+"\nfunc main() {}\n"))
	for pkg, lines := range b.goCommand("build", "-trimpath", "-ldflags=-w", "-o", "bin/", "./runs") {
		b.t.Errorf("go build of the run cases: %s\n%s", pkg, strings.Join(lines, ""))
	}
	ctx, cancel := context.WithTimeout(b.t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(b.dir, "bin", "runs"))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	text, err := cmd.Output()
	printed := parts(text)
	if err != nil {
		at := stderr.Bytes()[max(bytes.LastIndexByte(stderr.Bytes(), 0), 0):]
		b.t.Errorf("the run cases: %v, in\n%s", err, at)
	}
	return printed
}

// parts cuts an output at the gate's marks.
func parts(text []byte) map[string][]byte {
	printed := map[string][]byte{}
	for part := range bytes.SplitSeq(text, []byte{0}) {
		name, out, _ := bytes.Cut(part, []byte("\n"))
		printed[string(name)] = bytes.ReplaceAll(out, append(name, '.'), []byte("main."))
	}
	return printed
}
