package docs

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// step is what a page has its reader do, or what it says has happened then.
type step struct {
	line   int    // of the page
	do     string // a shell command, or
	file   string // a file to write, or
	prints string // what the last command has printed
	text   string // of the file
	fails  bool
}

var (
	indented = regexp.MustCompile(`^ {4}(\S.*)`)
	hidden   = regexp.MustCompile(`^<!-- run: (.*) -->$`)
	named    = regexp.MustCompile("`([^`]+\\.[a-z]+)`")
)

// steps reads a page. Commands are indented; what a reader does without a command, such as editing, is
// a command in a comment. Of the blocks in fences, text is what the last command prints, and any other is
// a file if the sentence before it names one.
func steps(page string) []step {
	var found []step
	var fails bool
	lines := strings.Split(page, "\n")
	before := "" // the sentence
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		switch {
		case strings.HasPrefix(line, "```"):
			first := i + 1
			for i++; i < len(lines) && lines[i] != "```"; i++ {
			}
			text := strings.Join(lines[first:i], "\n") + "\n"
			if line == "```text" {
				found = append(found, step{line: first, prints: text})
			} else if m := named.FindAllStringSubmatch(before, -1); m != nil {
				found = append(found, step{line: first, file: m[len(m)-1][1], text: text})
			}
			before = ""
		case line == "<!-- fails -->":
			fails = true
		case hidden.MatchString(line):
			found = append(found, step{line: i + 1, do: hidden.FindStringSubmatch(line)[1]})
		case indented.MatchString(line):
			found = append(found, step{line: i + 1, do: indented.FindStringSubmatch(line)[1], fails: fails})
			fails, before = false, ""
		case line != "":
			before = line
		}
	}
	return found
}

// missing returns the first tool of others that a command needs and that is not installed, or "".
func missing(command string) string {
	for _, tool := range []string{"pre-commit", "treefmt"} {
		if _, err := exec.LookPath(tool); err != nil && strings.Contains(command, tool) {
			return tool
		}
	}
	return ""
}

// TestGenerate does what docs/go-generate.md says, from top to bottom, in a directory of its own.
func TestGenerate(t *testing.T) {
	t.Parallel()
	if testing.Short() || runtime.GOOS == "windows" {
		t.Skip("builds programs, in a POSIX shell")
	}
	text, err := os.ReadFile("go-generate.md")
	if err != nil {
		t.Fatal(err)
	}
	bin, dir, home := t.TempDir(), t.TempDir(), t.TempDir()
	if out, err := exec.Command("go", "build", "-o", bin, "../cmd/cellwrap").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		t.Fatal(err)
	}
	cache, err := exec.Command("go", "env", "GOCACHE").Output() // which is otherwise below the user's cache
	if err != nil {
		t.Fatal(err)
	}
	env := append(os.Environ(), "GOCACHE="+strings.TrimSpace(string(cache)), "PWD="+dir, "GOPACKAGE=", "GOFILE=", "GOFLAGS=", "GOWORK=off", "XDG_CACHE_HOME="+home,
		"GIT_CONFIG_GLOBAL="+os.DevNull, "PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"))

	var last string
	commands, outputs := 0, 0
	for _, s := range steps(string(text)) {
		if tool := missing(s.do); tool != "" {
			t.Logf("go-generate.md:%d and below: not run, %s is not installed", s.line, tool)
			break
		}
		switch {
		case s.file != "":
			path := filepath.Join(dir, s.file)
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(s.text), 0o666); err != nil {
				t.Fatal(err)
			}
		case s.do != "":
			commands++
			cmd := exec.CommandContext(t.Context(), "bash", "-c", s.do)
			cmd.Dir, cmd.Env = dir, env
			out, err := cmd.CombinedOutput()
			if err != nil != s.fails {
				t.Fatalf("go-generate.md:%d: %s: %v\n%s", s.line, s.do, err, out)
			}
			last = string(bytes.ReplaceAll(out, []byte(dir), []byte("/home/me/shop")))
		default:
			outputs++
			if !strings.Contains(last, s.prints) {
				t.Errorf("go-generate.md:%d: printed\n%s", s.line, last)
			}
		}
	}
	if commands < 15 || outputs < 5 {
		t.Errorf("the page has %d commands and %d outputs", commands, outputs)
	}
}
