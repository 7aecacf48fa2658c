package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cellwrap/cellwrap/rewrite"
)

var gonb = flag.String("gonb", "", "run the demo of the kernel in this GoNB, the path of `gonb`, and not in what stands in for it")

// TestKernelDemo has a real Jupyter client run the ancestor's demo, and what came after it, in a kernel that
// cellwrap kernel install has wrapped. GoNB's module is not to be had everywhere, so a kernel that does
// the same stands in for it; with -gonb it is GoNB's own.
func TestKernelDemo(t *testing.T) {
	t.Parallel()
	const python = "/usr/bin/python3"
	if testing.Short() {
		t.Skip("short: compiles some 30 cells")
	}
	if out, err := exec.Command(python, "-c", "import jupyter_client").CombinedOutput(); err != nil {
		t.Skipf("no Jupyter for %s (apt-get install python3-jupyter-client): %s", python, out)
	}
	data := t.TempDir()
	built := filepath.Join(data, "bin")
	if err := os.Mkdir(built, 0o777); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("go", "build", "-o", built+"/", ".", "../../internal/kernel/gokernel/cmd/gokernel").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	argv := []string{filepath.Join(built, "gokernel"), "{connection_file}"}
	if *gonb != "" {
		argv = []string{*gonb, "--raw_error", "--kernel", "{connection_file}"}
	}
	spec, err := json.Marshal(map[string]any{"argv": argv, "display_name": "Go (gonb)", "language": "go", "interrupt_mode": "message"})
	if err != nil {
		t.Fatal(err)
	}
	kernels := filepath.Join(data, "kernels")
	if err := os.MkdirAll(filepath.Join(kernels, "gonb"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(kernels, "gonb", "kernel.json"), spec, 0o666); err != nil {
		t.Fatal(err)
	}
	client, err := filepath.Abs("../../internal/kernel/testdata")
	if err != nil {
		t.Fatal(err)
	}
	temp, err := os.MkdirTemp("", "cw") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(temp) })
	env := append(os.Environ(), "JUPYTER_DATA_DIR="+data, "JUPYTER_RUNTIME_DIR="+t.TempDir(), "TMPDIR="+temp,
		"XDG_CACHE_HOME="+filepath.Join(data, "cache"), "GOCACHE="+goCache(t), "GOPROXY=off", "CLIENT="+client, "PYTHONDONTWRITEBYTECODE=1")
	install := exec.Command(filepath.Join(built, "cellwrap"), "kernel", "install", "--of", "gonb", "--name", "demo", "--target", "gonb")
	install.Env = env
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	script, err := filepath.Abs("testdata/kernel/demo.py")
	if err != nil {
		t.Fatal(err)
	}
	demo := exec.CommandContext(t.Context(), python, "-u", script)
	demo.Dir, demo.Env = data, append(env, "PWD="+data) // in no module
	var said strings.Builder
	demo.Stderr = &said
	out, err := demo.Output()
	t.Logf("%s", out)
	if err != nil {
		t.Errorf("%v\n%s", err, said.String())
	}
}

// What a kernel's cells become is told by the name of its command, whatever directory that is in.
func TestTargetOf(t *testing.T) {
	for command, want := range map[string]string{"/usr/bin/gonb": "gonb", "/opt/gonb/bin/gophernotes": "repl"} {
		if got, err := targetOf("", command, "go"); got != want || err != nil {
			t.Errorf("%s: %s, %v, want %s", command, got, err, want)
		}
	}
	if got, err := targetOf("", "/opt/gonb/bin/python3", "python"); err == nil {
		t.Errorf("python: %s", got)
	}
}

// A console's Enter goes on in a cell that has only begun, whether it is one of ours or the kernel's.
func TestIsComplete(t *testing.T) {
	c := newCells(rewrite.GoNB, false)
	for code, want := range map[string]string{
		"":                       "complete",
		"x := 1":                 "complete",
		"x := 1 // of (":         "complete",
		"func f() {}":            "complete",
		"%env A=(":               "complete",
		"%%bash\nfor (":          "complete",
		"%%\nx := 1":             "complete",
		"again:":                 "complete",
		"func f() {":             "incomplete",
		"fmt.Println(":           "incomplete",
		"x := 1 +":               "incomplete",
		"x := 1 + // and":        "incomplete",
		"x.":                     "incomplete",
		"`raw":                   "incomplete",
		"/* on":                  "incomplete",
		"if x {\n} else":         "incomplete",
		"%%\nfor {":              "incomplete",
		"%env A=1\nx := 1 +":     "incomplete",
		"import (\n\t\"fmt\"":    "incomplete",
		"%%run_in_reactor x\nf(": "incomplete",
		"await":                  "complete",
		"await f(":               "incomplete",
		"%%run_in_reactor 4":     "invalid",
		"%%run_in_reactor x\n)":  "invalid",
	} {
		if got := c.IsComplete(code); got != want {
			t.Errorf("%q is %s, want %s", code, got, want)
		}
	}
}

// Of a cell whose rewriting was interrupted nothing is remembered: neither what it declares nor its settings.
func TestInterruptedCell(t *testing.T) {
	t.Parallel()
	c := newCells(rewrite.GoNB, false)
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	const cell = "%%run_in_reactor first\n%reactor_config timeout 7\nreturn 1"
	if _, err := c.Rewrite(interrupted, cell, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("it is rewritten all the same: %v", err)
	}
	if out, err := c.Rewrite(t.Context(), "%%run_in_reactor second\nreturn first", 1); err == nil {
		t.Errorf("it is known:\n%s", out.Code)
	}
	for range 2 {
		out, err := c.Rewrite(t.Context(), "%reactor_config show", 1)
		if err != nil || strings.Contains(out.Notes, "timeout=7\n") {
			t.Errorf("%q, %v", out.Notes, err)
		}
	}
	if _, err := c.Rewrite(t.Context(), cell, 1); err != nil {
		t.Error(err)
	}
	if _, err := c.Rewrite(t.Context(), "%%run_in_reactor second\nreturn first", 2); err != nil {
		t.Error(err)
	}
}

// A kernel's user reads on standard error what a cell most likely means otherwise.
func TestCellsWarn(t *testing.T) {
	c := newCells(rewrite.GoNB, false)
	for i, step := range []struct{ code, want string }{
		{"// cellwrap:run_in_reactor R\nprintln(1)", "cell 1:1:1: warning: this is a comment and not a directive, because of the space (write //cellwrap:run_in_reactor)\n"},
		{"//cellwrap: run_in_reactor R\nprintln(1)", "cell 2:1:1: warning: this is a comment and not a directive, because of the space (write //cellwrap:run_in_reactor)\n"},
		{"%% run_in_reactor R\nprintln(1)", "cell 3:1:1: warning: this is not a magic of cellwrap, because of the space (write %%run_in_reactor)\n"},
		{"% reactor_config show", "cell 4:1:1: warning: this is not a magic of cellwrap, because of the space (write %reactor_config)\n"},
		{"n := 1\nfmt.Println(n)", ""},
		{"fmt.Println(n)", "cell 6:1:13: warning: undefined: n (cell 5 declared it in its func main, and it ended with that cell's process; declare it there with var, above the statements or above %%)\n"},
		{"var n = 1\nfmt.Println(n)", ""},
		{"fmt.Println(n)", ""},
	} {
		cell, err := c.Rewrite(t.Context(), step.code, i+1)
		if err != nil || cell.Warnings != step.want || cell.Notes != "" {
			t.Errorf("%q: %q, %q, %v, want %q", step.code, cell.Warnings, cell.Notes, err, step.want)
		}
	}
}
