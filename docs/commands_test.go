package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// command is a line of a page that is to be pasted into a shell.
var command = regexp.MustCompile(`^ {4}((?:[A-Z_]+=\S+ )?(?:cellwrap|cp|go|git|printf) .*)`)

// commandsOf returns the commands of a page, in order. What stands in fences is no command.
func commandsOf(t *testing.T, page string) []string {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	fenced := false
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		if m := command.FindStringSubmatch(strings.TrimSuffix(line, "\n")); m != nil && !fenced {
			found = append(found, m[1])
		}
	}
	return found
}

// TestCommands does what a new user does: pastes the commands of the README and of the pages here, in
// order, in a clone of the repository, with nothing of cellwrap's installed before. The shell ends at the
// first that fails.
func TestCommands(t *testing.T) {
	t.Parallel()
	if testing.Short() || runtime.GOOS == "windows" {
		t.Skip("builds programs, in a POSIX shell")
	}
	home, clone := t.TempDir(), filepath.Join(t.TempDir(), "cellwrap")
	if out, err := exec.Command("git", "clone", "-q", "..", clone).CombinedOutput(); err != nil {
		t.Skipf("no clone can be made: %v: %s", err, out)
	}
	overlay(t, clone)

	script := "set -e\n"
	pages, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, page := range append([]string{"../README.md"}, pages...) {
		if page == "go-generate.md" {
			continue // is about a module of its own: TestGenerate
		}
		for _, c := range commandsOf(t, page) {
			n++
			script += scene(c) + "\n"
		}
	}
	if n < 15 {
		t.Errorf("%d commands", n)
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-x", "-c", script)
	cmd.Dir = clone
	cmd.Env = append(os.Environ(), "PWD="+clone, "HOME="+home, "XDG_CACHE_HOME="+filepath.Join(home, ".cache"), "TMPDIR="+home, "GOPACKAGE=", "GOFLAGS=",
		"GOBIN="+filepath.Join(home, "bin"), "PATH="+filepath.Join(home, "bin")+string(filepath.ListSeparator)+os.Getenv("PATH"), "JUPYTER_DATA_DIR="+filepath.Join(home, "jupyter"))
	for _, v := range []string{"GOCACHE", "GOMODCACHE", "GOPROXY"} {
		out, err := exec.Command("go", "env", v).Output()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Env = append(cmd.Env, v+"="+strings.TrimSpace(string(out)))
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// scene is a command where the page has it be run, or what it stands for here.
func scene(c string) string {
	switch {
	case strings.HasPrefix(c, "go test"):
		return ": " + c // is what runs this test, or may
	case strings.HasPrefix(c, "cellwrap --check job.gocell"):
		return `(cd $HOME/module && printf 'return 42\n' >job.gocell &&
			printf 'package main\n\n//go:generate cellwrap -w job.gocell\nfunc main() {}\n' >main.go && go generate && ` + c + ")"
	case c == "cellwrap init":
		return "(mkdir $HOME/module && cd $HOME/module && go mod init example.com/job && " + c + ")"
	case strings.HasPrefix(c, "cellwrap kernel install --of gonb"):
		// GoNB's module is in no registry: a kernelspec that says what GoNB's own does.
		return `mkdir -p $JUPYTER_DATA_DIR/kernels/gonb &&
			echo '{"argv": ["gonb", "--kernel", "{connection_file}"], "display_name": "Go (gonb)", "language": "go"}' >$JUPYTER_DATA_DIR/kernels/gonb/kernel.json &&
			` + c
	case strings.HasPrefix(c, "cellwrap -t block -d "):
		return "! " + c // there is a difference, which is status 1
	}
	return c
}

// overlay copies what was changed since the last commit into a clone.
func overlay(t *testing.T, clone string) {
	out, err := exec.Command("git", "ls-files", "-z", "--modified", "--others", "--exclude-standard", "--full-name", "..").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		text, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			continue // there is none, or it was removed
		}
		to := filepath.Join(clone, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}
