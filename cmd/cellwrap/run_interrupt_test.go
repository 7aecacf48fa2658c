//go:build unix

package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A cell that has started a process which ignores ^C, and does not end.
const endless = `{"cells":[
{"cell_type":"code","metadata":{},"execution_count":3,"outputs":[],"source":"fifo, err := os.OpenFile(os.Getenv(\"FIFO\"), os.O_WRONLY, 0)\nif err != nil {\n\tpanic(err)\n}\nchild := exec.Command(\"sh\", \"-c\", \"trap '' INT; sleep 1000\")\nchild.ExtraFiles = []*os.File{fifo}\nchild.Start()\nfmt.Fprintln(fifo, \"started\")\ntime.Sleep(time.Hour)"}
],"metadata":{},"nbformat":4,"nbformat_minor":4}
`

// ^C during run ends the program and what it has started, and leaves the notebook as it was.
func TestInterruptRun(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"plain": {"run", "book.ipynb"},
		"write": {"run", "--write", "book.ipynb"},
		"check": {"run", "--check", "book.ipynb"},
		"json":  {"run", "--json", "book.ipynb"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, bin, temp := t.TempDir(), t.TempDir(), t.TempDir()
			book, fifo := filepath.Join(dir, "book.ipynb"), filepath.Join(bin, "fifo")
			if err := os.WriteFile(book, []byte(endless), 0o666); err != nil {
				t.Fatal(err)
			}
			if err := syscall.Mkfifo(fifo, 0o600); err != nil {
				t.Skip(err)
			}
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), self, args...)
			cmd.Path = link(t, self, bin)
			cmd.Args[0] = "cellwrap"
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "FIFO="+fifo, "TMPDIR="+temp, "XDG_CACHE_HOME="+t.TempDir(), "GOCACHE="+goCache(t))
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan struct{})
			go func() { // lest the test waits for a cell that does not come so far
				defer close(ended)
				cmd.Wait()
				if w, err := os.OpenFile(fifo, os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil {
					w.Close()
				}
			}()
			f, err := os.Open(fifo)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			r := bufio.NewReader(f)
			if line, err := r.ReadString('\n'); err != nil {
				t.Fatalf("read %q, %v; %s", line, err, &stderr)
			}
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadAll(r); err != nil { // to the end of all processes that have it
				t.Fatal(err)
			}
			<-ended
			if got := cmd.ProcessState.ExitCode(); got != exitInterrupted {
				t.Errorf("exit status %d; %s", got, &stderr)
			}
			if name == "json" && !strings.HasSuffix(stdout.String(), `{"event":"exit","status":130}`+"\n") {
				t.Errorf("the events end otherwise: %s", &stdout)
			}
			if got, err := os.ReadFile(book); err != nil || string(got) != endless {
				t.Errorf("the notebook is %q, %v", got, err)
			}
			if left := names(t, temp); len(left) > 0 {
				t.Errorf("left in the temporary directory: %q", left)
			}
		})
	}
}
