package kernel

import (
	"os"
	"path/filepath"
	"testing"
)

// What the original has as links is ours, too, and stays as it was: nothing is written through one.
func TestInstallLinks(t *testing.T) {
	elsewhere, dir := t.TempDir(), t.TempDir()
	const spec = `{"argv": ["gonb", "{connection_file}"], "display_name": "Go", "language": "go"}`
	for name, text := range map[string]string{"kernel.json": spec, "logo.svg": "<svg/>", "more/x": "x"} {
		file := filepath.Join(elsewhere, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o444); err != nil {
			t.Fatal(err)
		}
	}
	of := filepath.Join(dir, "go")
	if err := os.Mkdir(of, 0o777); err != nil {
		t.Fatal(err)
	}
	for name, to := range map[string]string{"kernel.json": elsewhere + "/kernel.json", "logo.svg": "../x/logo.svg", "more": elsewhere + "/more"} {
		if err := os.Symlink(to, filepath.Join(of, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(elsewhere, filepath.Join(dir, "x")); err != nil {
		t.Fatal(err)
	}
	original, err := read(of)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time it is replaced
		if _, err := Install(original, dir, "ours", "Go + cellwrap", []string{"cellwrap", "--"}); err != nil {
			t.Fatal(err)
		}
	}
	for file, want := range map[string]string{
		elsewhere + "/kernel.json": spec, of + "/kernel.json": spec, dir + "/ours/logo.svg": "<svg/>", dir + "/ours/more/x": "x",
	} {
		if got, err := os.ReadFile(file); string(got) != want || err != nil {
			t.Errorf("%s: %q, %v", file, got, err)
		}
	}
	info, err := os.Lstat(filepath.Join(dir, "ours", "kernel.json"))
	if err != nil || !info.Mode().IsRegular() {
		t.Errorf("kernel.json: %v, %v", info.Mode(), err)
	}
	if ours, err := read(filepath.Join(dir, "ours")); err != nil || !ours.Ours() {
		t.Errorf("%+v, %v", ours, err)
	}
}
