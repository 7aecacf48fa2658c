package rewrite_test

import (
	"bufio"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cellwrap/cellwrap/rewrite"
)

// linearSize is the environment variable by which TestLinear tells itself how large its cells are, and
// linearShape the one that says which alone are to be counted.
const linearSize, linearShape = "CELLWRAP_LINEAR_SIZE", "CELLWRAP_LINEAR_SHAPE"

// TestLinear holds, without a clock, that the work for a cell grows as the cell does. It builds the
// package again with counters, as for coverage, and compares how often each block of it and of go/types
// runs: in cells that are four times as large, not much more than four times as often. It takes one shape in four, by
// the hash of its name; with -all, every one.
func TestLinear(t *testing.T) {
	t.Parallel()
	if size, err := strconv.Atoi(os.Getenv(linearSize)); err == nil {
		rewriteShapes(size)
		return
	}
	if testing.Short() {
		t.Skip("builds the package and go/types again")
	}
	dir := t.TempDir()
	bin := filepath.Join(dir, "counting.test")
	build := exec.Command("go", "test", "-c", "-o", bin, "-covermode", "atomic", "-coverpkg", "github.com/cellwrap/cellwrap/...,go/types", ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const size = 400
	few, many := countBlocks(t, bin, size), countBlocks(t, bin, 4*size)
	var blocks []string
	for block, n := range many {
		if n > 10*few[block] && n > 100*size {
			blocks = append(blocks, block)
		}
	}
	slices.SortFunc(blocks, func(a, b string) int { return cmp.Compare(many[b], many[a]) })
	for _, block := range blocks {
		t.Errorf("%s: %d times, and %d times where the cells are four times as large", block, few[block], many[block])
	}
	if len(many) < 1000 {
		t.Errorf("only %d blocks were counted", len(many))
	}
}

// rewriteShapes rewrites a cell of each shape for each target.
func rewriteShapes(size int) {
	for _, shape := range shapes {
		only := os.Getenv(linearShape)
		if only == "" && !rewrite.Sampled(shape.name, 8) || only != "" && only != shape.name {
			continue
		}
		for _, target := range rewrite.Targets {
			for _, magic := range []string{"", "%%run_in_reactor result\n"} {
				opts := rewrite.Options{Env: goldenEnv, Target: target, LineName: "x.gocell"}
				if quadratic[shape.name] != "" {
					opts.Types = rewrite.TypesOff
				}
				_, _ = rewrite.Cell([]byte(magic+shape.cell(size)), opts) // refused or not
			}
		}
	}
}

// countBlocks returns how often each block of statements runs, by where it stands.
func countBlocks(t *testing.T, bin string, size int) map[string]int {
	profile := filepath.Join(t.TempDir(), "counts")
	cmd := exec.Command(bin, "-test.run", "^TestLinear$", "-test.coverprofile", profile, fmt.Sprint("-all=", *rewrite.All))
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d", linearSize, size))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	f, err := os.Open(profile)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	counts := map[string]int{}
	for s := bufio.NewScanner(f); s.Scan(); {
		fields := strings.Fields(s.Text()) // name.go:1.2,3.4 statements count
		if len(fields) != 3 {
			continue
		}
		n, err := strconv.Atoi(fields[2])
		if err != nil {
			t.Fatal(err)
		}
		counts[fields[0]] += n
	}
	return counts
}
