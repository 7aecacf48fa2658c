//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ^C while the go command looks for imports: nothing is printed, no file is touched or left
// behind, and the go command ends too. A script stands in for the go command, because the real
// one cannot be held up at a given moment.
func TestInterrupt(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir, bin := t.TempDir(), t.TempDir()
	write := func(name, text string, mode os.FileMode) {
		if err := os.WriteFile(name, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(bin, "go"), "#!/bin/sh\necho started >\"$FIFO\"\nexec cat \"$FIFO.never\"\n", 0o777)
	write(filepath.Join(dir, "x.gocell"), "import \"time\"\nreturn time.Second\n", 0o666)
	write(filepath.Join(dir, "x_cell.go"), "package main\n", 0o666)
	fifo := filepath.Join(bin, "fifo")
	for _, name := range []string{fifo, fifo + ".never"} {
		if err := syscall.Mkfifo(name, 0o600); err != nil {
			t.Skip(err)
		}
	}
	temp := t.TempDir()
	cmd := exec.CommandContext(t.Context(), self, "-w", "x.gocell")
	cmd.Args[0] = "cellwrap"
	cmd.Path = link(t, self, bin)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+bin+":/usr/bin:/bin", "FIFO="+fifo, "XDG_CACHE_HOME="+t.TempDir(), "TMPDIR="+temp)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.ReadFile(fifo); err != nil { // waits until the go command runs
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != exitInterrupted {
		t.Errorf("exit status %d", got)
	}
	if got := stdout.String() + stderr.String(); got != "cellwrap: interrupted\n" {
		t.Errorf("it prints %q", got)
	}
	if diff := cmp.Diff([]string{"x.gocell", "x_cell.go"}, names(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "x_cell.go")); err != nil || string(got) != "package main\n" {
		t.Errorf("x_cell.go is %q, %v", got, err)
	}
	if left := names(t, temp); len(left) > 0 {
		t.Errorf("left in the temporary directory: %q", left)
	}
}

// link makes the test binary be the command, as testscript does.
func link(t *testing.T, self, dir string) string {
	name := filepath.Join(dir, "cellwrap")
	if err := os.Symlink(self, name); err != nil {
		t.Fatal(err)
	}
	return name
}

func names(t *testing.T, dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}
