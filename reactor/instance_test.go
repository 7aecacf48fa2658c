package reactor_test

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// What a cell compiles is of its own type: the methods of an EventualResult[any] and a Deferred[any]
// beside would make every cell wait for them.
func TestInstances(t *testing.T) {
	if testing.Short() {
		t.Skip("short: starts the go command")
	}
	file := filepath.Join(t.TempDir(), "instance.a")
	if out, err := exec.Command("go", "build", "-o", file, "./testdata/instance").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	symbols, err := exec.Command("go", "tool", "nm", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, m := range regexp.MustCompile(`(?m) T github\.com/cellwrap/cellwrap/reactor\.\(\*(?:Deferred|EventualResult)\[(.*)\]\)`).FindAllSubmatch(symbols, -1) {
		seen[string(m[1])]++
	}
	if seen["int"] == 0 || seen["go.shape.int"] == 0 || len(seen) != 2 {
		t.Errorf("methods by type argument: %v", seen)
	}
}
