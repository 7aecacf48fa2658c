package atomicfile

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// tree makes a directory with a file that says what it is.
func tree(t *testing.T, dir, text string) {
	if err := errors.Join(os.Mkdir(dir, 0o777), os.WriteFile(filepath.Join(dir, "text"), []byte(text), 0o666)); err != nil {
		t.Fatal(err)
	}
}

func TestDir(t *testing.T) {
	dir := t.TempDir()
	next, target := filepath.Join(dir, "next"), filepath.Join(dir, "target")
	want := func(name, text string) {
		t.Helper()
		if got, err := os.ReadFile(filepath.Join(name, "text")); text != "" && (err != nil || string(got) != text) {
			t.Errorf("%s has %q, %v, want %q", name, got, err, text)
		} else if text == "" && !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s has %q, %v", name, got, err)
		}
	}
	tree(t, next, "1")
	if err := Dir(next, target); err != nil {
		t.Fatal(err)
	}
	want(target, "1")
	want(next, "")
	tree(t, next, "2")
	if err := Dir(next, target); err != nil {
		t.Fatal(err)
	}
	want(target, "2")
	want(next, "1")
	if err := rename(next, target); err != nil {
		t.Fatal(err)
	}
	want(target, "1")
	want(next, "2")
	if err := Dir(filepath.Join(dir, "none"), target); err == nil {
		t.Error("no error, and nothing to put there")
	}
	want(target, "1")
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("left: %v, %v", entries, err)
	}
}
