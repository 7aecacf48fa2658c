package gokernel

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what the cells give into testdata")

const cellsFile = "testdata/cells.txtar"

// What the cells have to give is what they gave in GoNB v0.11.4:
//
//	go test -run Cells -update -kernel 'gonb --raw_error --kernel {connection_file}'
func TestCells(t *testing.T) {
	t.Parallel()
	cells := readCells(t)
	at := freePorts(t)
	_, ended := at.start(t)
	c := at.dial(t, "one")
	for i := 0; i < len(cells.Files); i += 2 {
		code, want := codeOf(cells.Files[i]), &cells.Files[i+1].Data
		got := c.run(code)
		if *update {
			*want = []byte(got)
		} else if got != string(*want) {
			t.Errorf("cell %d:\n%s\ngot\n%s\nwant\n%s", i/2+1, code, got, *want)
		}
	}
	if *update {
		if err := os.WriteFile(cellsFile, txtar.Format(cells), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	c.shutdown(ended)
}

// readCells returns files that are in turn a cell and its outputs.
func readCells(t *testing.T) *txtar.Archive {
	cells, err := txtar.ParseFile(cellsFile)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(cells.Files); n == 0 || n%2 != 0 {
		t.Fatalf("%d files", n)
	}
	return cells
}

func codeOf(f txtar.File) string { return strings.TrimSuffix(string(f.Data), "\n") }

// dir returns the directory that the kernel tells its programs.
func (c *client) dir() string {
	c.Helper()
	out := c.run("!printf $GONB_TMP_DIR")
	dir, err := strconv.Unquote(strings.TrimSuffix(strings.TrimPrefix(out, "stdout "), "\n"))
	if err != nil || !strings.HasPrefix(filepath.Base(dir), "gonb_") {
		c.Fatal(out, err)
	}
	return dir
}

// shutdown has the kernel end, and leave no directory.
func (c *client) shutdown(ended <-chan struct{}) {
	c.Helper()
	dir := c.dir()
	c.reply(c.request(c.control, "shutdown_request", map[string]any{"restart": false}))
	wait(c, ended)
	if _, err := os.Stat(dir); err == nil {
		c.Errorf("the kernel has left %s", dir)
	}
}

// waits is a cell that waits to be interrupted, and says so.
const waits = `%%
interrupts := make(chan os.Signal, 1)
signal.Notify(interrupts, os.Interrupt)
fmt.Println("waits")
<-interrupts
fmt.Println("interrupted")`

func TestInterrupt(t *testing.T) {
	t.Parallel()
	at := freePorts(t)
	signal, ended := at.start(t)
	c := at.dial(t, "one")
	ask := func() { c.reply(c.request(c.control, "interrupt_request", nil)) }
	for _, test := range []struct {
		name      string
		interrupt func()
		code      string
		out       string
		status    string
	}{
		{"by message", ask, waits, `stdout "interrupted\n"` + "\n", "ok"},
		{"by signal", signal, waits, `stdout "interrupted\n"` + "\n", "ok"},
		{"not expected", ask, "%%\nfmt.Println(1)\ntime.Sleep(time.Hour)", "stderr \"signal: interrupt\\n\"\nerror signal: interrupt\n", "error"},
		{"a shell", ask, "!echo; exec sleep 1000", "stderr \"signal: interrupt\\n\"\n", "ok"},
	} {
		id := c.execute(test.code)
		for next(c, c.outputs, id).typ != "stream" {
		}
		test.interrupt()
		if out, status := c.end(id), c.status(id); out != test.out || status != test.status {
			t.Errorf("%s: got %s, %s want %s, %s", test.name, status, out, test.status, test.out)
		}
	}
	id := c.execute(waits)
	for next(c, c.outputs, id).typ != "stream" {
	}
	c.reply(c.request(c.control, "shutdown_request", map[string]any{"restart": false}))
	wait(c, ended) // with the cell interrupted
}

// An interrupt without a cell is nothing.
func TestInterruptNothing(t *testing.T) {
	t.Parallel()
	at := freePorts(t)
	signal, ended := at.start(t)
	c := at.dial(t, "one")
	c.reply(c.request(c.control, "interrupt_request", nil))
	signal() // a cell after it could still be hit
	c.shutdown(ended)
}

// Cells wait for those before them, and each client hears of all, but is answered alone.
func TestClients(t *testing.T) {
	t.Parallel()
	at := freePorts(t)
	_, ended := at.start(t)
	one, two := at.dial(t, "one"), at.dial(t, "two")
	ids := []string{one.execute("!echo first"), one.execute("!echo second")}
	for i, want := range []string{"stdout \"first\\n\"\n", "stdout \"second\\n\"\n"} {
		for _, c := range []*client{one, two} {
			if got := c.end(ids[i]); got != want {
				t.Errorf("%s hears %q of cell %d, want %q", c.session, got, i, want)
			}
		}
	}
	if one.status(ids[0]) != "ok" || one.status(ids[1]) != "ok" {
		t.Error("the cells failed")
	}
	two.reply(two.request(two.shell, "complete_request", map[string]any{"code": "", "cursor_pos": 0}))
	for _, c := range []*client{one, two} {
		select {
		case m := <-c.replies:
			t.Errorf("%s got %s, too", c.session, m.typ)
		default:
		}
	}
	one.shutdown(ended)
}

// A message that is not signed with the key is none. It ends GoNB.
func TestStranger(t *testing.T) {
	t.Parallel()
	at := freePorts(t)
	_, ended := at.start(t)
	c := at.dial(t, "one")
	stranger := &client{TB: t, connection: at, session: "one", shell: c.shell}
	stranger.Key = "another key"
	stranger.execute("!touch $GONB_TMP_DIR/stranger")
	if got := c.run("!*ls"); got != "stdout \"go.mod\\n\"\n" {
		t.Errorf("got %s", got)
	}
	c.shutdown(ended)
}

// Cells have the same outputs for Jupyter's own client, which starts the command, interrupts it by a signal, and
// shuts it down.
func TestJupyter(t *testing.T) {
	t.Parallel()
	python := "/usr/bin/python3" // Debian's has Debian's packages
	if out, err := exec.Command(python, "-c", "import jupyter_client").CombinedOutput(); err != nil {
		t.Skipf("needs Jupyter's client (apt-get install python3-jupyter-client): %v: %s", err, out)
	}
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	spec, err := json.Marshal(map[string]any{
		"argv": []string{self, "{connection_file}"}, "env": map[string]string{commandEnv: "1"}, "language": "go", "display_name": "Go",
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "kernels", "gokernel"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "kernels", "gokernel", "kernel.json"), spec, 0o666); err != nil {
		t.Fatal(err)
	}
	cells := readCells(t)
	var codes, want []string
	for i := 0; i < len(cells.Files); i += 2 {
		codes = append(codes, codeOf(cells.Files[i]))
		want = append(want, string(cells.Files[i+1].Data))
	}
	codes = append(codes, "%reset\n"+waits)
	want = append(want, "stdout \"* State reset: all memorized declarations discarded.\\nwaits\\ninterrupted\\n\"\n")
	input, err := json.Marshal(codes)
	if err != nil {
		t.Fatal(err)
	}
	modules, err := filepath.Abs("../testdata")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "testdata/jupyter.py")
	cmd.Env = append(os.Environ(), "PYTHONPATH="+modules, "PYTHONDONTWRITEBYTECODE=1", "JUPYTER_DATA_DIR="+dir, "JUPYTER_RUNTIME_DIR="+dir, "TMPDIR="+dir)
	cmd.Stdin = strings.NewReader(string(input))
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var got []outputs
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Fatalf("%d cells, want %d", len(got), len(want))
	}
	for i, o := range got {
		if o.String() != want[i] {
			t.Errorf("cell %d:\n%s\ngot\n%s\nwant\n%s", i+1, codes[i], o, want[i])
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "gonb_*")); len(left) > 0 {
		t.Errorf("the kernel has left %q", left)
	}
}
