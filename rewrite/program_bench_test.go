package rewrite_test

import (
	"fmt"
	"testing"

	"github.com/cellwrap/cellwrap/rewrite"
)

// benchNotebook returns a notebook of n cells, each of which uses the one before it.
func benchNotebook(n int) (cells []rewrite.ProgramCell, size int) {
	for i := range n {
		src := fmt.Sprintf("v%d := []int{1, 2, %d}\nerr := fmt.Errorf(\"cell %%d\", %d)\n\nfunc f%d(s string) string { return strings.Repeat(s, len(v%d)) }\n\nf%d(err.Error())\n", i, i, i, i, i, i)
		if i > 0 {
			src += fmt.Sprintf("fmt.Sprint(v%d, f%d(\"x\"))\n", i-1, i-1)
		} else {
			src = "import \"fmt\"\n" + src
		}
		cells = append(cells, rewrite.ProgramCell{Name: fmt.Sprintf("book.ipynb:cell %d", i+1), Number: i + 1, Source: []byte(src)})
		size += len(src)
	}
	return cells, size
}

// BenchmarkProgram holds that a notebook's time and memory grow with its cells, not faster: the
// time a cell must not depend on how many there are.
func BenchmarkProgram(b *testing.B) {
	for _, n := range []int{100, 1000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			cells, size := benchNotebook(n)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				out, err := rewrite.Program(b.Context(), cells, rewrite.Options{Env: goldenEnv})
				if err != nil {
					b.Fatal(err)
				}
				if err := out.Cells[n-1].Err; err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/cell")
		})
	}
}
