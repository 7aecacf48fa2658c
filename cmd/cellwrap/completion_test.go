package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCompletion presses Tab in the real shells. bash and fish tell the words that there are; zsh has
// a line, which shows a word only where there is one.
func TestCompletion(t *testing.T) {
	t.Parallel()
	for _, shell := range []struct {
		name  string
		lines []string
		want  []string
	}{
		{
			"bash",
			[]string{
				"cellwrap -t ", "cellwrap --target=g", "cellwrap --types ", "cellwrap --wr", "cellwrap k", "cellwrap kernel ", "cellwrap kernel -t n",
				"cellwrap run --k", "cellwrap run x", "cellwrap completion ", "cellwrap help run_", "cellwrap -o k", "cellwrap x.go k",
			},
			[]string{
				"file block gonb repl", "gonb", "auto off require", "--write", "kernel", "install uninstall list run", "none",
				"--keep-going", "", "bash zsh fish", "run_in_reactor", "", "",
			},
		},
		{
			"zsh",
			[]string{
				"cellwrap -t go", "cellwrap --target=g", "cellwrap --types r", "cellwrap --tar", "cellwrap kern", "cellwrap kernel uni", "cellwrap kernel -t n",
				"cellwrap run --k", "cellwrap run no", "cellwrap completion fi", "cellwrap help run_", "cellwrap -o no", "cellwrap x.go ke",
			},
			[]string{
				"cellwrap -t gonb ", "cellwrap --target=gonb ", "cellwrap --types require ", "cellwrap --target=", "cellwrap kernel ", "cellwrap kernel uninstall ", "cellwrap kernel -t none ",
				"cellwrap run --keep-going ", "cellwrap run notes.gocell ", "cellwrap completion fish ", "cellwrap help run_in_reactor ", "cellwrap -o notes.gocell ", "cellwrap x.go ke",
			},
		},
		{
			"fish",
			[]string{
				"cellwrap -t ", "cellwrap --target=g", "cellwrap --types r", "cellwrap --wr", "cellwrap ke", "cellwrap kernel ", "cellwrap kernel -t n",
				"cellwrap run --k", "cellwrap run no", "cellwrap completion ", "cellwrap help run_", "cellwrap -o no", "cellwrap -p no",
			},
			[]string{
				"block file gonb repl", "--target=gonb", "require", "--write", "kernel", "install list run uninstall", "none",
				"--keep-going", "notes.gocell", "bash fish zsh", "run_in_reactor", "notes.gocell", "",
			},
		},
	} {
		t.Run(shell.name, func(t *testing.T) {
			path, err := exec.LookPath(shell.name)
			if err != nil {
				t.Skipf("no %s here (apt-get install %s)", shell.name, shell.name)
			}
			var text, stderr strings.Builder
			if status := run([]string{"completion", shell.name}, nil, &text, &stderr); status != exitOK || stderr.Len() > 0 {
				t.Fatalf("status %d, %s", status, &stderr)
			}
			dir := t.TempDir()
			for name, text := range map[string]string{"completions": text.String(), "notes.gocell": ""} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			harness, err := filepath.Abs("testdata/completion/" + shell.name)
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), path, append([]string{harness, "completions"}, shell.lines...)...)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "HOME="+dir, "TERM=xterm", "XDG_CONFIG_HOME="+dir, "XDG_DATA_HOME="+dir)
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if diff := cmp.Diff(shell.want, strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
