package rewrite_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/cellwrap/cellwrap/rewrite"
)

// sessionNotebook returns a notebook of n cells: declarations, variables that later cells use, and
// every tenth cell a background one.
func sessionNotebook(n int) (cells []string, size int) {
	for i := range n {
		src := ""
		switch {
		case i == 0:
			src = "import (\n\t\"fmt\"\n\t\"time\"\n)\n\ntype T0 struct{ n int }\n\nv0 := T0{1}\n"
		case i%10 == 9:
			src = fmt.Sprintf("%%%%run_in_reactor r%d\ntime.Sleep(time.Millisecond)\nreturn []T%d{v%d}, nil\n", i, i-2, i-2)
		case i%10 == 0:
			src = fmt.Sprintf("type T%d struct{ n int }\n\nv%d := T%d{1}\nlist%d, err := r%d.Wait(time.Second)\n", i, i, i, i, i-1)
		default:
			src = fmt.Sprintf("type T%d struct{ prev T%d; n int }\n\nfunc (t T%d) String() string { return fmt.Sprint(t.n) }\n\nfunc f%d(t T%d) T%d { return T%d{t, %d} }\n\nv%d := f%d(v%d)\nerr := fmt.Errorf(\"%%v\", v%d)\n", i, i-1, i, i, i-1, i, i, i, i, i, i-1, i)
		}
		cells = append(cells, src)
		size += len(src)
	}
	return cells, size
}

// BenchmarkSession holds that the time of a cell does not depend on how many there were before.
func BenchmarkSession(b *testing.B) {
	for _, n := range []int{100, 1000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			cells, size := sessionNotebook(n)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				s := rewrite.NewSession(rewrite.Options{Env: goldenEnv, MagicOnly: true})
				for i, cell := range cells {
					out, err := s.Cell(b.Context(), []byte(cell), fmt.Sprintf("cell%d", i))
					if err != nil {
						b.Fatal(err)
					}
					if want := fmt.Sprintf("[]T%d", i-2); i%10 == 9 && out.Result != want {
						b.Fatalf("cell %d has a result of type %s, want %s: %v", i, out.Result, want, out.Diagnostics)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/cell")
		})
	}
}

// BenchmarkSessionAlive measures what a session keeps of cells that redefine the same names, by how many there were.
func BenchmarkSessionAlive(b *testing.B) {
	for _, n := range []int{300, 3000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var kept int64
			for b.Loop() {
				s := rewrite.NewSession(rewrite.Options{Env: goldenEnv, MagicOnly: true})
				before := heap()
				for i := range n {
					cell := fmt.Sprintf("%%%%run_in_reactor r\ntype t struct{ n int }\nfunc (x t) get() int { return x.n }\nreturn t{%d}", i)
					if _, err := s.Cell(b.Context(), []byte(cell), fmt.Sprint("cell ", i)); err != nil {
						b.Fatal(err)
					}
				}
				kept = heap() - before
				runtime.KeepAlive(s)
			}
			b.ReportMetric(float64(kept), "bytes/session")
		})
	}
}

// heap returns how many bytes are alive.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
