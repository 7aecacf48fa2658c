//go:build linux || darwin

package session

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Every later cell of a notebook knows of each result: what that links, all of them wait for.
func TestLinkedSize(t *testing.T) {
	if testing.Short() {
		t.Skip("short: starts the go command")
	}
	size := func(cell string) int64 {
		file := filepath.Join(t.TempDir(), cell)
		if out, err := exec.Command("go", "build", "-o", file, "./testdata/"+cell).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	if more := size("knows") - size("without"); more > 1<<20 {
		t.Errorf("a cell that knows of a result links %d bytes more", more)
	}
}
