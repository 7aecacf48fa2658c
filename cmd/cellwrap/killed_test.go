package main

import (
	"cmp"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestKilled kills the command before each system call of it that changes a file, as kill -9 or the
// want of memory may. Each file has its old or its new content then, and so has each directory that is
// replaced as one. What is left beside them are hidden files, which neither the go command nor Jupyter
// looks at; and the same command, run again, does all of its work.
func TestKilled(t *testing.T) { // not beside other tests: it waits for any child of its thread
	cell := "%%run_in_reactor answer\nreturn 6 * 7\n"
	book := `{"cells": [{"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": ["%%run_in_reactor answer\n", "return 6 * 7"]},
{"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": ["1 + 1"]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
`
	kernel := map[string]string{
		"share/kernels/gonb/kernel.json": `{"argv": ["gonb", "{connection_file}"], "display_name": "Go", "language": "go"}`,
		"share/kernels/gonb/logo.svg":    "<svg/>",
	}
	installed := maps.Clone(kernel)
	installed["data/kernels/gonb-cellwrap/kernel.json"] = `{"argv": ["old"], "display_name": "old", "language": "go", "cellwrap": {"of": "gonb"}}`
	installed["data/kernels/gonb-cellwrap/old.svg"] = "<svg></svg>"
	module := map[string]string{"go.mod": "module example.com/m\n\ngo 1.24\n", "m.go": "package m\n"}
	older := maps.Clone(module)
	older["third_party/cellwrap/go.mod"] = "module github.com/cellwrap/cellwrap\n\ngo 1.25\n"
	older["third_party/cellwrap/reactor/loop.go"] = "package reactor // old\n"
	older["third_party/cellwrap/reactor/session/old.go"] = "package session\n"

	for _, c := range []killing{
		{name: "write", args: "--types off -w a.gocell b.gocell", files: map[string]string{"a.gocell": cell, "b.gocell": cell, "b_cell.go": "package main\n"}},
		{name: "output", args: "--types off -o out.go a.gocell", files: map[string]string{"a.gocell": cell, "out.go": strings.Repeat("// old\n", 1000)}},
		{name: "book", args: "--types off -t block -w book.ipynb", files: map[string]string{"book.ipynb": book}},
		{name: "unwrap", args: "--unwrap -w a.go", files: map[string]string{"a.go": wrappedBlock(t)}},
		{name: "run", args: "run --write book.ipynb", files: map[string]string{"book.ipynb": book}, builds: true},
		{name: "init", args: "init", files: module, whole: []string{"third_party/cellwrap/reactor"}, last: "go.mod"},
		{name: "init again", args: "init", files: older, whole: []string{"third_party/cellwrap/reactor"}, last: "go.mod"},
		{name: "install", args: "kernel install --of gonb", files: kernel, whole: []string{"data/kernels/gonb-cellwrap"}},
		{name: "install again", args: "kernel install --of gonb", files: installed, whole: []string{"data/kernels/gonb-cellwrap"}},
		{name: "uninstall", args: "kernel uninstall gonb-cellwrap", files: installed, whole: []string{"data/kernels/gonb-cellwrap"}},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t) })
	}
}

// wrappedBlock is a file with a block that was rewritten.
func wrappedBlock(t *testing.T) string {
	var out, failed strings.Builder
	if run([]string{"-t", "block", "--types", "off"}, strings.NewReader("%%run_in_reactor answer\nreturn 6 * 7\n"), &out, &failed) != exitOK {
		t.Fatal(failed.String())
	}
	return out.String()
}

// killing is a command that is killed.
type killing struct {
	name, args string
	files      map[string]string // that are there before
	whole      []string          // directories of which nothing may be old while something is new
	last       string            // when this file is new, all is
	builds     bool              // it runs the go command
}

func (c *killing) test(t *testing.T) {
	if c.builds && testing.Short() {
		t.Skip("short: builds a program for each kill")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	args := append([]string{link(t, self, t.TempDir())}, strings.Fields(c.args)...)
	dir := filepath.Join(t.TempDir(), "dir")
	env := append(os.Environ(), "JUPYTER_DATA_DIR="+filepath.Join(dir, "data"), "JUPYTER_PATH="+filepath.Join(dir, "share"), "TMPDIR="+t.TempDir())
	if !c.builds {
		env = append(env, "HOME="+t.TempDir(), "XDG_CACHE_HOME=")
	}
	c.prepare(t, dir)
	before := contents(t, dir)
	changes := runKilled(t, dir, env, args, 0)
	after := contents(t, dir)
	if maps.Equal(before, after) || changes < 3 {
		t.Fatalf("the command changes nothing, in %d steps", changes)
	}
	kills := 0
	for n := 1; n <= changes; n++ {
		if n < changes-12 && (changes > 40 && n%20 > 0 || testing.Short() && n%40 > 0) {
			continue // a file of many
		}
		c.prepare(t, dir)
		if runKilled(t, dir, env, args, n) < n {
			break // several files are written at the same time, and not always in as many steps
		}
		kills++
		c.check(t, n, before, after, contents(t, dir))
		again := exec.Command(args[0], args[1:]...)
		again.Dir, again.Env = dir, env
		output, _ := again.CombinedOutput() // it may have nothing to do any more, and say so
		if now := visible(contents(t, dir)); !maps.Equal(now, after) {
			t.Errorf("killed before change %d and run again, it has made %q, not %q\n%s", n, now, after, output)
		}
		if t.Failed() {
			return
		}
	}
	t.Logf("killed %d times, at %d changes", kills, changes)
}

// prepare makes dir what it is before the command.
func (c *killing) prepare(t *testing.T, dir string) {
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	for name, text := range c.files {
		file := filepath.Join(dir, name)
		if err := cmp.Or(os.MkdirAll(filepath.Dir(file), 0o777), os.WriteFile(file, []byte(text), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
}

// check looks at what a killed command has left.
func (c *killing) check(t *testing.T, n int, before, after, got map[string]string) {
	units := map[string]bool{}
	for _, files := range []map[string]string{before, after, visible(got)} {
		for name := range files {
			units[c.unit(name)] = true
		}
	}
	for unit := range units {
		was, is, want := c.part(before, unit), c.part(got, unit), c.part(after, unit)
		if !maps.Equal(is, was) && !maps.Equal(is, want) {
			t.Errorf("killed before change %d, %s is neither what it was nor what it becomes: %q", n, unit, is)
		}
		if c.last != "" && got[c.last] == after[c.last] && !maps.Equal(is, want) {
			t.Errorf("killed before change %d, %s is done and %s is not", n, c.last, unit)
		}
	}
}

// unit returns what a file is replaced with.
func (c *killing) unit(name string) string {
	for _, dir := range c.whole {
		if strings.HasPrefix(name, dir+"/") {
			return dir
		}
	}
	return name
}

// part returns the files of a unit.
func (c *killing) part(files map[string]string, unit string) map[string]string {
	part := map[string]string{}
	for name, text := range files {
		if c.unit(name) == unit {
			part[name] = text
		}
	}
	return part
}

// contents returns the files below a directory, with their modes.
func contents(t *testing.T, dir string) map[string]string {
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path) // it is below
		files[filepath.ToSlash(name)] = info.Mode().String() + "\n" + string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// visible returns the files that have no dot before a name in their path.
func visible(files map[string]string) map[string]string {
	rest := map[string]string{}
	for name, text := range files {
		if !strings.HasPrefix(name, ".") && !strings.Contains(name, "/.") {
			rest[name] = text
		}
	}
	return rest
}
