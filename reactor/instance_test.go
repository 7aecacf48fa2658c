package reactor_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// build compiles a package of testdata, to which it adds text, and returns the archive.
func build(tb testing.TB, name, text string) (file string) {
	dir := tb.TempDir()
	path, err := filepath.Abs(filepath.Join("testdata", name, name+".go"))
	if err != nil {
		tb.Fatal(err)
	}
	src, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	changed, overlay := filepath.Join(dir, "changed.go"), filepath.Join(dir, "overlay.json")
	files, err := json.Marshal(map[string]any{"Replace": map[string]string{path: changed}})
	if err != nil {
		tb.Fatal(err)
	}
	for file, data := range map[string][]byte{changed: append(src, text...), overlay: files} {
		if err := os.WriteFile(file, data, 0o666); err != nil {
			tb.Fatal(err)
		}
	}
	file = filepath.Join(dir, name+".a")
	if out, err := exec.Command("go", "build", "-overlay", overlay, "-o", file, "./testdata/"+name).CombinedOutput(); err != nil {
		tb.Fatalf("%v\n%s", err, out)
	}
	return file
}

func symbols(t *testing.T, archive string) []byte {
	out, err := exec.Command("go", "tool", "nm", archive).Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// What a cell compiles is of its own type: the methods of an EventualResult[any] and a Deferred[any]
// beside would make every cell wait for them.
func TestInstances(t *testing.T) {
	if testing.Short() {
		t.Skip("short: starts the go command")
	}
	seen := map[string]int{}
	for _, m := range regexp.MustCompile(`(?m) T github\.com/cellwrap/cellwrap/reactor\.\(\*(?:Deferred|EventualResult)\[(.*)\]\)`).FindAllSubmatch(symbols(t, build(t, "instance", "")), -1) {
		seen[string(m[1])]++
	}
	if seen["int"] == 0 || seen["go.shape.int"] == 0 || len(seen) != 2 {
		t.Errorf("methods by type argument: %v", seen)
	}
}

// What a cell compiles of this package: nothing if it has no type argument, and little for each.
func TestArchive(t *testing.T) {
	if testing.Short() {
		t.Skip("short: starts the go command")
	}
	for _, cell := range []struct {
		name            string
		functions, size int
	}{
		{"later", 2, 15_000},
		{"instance", 30, 150_000},
		{"cell", 70, 235_000},
	} {
		file := build(t, cell.name, "")
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(symbols(t, file), []byte(" T ")); n > cell.functions || int(info.Size()) > cell.size {
			t.Errorf("%s: %d functions in %d bytes, want at most %d in %d", cell.name, n, info.Size(), cell.functions, cell.size)
		}
	}
}

// BenchmarkCompile has the go command build a package that has changed.
func BenchmarkCompile(b *testing.B) {
	for _, cell := range []string{"channels", "later", "instance", "cell"} {
		b.Run(cell, func(b *testing.B) {
			n := 0
			var file string
			for b.Loop() {
				n++
				file = build(b, cell, fmt.Sprintf("\nconst changed%d%d = 1\n", os.Getpid(), n))
			}
			info, err := os.Stat(file)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(info.Size()), "bytes/archive")
		})
	}
}
