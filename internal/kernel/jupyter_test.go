package kernel

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"
)

// As a kernelspec's command, the test is the proxy.
func TestMain(m *testing.M) {
	if os.Getenv("CELLWRAP_TEST_PROXY") != "" {
		os.Exit(testProxy(os.Args[1], os.Args[2:]))
	}
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/go-zeromq/zmq4.(*pubMWriter).run")) // a closed PUB leaves it
}

// testProxy is a proxy whose rewriting is simple.
func testProxy(connection string, argv []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	opts := Options{Connection: connection, Argv: argv, Stdout: os.Stdout, Stderr: os.Stderr, Cells: &simpleCells{}}
	if os.Getenv("CELLWRAP_TEST_PROXY") == "forwarded" {
		opts.Cells = nil
	}
	status, err := Run(ctx, opts)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	return status
}

// noCells leaves all to the kernel.
type noCells struct{}

func (noCells) Rewrite(_ context.Context, code string, _ int) (Cell, error) {
	return Cell{Code: code}, nil
}
func (noCells) Prepare() (string, error)             { return "", nil }
func (noCells) Prepared(string)                      {}
func (noCells) Forgets(string) bool                  { return false }
func (noCells) IsComplete(string) string             { return "" }
func (noCells) Help(string, int) (string, bool)      { return "", false }
func (noCells) Complete(string, int) ([]string, int) { return nil, 0 }
func (noCells) Look(string, int) (View, bool)        { return View{}, false }

// simpleCells know the magics of testdata/jupyter.py.
type simpleCells struct {
	noCells
	rewritten int
}

func (c *simpleCells) Rewrite(ctx context.Context, code string, count int) (Cell, error) {
	first, _, _ := strings.Cut(code, "\n")
	word, rewritten := strings.CutPrefix(first, "%%rewrite ")
	switch {
	case first == "%%refuse":
		return Cell{}, &Refusal{Name: "Refused", Value: "refused", Traceback: []string{"cell:1:3: refused", "%%refuse", "  ^"}}
	case first == "%%slow":
		<-ctx.Done()
		return Cell{}, ctx.Err()
	}
	c.rewritten++
	switch {
	case first == "%%rewritten":
		return Cell{Code: fmt.Sprintf("print(%d)", c.rewritten), Changed: true}, nil
	case first == "%%number":
		return Cell{Code: fmt.Sprintf("print(%d)", count), Changed: true}, nil
	case rewritten:
		return Cell{Code: fmt.Sprintf("print('REWRITTEN %s')", word), Changed: true, Notes: "a note\n", Warnings: "a warning\n"}, nil
	}
	return Cell{Code: code}, nil
}

func (*simpleCells) Prepare() (string, error) {
	return "prepared = globals().get('prepared', 0) + 1; print('unseen')", nil
}

func (*simpleCells) IsComplete(code string) string {
	if strings.HasSuffix(code, "{") {
		return "incomplete"
	}
	return "complete"
}

func (*simpleCells) Help(code string, _ int) (string, bool) {
	return "help of rewrite", strings.HasPrefix(code, "%%rewrite")
}

func (*simpleCells) Complete(code string, offset int) ([]string, int) {
	if !strings.HasSuffix(code[:offset], "%re") {
		return nil, 0
	}
	return []string{"%rewrite"}, offset - 3
}

// python is the interpreter for which Debian has Jupyter's packages.
const python = "/usr/bin/python3"

// TestJupyter has a real Jupyter client drive a real kernel, Debian's ipykernel, through the proxy:
// testdata/jupyter.py says what is checked.
func TestJupyter(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("short: starts some 10 Python kernels")
	}
	if out, err := exec.Command(python, "-c", "import jupyter_client, ipykernel, nbclient, jupyter_kernel_test").CombinedOutput(); err != nil {
		t.Skipf("no Jupyter for %s (apt-get install python3-jupyter-client python3-ipykernel python3-nbclient python3-jupyter-kernel-test): %s", python, out)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	ipykernel := []string{python, "-m", "ipykernel_launcher", "-f", "{connection_file}"}
	for name, spec := range map[string]map[string]any{
		"plain":           {"argv": ipykernel},
		"proxied":         {"argv": append([]string{self, "{connection_file}"}, ipykernel...)},
		"forwarded":       {"argv": append([]string{self, "{connection_file}"}, ipykernel...)},
		"proxied-message": {"argv": append([]string{self, "{connection_file}"}, ipykernel...), "interrupt_mode": "message"},
	} {
		spec["display_name"], spec["language"] = name, "python"
		if name != "plain" {
			spec["env"] = map[string]string{"CELLWRAP_TEST_PROXY": name}
		}
		text, err := json.Marshal(spec)
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(data, "kernels", name)
		if err := errors.Join(os.MkdirAll(dir, 0o777), os.WriteFile(filepath.Join(dir, "kernel.json"), text, 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), python, "-u", "testdata/jupyter.py")
	cmd.Env = append(os.Environ(), "JUPYTER_DATA_DIR="+data, "JUPYTER_RUNTIME_DIR="+t.TempDir(), "TMPDIR="+t.TempDir(), "IPYTHONDIR="+t.TempDir(), "PYTHONWARNINGS=ignore", "PYTHONDONTWRITEBYTECODE=1")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	checks, failing := 0, false
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "ok "):
			checks, failing = checks+1, false
			t.Log(line)
		case strings.HasPrefix(line, "FAIL "):
			checks, failing = checks+1, true
			t.Error(line)
		case failing:
			t.Error(line)
		default:
			t.Log(line)
		}
	}
	if err := cmd.Wait(); (err != nil || checks < 24) && !t.Failed() {
		t.Errorf("%d checks: %v", checks, err)
	}
	if t.Failed() {
		t.Log(stderr.String())
	}
}
