package rewrite_test

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cellwrap/cellwrap/golden"
	"github.com/cellwrap/cellwrap/rewrite"
)

// TestPrograms holds every case of golden/testdata/program, then builds the programs and runs
// them. For one case: go test ./rewrite -run Programs/NAME; -update as for TestGolden.
func TestPrograms(t *testing.T) {
	t.Parallel()
	cases, err := golden.LoadPrograms("../golden/testdata/program")
	if err != nil {
		t.Fatal(err)
	}
	b := &goldenBuild{dir: t.TempDir(), t: t}
	var built []*golden.Program
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			out, err := rewrite.Program(t.Context(), c.Cells, rewrite.Options{Env: goldenEnv})
			if err != nil {
				t.Fatal(err)
			}
			files := map[string][]byte{}
			for _, f := range out.Files {
				files[f.Name] = f.Code
				b.write("run/"+c.Name+"/"+f.Name, f.Code)
			}
			for _, name := range c.Shown() {
				wantGolden(t, &c.Archive, name, files[name])
			}
			if cells := describeCells(c.Cells, out.Cells); cells != nil {
				wantGolden(t, &c.Archive, "cells", cells)
			}
			built = append(built, c)
		})
	}
	if testing.Short() || len(built) == 0 {
		return
	}
	b.copyPackage("reactor", "reactor")
	b.copyPackage("internal/host", "internal/host")
	b.write("go.mod", []byte("module "+goldenModule+"\n\ngo 1.26\n"))
	said := b.goCommand("build", "-trimpath", "-ldflags=-w", "-o", "bin/", "./run/...")
	for pkg, lines := range said {
		t.Errorf("go build: %s\n%s", pkg, strings.Join(lines, ""))
	}
	for pkg, lines := range b.goCommand("vet", "-trimpath", "./run/...") {
		t.Errorf("go vet: %s\n%s", pkg, strings.Join(lines, ""))
	}
	for _, c := range built {
		t.Run(c.Name+"/run", func(t *testing.T) {
			wantGolden(t, &c.Archive, "run", runProgram(t, filepath.Join(b.dir, "bin", c.Name)))
			saveGolden(t, &c.Archive)
		})
	}
}

// describeCells says what became of the cells that there is anything to say of.
func describeCells(cells []rewrite.ProgramCell, results []rewrite.ProgramResult) []byte {
	var text []byte
	for i, r := range results {
		if r.Needs != nil {
			text = fmt.Appendf(text, "cell %d needs %v\n", cells[i].Number, r.Needs)
		}
		for _, d := range r.Diagnostics {
			text = fmt.Appendf(text, "%s: %s: %s\n", d.Pos, d.Severity, strings.TrimSuffix(d.Msg, "\n"))
		}
		if r.Err != nil {
			text = fmt.Appendf(text, "%v\n", r.Err)
		}
	}
	return text
}

// unstable matches what differs from run to run in a stack trace.
var unstable = regexp.MustCompile(`goroutine \d+|\+?0x[0-9a-f]+|EventualResult [^>]*`)

// runProgram returns what a program prints, with its exit status if that is not 0.
func runProgram(t *testing.T, path string) []byte {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path)
	out, err := cmd.CombinedOutput()
	out = unstable.ReplaceAll(out, []byte("…"))
	if err != nil {
		out = fmt.Appendf(out, "%v\n", err)
	}
	return out
}
