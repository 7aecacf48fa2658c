package importer

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/cellwrap/cellwrap/internal/atomicfile"
)

const (
	entryA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bundle"
	entryB = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.resolution"
)

func TestCache(t *testing.T) {
	c := cache{filepath.Join(t.TempDir(), "a", "b")}
	if got := c.get(entryA); got != nil {
		t.Errorf("an empty cache has %q", got)
	}
	c.put(entryA, []byte("content"))
	if got := c.get(entryA); string(got) != "content" {
		t.Errorf("got %q", got)
	}
	// An entry under another name answers another question.
	if err := os.Rename(filepath.Join(c.dir, entryA), filepath.Join(c.dir, entryB)); err != nil {
		t.Fatal(err)
	}
	if got := c.get(entryB); got != nil {
		t.Errorf("a renamed entry has %q", got)
	}
	if runtime.GOOS != "windows" {
		for name, want := range map[string]os.FileMode{"": os.ModeDir | 0o700, entryB: 0o600, trimFile: 0o600} {
			info, err := os.Stat(filepath.Join(c.dir, name))
			if err != nil || info.Mode() != want {
				t.Errorf("%q: %v %v", name, info.Mode(), err)
			}
		}
	}
	new(cache).put(entryA, nil)
	if got := new(cache).get(entryA); got != nil {
		t.Errorf("no cache has %q", got)
	}
}

func TestTrim(t *testing.T) {
	c := cache{t.TempDir()}
	now := time.Now()
	c.put(entryA, nil)
	c.put(entryB, nil)
	set := func(name string, age time.Duration) {
		t.Helper()
		if err := os.Chtimes(filepath.Join(c.dir, name), now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	set(entryA, maxAge+time.Hour)
	set(entryB, maxAge-time.Hour)

	c.trim(now) // today it has been done
	if c.get(entryB) == nil {
		t.Error("an entry in use was removed")
	}
	if info, err := os.Stat(filepath.Join(c.dir, entryB)); err != nil || now.Sub(info.ModTime()) > time.Hour {
		t.Error("use does not touch", err)
	}
	if _, err := os.Stat(filepath.Join(c.dir, entryA)); err != nil {
		t.Error("trimmed twice a day")
	}
	set(trimFile, trimAfter+time.Hour)
	c.trim(now)
	if _, err := os.Stat(filepath.Join(c.dir, entryA)); !os.IsNotExist(err) {
		t.Error("an old entry was kept", err)
	}
	if c.get(entryB) == nil {
		t.Error("an entry in use was removed")
	}
}

func TestClean(t *testing.T) {
	c := cache{t.TempDir()}
	c.put(entryA, nil)
	c.put(entryB, nil)
	others := []string{"x.bundle", "notes.txt", strings.ToUpper(entryA[:3]) + ".resolution", ".mine" + atomicfile.NewSuffix, entryA + "~"}
	for _, name := range append(others, "."+entryA+atomicfile.NewSuffix) {
		if err := os.WriteFile(filepath.Join(c.dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := Clean(c.dir); n != 2 || err != nil {
		t.Errorf("Clean = %d, %v", n, err)
	}
	left, err := os.ReadDir(c.dir)
	if err != nil || len(left) != len(others) {
		t.Errorf("left are %v, %v", left, err)
	}
	if n, err := Clean(filepath.Join(c.dir, "missing")); n != 0 || err != nil {
		t.Errorf("Clean of no directory = %d, %v", n, err)
	}
}
