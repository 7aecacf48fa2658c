package atomicfile

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// holds checks a file's text, and that the directory has the named files only.
func holds(t *testing.T, path, text string, names ...string) {
	t.Helper()
	if got, err := os.ReadFile(path); err != nil || string(got) != text {
		t.Errorf("%s has %q, %v, want %q", path, got, err, text)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if err != nil || names != nil && strings.Join(got, " ") != strings.Join(names, " ") {
		t.Errorf("the directory has %q, %v, want %q", got, err, names)
	}
}

func TestWriteNew(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a", strings.Repeat("long", 60)} {
		path := filepath.Join(dir, name)
		if err := Write(path, []byte("new"), 0o600); err != nil {
			t.Fatal(err)
		}
		holds(t, path, "new")
		if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%v, %v", info, err)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("left: %v", entries)
	}
}

// A chain of links is followed to the file, and stays.
func TestLinks(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	file := filepath.Join(other, "file")
	write(t, file, "old")
	first, second := filepath.Join(dir, "first"), filepath.Join(dir, "second")
	if err := errors.Join(os.Symlink("second", first), os.Symlink(file, second)); err != nil {
		t.Skipf("no links here: %v", err)
	}
	if err := Write(first, []byte("new"), 0o666); err != nil {
		t.Fatal(err)
	}
	holds(t, first, "new", "first", "second")
	holds(t, file, "new", "file")
	for _, link := range []string{first, second} {
		if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("%s is no link any more", link)
		}
	}

	dangling := filepath.Join(t.TempDir(), "dangling")
	if err := os.Symlink("none", dangling); err != nil {
		t.Fatal(err)
	}
	if err := Write(dangling, nil, 0o666); err == nil || !strings.Contains(err.Error(), "link to a file that does not exist") {
		t.Error(err)
	}
	if err := Write(dir, nil, 0o666); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Error(err)
	}
}

// Both names of a file have the new text, the shorter and the longer one.
func TestHardLink(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	write(t, a, "some text")
	if err := os.Link(a, b); err != nil {
		t.Skipf("no hard links here: %v", err)
	}
	for _, text := range []string{"new", "a text that is longer"} {
		if err := Write(a, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		holds(t, a, text, "a", "b")
		holds(t, b, text, "a", "b")
	}
}

// What a killed process has left is removed, what a live one is writing is not.
func TestLeft(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	write(t, path, "old")
	write(t, filepath.Join(dir, ".file"+NewSuffix), "half")
	live, err := Stage(path, []byte("live"), 0o666)
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(path, []byte("new"), 0o666); err != nil {
		t.Fatal(err)
	}
	holds(t, path, "new", ".file"+NewSuffix, "file")
	if err := live.Commit(); err != nil {
		t.Fatal(err)
	}
	live.Discard()
	holds(t, path, "live", "file")
	given, err := Stage(path, []byte("given up"), 0o666)
	if err != nil {
		t.Fatal(err)
	}
	given.Discard()
	holds(t, path, "live", "file")
}

// A process that is killed at any moment leaves a whole file, and a reader sees whole files only.
func TestKilled(t *testing.T) {
	texts := [][]byte{bytes.Repeat([]byte("a"), 1<<20), bytes.Repeat([]byte("b"), 1<<20)}
	if path := os.Getenv("ATOMICFILE_WRITE"); path != "" {
		os.Stdout.WriteString("ready\n")
		for i := 0; ; i++ {
			if err := WriteCache(path, texts[i%2], 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	write(t, path, string(texts[0]))
	for range 5 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
		cmd.Env = append(os.Environ(), "ATOMICFILE_WRITE="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		out.Read(make([]byte, 6))
		whole := func() {
			got, err := os.ReadFile(path)
			if err != nil || !bytes.Equal(got, texts[0]) && !bytes.Equal(got, texts[1]) {
				t.Errorf("a torn file of %d bytes, %v", len(got), err)
			}
		}
		for range 30 {
			whole()
		}
		cmd.Process.Kill()
		cmd.Wait()
		whole()
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) > 2 {
			t.Errorf("left: %v, %v", entries, err)
		}
	}
	if err := Write(path, []byte("last"), 0o666); err != nil {
		t.Fatal(err)
	}
	holds(t, path, "last", "file")
}
