package importer

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

const runtimePath = "github.com/cellwrap/cellwrap/reactor"

// samples are what cells of the usual kinds want.
var samples = []struct {
	name string
	want Names
}{
	{"usual", Names{
		"fmt":       {"Println", "Sprintf"},
		"time":      {"Second", "Duration"},
		runtimePath: {"RunInReactor", "RunDeferred", "Values", "Then"},
	}},
	{"http", Names{
		"fmt":       {"Println"},
		"net/http":  {"Get", "StatusText"},
		runtimePath: {"RunInReactor", "Values"},
	}},
}

// moduleDir is the root of this module, which provides the runtime.
func moduleDir(tb testing.TB) string {
	tb.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		tb.Fatal(err)
	}
	return dir
}

func BenchmarkLoad(b *testing.B) {
	for _, s := range samples {
		for _, all := range []bool{false, true} {
			name, want := s.name+"/pruned", s.want
			if all {
				name, want = s.name+"/all", s.want.All()
			}
			b.Run(name, func(b *testing.B) {
				im := New(moduleDir(b), Options{CacheDir: b.TempDir()})
				load(b, im, want)
				b.ReportAllocs()
				for b.Loop() {
					load(b, im, want)
				}
			})
		}
	}
}

// BenchmarkFallback is the warm Load where the runtime is not in the module.
func BenchmarkFallback(b *testing.B) {
	dir := b.TempDir()
	want := samples[0].want
	opts := Options{CacheDir: b.TempDir()}
	opts.Fallback = runtimeFallback(b)
	im := New(dir, opts)
	load(b, im, want)
	b.ReportAllocs()
	for b.Loop() {
		load(b, im, want)
	}
}

// BenchmarkReadFull reads the whole export data, which is what Load does where
// only the resolution is remembered.
func BenchmarkReadFull(b *testing.B) {
	for _, s := range samples {
		b.Run(s.name, func(b *testing.B) {
			im := New(moduleDir(b), Options{NoCache: true})
			res, err := im.resolve(b.Context(), newSite(im.dir), s.want)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := im.read(res); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkCold asks the go command each time; its build cache is warm.
func BenchmarkCold(b *testing.B) {
	im := New(moduleDir(b), Options{NoCache: true})
	b.ReportAllocs()
	for b.Loop() {
		load(b, im, samples[0].want)
	}
}

func load(tb testing.TB, im *Importer, want Names) *Packages {
	tb.Helper()
	p, err := im.Load(tb.Context(), want)
	if err != nil {
		tb.Fatal(err)
	}
	for path, problem := range p.Problems {
		tb.Fatalf("%s: %s", path, problem.Text)
	}
	return p
}

func runtimeFallback(tb testing.TB) map[string]fs.FS {
	return map[string]fs.FS{runtimePath: os.DirFS(filepath.Join(moduleDir(tb), "reactor"))}
}
