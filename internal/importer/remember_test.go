package importer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const localDep = `
-- m/go.mod --
module example.com/m
go 1.24
require example.com/dep v1.0.0
replace example.com/dep => ../dep
-- m/sub/sub.go --
package sub

import "example.com/dep"

var V dep.T
-- dep/go.mod --
module example.com/dep
go 1.24
-- dep/dep.go --
package dep

type T int
`

var localWant = Names{"example.com/m/sub": {"V"}, "fmt": {"Println"}}

// TestWarm says what makes the go command run again, and what does not.
func TestWarm(t *testing.T) {
	tests := []struct {
		name   string
		change func(t *testing.T, dir, cacheDir string)
		calls  int
	}{
		{"nothing", func(*testing.T, string, string) {}, 0},
		{"source", write("dep/dep.go", "package dep\n\ntype T string\n"), 1},
		{"new file", write("dep/new.go", "package dep\n\nvar New int\n"), 1},
		{"touched", func(t *testing.T, dir, _ string) { age(t, dir) }, 0},
		{"test", write("dep/dep_test.go", "package dep\n"), 0},
		{"go.mod", write("m/go.mod", "module example.com/m // changed\ngo 1.24\nrequire example.com/dep v1.0.0\nreplace example.com/dep => ../dep\n"), 1},
		{"go.mod of the replacement", write("dep/go.mod", "module example.com/dep\ngo 1.23\n"), 1},
		{"new workspace", write("go.work", "go 1.24\nuse ./m\n"), 1},
		{"unrelated", write("m/other.go", "package m\n"), 0},
		{"environment", func(t *testing.T, _, _ string) { t.Setenv("GOFLAGS", "-tags=x") }, 1},
		{"go generate", func(t *testing.T, _, _ string) { t.Setenv("GOPACKAGE", "x"); t.Setenv("GOLINE", "3") }, 0},
		{"gonb", func(t *testing.T, _, _ string) { t.Setenv("GONB_TMP_DIR", t.TempDir()) }, 0},
		{"go env -w", func(t *testing.T, _, _ string) {
			file := filepath.Join(t.TempDir(), "env")
			if err := os.WriteFile(file, []byte("GOFLAGS=-tags=x\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			t.Setenv("GOENV", file)
		}, 1},
		{"another go", func(t *testing.T, dir, _ string) {
			goCmd, err := exec.LookPath("go")
			if err != nil {
				t.Fatal(err)
			}
			data, err := os.ReadFile(goCmd)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(goCmd, append(data, "# newer\n"...), 0o777); err != nil {
				t.Fatal(err)
			}
		}, 1},
		{"types lost", func(t *testing.T, _, cacheDir string) {
			for _, file := range glob(t, cacheDir, "*.bundle") {
				os.Remove(file)
			}
		}, 0},
		{"resolution lost", func(t *testing.T, _, cacheDir string) {
			for _, file := range glob(t, cacheDir, "*.resolution") {
				os.Remove(file)
			}
		}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			hermetic(t)
			dir, cacheDir := tree(t, localDep), t.TempDir()
			im := New(filepath.Join(dir, "m"), Options{CacheDir: cacheDir})
			calls := countGo(t)
			load(t, im, localWant)
			load(t, im, localWant)
			if n := calls(); n != 1 {
				t.Fatalf("go was started %d times to warm the cache", n)
			}
			tt.change(t, dir, cacheDir)
			load(t, im, localWant)
			if n := calls() - 1; n != tt.calls {
				t.Errorf("go was started %d times, want %d", n, tt.calls)
			}
		})
	}
}

func write(name, text string) func(*testing.T, string, string) {
	return func(t *testing.T, dir, _ string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func glob(t *testing.T, dir, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(files) == 0 {
		t.Fatal(pattern, files, err)
	}
	return files
}

// TestChanged holds that the types are those of the source as it is now, though
// the file has the same size.
func TestChanged(t *testing.T) {
	hermetic(t)
	dir := tree(t, localDep)
	im := New(filepath.Join(dir, "m"), Options{CacheDir: t.TempDir()})
	for _, typ := range []string{"int", "rune", "byte", "bool", "int"} {
		write("dep/dep.go", "package dep\n\ntype T "+typ+"\n")(t, dir, "")
		pkg, err := load(t, im, localWant).Import("example.com/m/sub")
		if err != nil {
			t.Fatal(err)
		}
		if got, _, _ := strings.Cut(pkg.Scope().Lookup("V").Type().Underlying().String(), " "); got != typ && typ != "rune" && typ != "byte" {
			t.Errorf("T is %s, want %s", got, typ)
		}
	}
}

// TestModifiedWhileListing holds that an answer about sources that change
// meanwhile is given, but not remembered.
func TestModifiedWhileListing(t *testing.T) {
	hermetic(t)
	dir := tree(t, localDep)
	im := New(filepath.Join(dir, "m"), Options{CacheDir: t.TempDir()})
	calls := fakeGo(t, fmt.Sprintf("\"$GO\" \"$@\"\necho 'package dep; type T string' >'%s'", filepath.Join(dir, "dep", "dep.go")))
	load(t, im, localWant)
	pkg, err := load(t, im, localWant).Import("example.com/m/sub")
	if err != nil {
		t.Fatal(err)
	}
	if n, got := calls(), pkg.Scope().Lookup("V").Type().Underlying().String(); n != 2 || got != "string" {
		t.Errorf("%d calls, T is %s", n, got)
	}
}

func TestProblemsRemembered(t *testing.T) {
	tests := []struct {
		name  string
		want  Names
		calls int // of two Loads
	}{
		{"definite", Names{"internal/abi": nil, "fmt": {"Println"}}, 2}, // one to see it, one for the others
		{"incomplete", Names{"example.com/none": nil, "fmt": {"Println"}}, 2},
		{"not asked", Names{"a b": nil, "C": nil}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			hermetic(t)
			im := New(t.TempDir(), Options{CacheDir: t.TempDir()})
			calls := countGo(t)
			for range 2 {
				p, err := im.Load(t.Context(), tt.want)
				if err != nil || len(p.Problems) == 0 {
					t.Fatal(p, err)
				}
			}
			if n := calls(); n != tt.calls {
				t.Errorf("go was started %d times, want %d", n, tt.calls)
			}
		})
	}
}

// TestDamaged holds that a cache in any state gives the same answer.
func TestDamaged(t *testing.T) {
	hermetic(t)
	dir, cacheDir := tree(t, localDep), t.TempDir()
	im := New(filepath.Join(dir, "m"), Options{CacheDir: cacheDir})
	load(t, im, localWant)
	damages := map[string]func([]byte) []byte{
		"empty":         func([]byte) []byte { return nil },
		"header only":   func([]byte) []byte { return []byte(magic) },
		"truncated":     func(data []byte) []byte { return data[:len(data)-1] },
		"longer":        func(data []byte) []byte { return append(data, 0) },
		"flipped":       func(data []byte) []byte { data[len(data)/2] ^= 1; return data },
		"garbage":       func(data []byte) []byte { return bytes.Repeat([]byte{0xff}, len(data)) },
		"other version": func(data []byte) []byte { return append([]byte("cellwrap importer 9\n"), data[len(magic):]...) },
	}
	for _, kind := range kinds {
		file := glob(t, cacheDir, "*."+kind)[0]
		sound, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for name, damage := range damages {
			t.Run(kind+" "+name, func(t *testing.T) {
				if err := os.WriteFile(file, damage(bytes.Clone(sound)), 0o600); err != nil {
					t.Fatal(err)
				}
				load(t, im, localWant)
				if healed, err := os.ReadFile(file); err != nil || !bytes.Equal(healed, sound) {
					t.Error("the entry was not written again", err)
				}
			})
		}
		t.Run(kind+" directory", func(t *testing.T) {
			if err := errors.Join(os.Remove(file), os.Mkdir(file, 0o700)); err != nil {
				t.Fatal(err)
			}
			load(t, im, localWant)
			if err := errors.Join(os.Remove(file), os.WriteFile(file, sound, 0o600)); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestExportGone empties the go command's cache between two Loads.
func TestExportGone(t *testing.T) {
	hermetic(t)
	t.Setenv("GOCACHE", t.TempDir())
	dir, cacheDir := tree(t, localDep), t.TempDir()
	im := New(filepath.Join(dir, "m"), Options{CacheDir: cacheDir})
	want := Names{"example.com/m/sub": {"V"}} // all of fmt would have to be compiled twice
	calls := countGo(t)
	load(t, im, want)
	if err := os.RemoveAll(os.Getenv("GOCACHE")); err != nil {
		t.Fatal(err)
	}
	load(t, im, want)
	if n := calls(); n != 1 {
		t.Errorf("types that are remembered: go was started %d times", n)
	}
	for _, file := range glob(t, cacheDir, "*.bundle") {
		os.Remove(file)
	}
	load(t, im, want)
	if n := calls(); n != 2 {
		t.Errorf("types that are lost: go was started %d times", n)
	}
}

// TestExportDamaged has the go command's cache hold nonsense.
func TestExportDamaged(t *testing.T) {
	hermetic(t)
	t.Setenv("GOCACHE", t.TempDir())
	dir := filepath.Join(tree(t, localDep), "m")
	im := New(dir, Options{NoCache: true})
	want := Names{"example.com/m/sub": {"V"}, "example.com/dep": {"T"}}
	res, err := im.resolve(t.Context(), newSite(dir), want)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range res.Packages {
		if r.Path == "example.com/dep" {
			if err := errors.Join(os.Chmod(r.Export, 0o600), os.WriteFile(r.Export, []byte("!<arch>\nnonsense"), 0o600)); err != nil {
				t.Fatal(err)
			}
		}
	}
	p := &Packages{Problems: map[string]Problem{}}
	if err := im.fill(p, res, want); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Import("example.com/dep"); err == nil || p.Problems["example.com/dep"].Text == "" {
		t.Errorf("dep: %v, %v", err, p.Problems)
	}
	if _, err := p.Import("example.com/m/sub"); err != nil {
		t.Error(err)
	}
}

func TestNoCacheDir(t *testing.T) {
	hermetic(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, filepath.Join(file, "below")} {
		im := New(t.TempDir(), Options{CacheDir: dir})
		load(t, im, Names{"fmt": {"Println"}})
	}
	out, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOCACHE", strings.TrimSpace(string(out))) // which is otherwise below HOME
	t.Setenv("GOPATH", t.TempDir())                     // too
	t.Setenv("HOME", "")
	t.Setenv("XDG_CACHE_HOME", "")
	load(t, New(t.TempDir(), Options{}), Names{"fmt": {"Println"}})
}

// TestTogether has many goroutines and processes use one cache at once.
func TestTogether(t *testing.T) {
	hermetic(t)
	dir, cacheDir := filepath.Join(tree(t, localDep), "m"), t.TempDir()
	if shared := os.Getenv("IMPORTER_TEST_DIR"); shared != "" {
		dir, cacheDir = shared, os.Getenv("IMPORTER_TEST_CACHE")
	}
	var wg sync.WaitGroup
	if os.Getenv("IMPORTER_TEST_DIR") == "" {
		for range 2 {
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTogether$")
			cmd.Env = append(os.Environ(), "IMPORTER_TEST_DIR="+dir, "IMPORTER_TEST_CACHE="+cacheDir)
			wg.Go(func() {
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Errorf("%v: %s", err, out)
				}
			})
		}
	}
	im := New(dir, Options{CacheDir: cacheDir})
	for i := range 8 {
		wg.Go(func() {
			want := Names{"example.com/m/sub": {"V"}}
			if i%2 == 0 {
				want = want.All()
			}
			for range 5 {
				p, err := im.Load(t.Context(), want)
				if err != nil || len(p.Problems) > 0 {
					t.Error(err, p)
					return
				}
				if pkg, err := p.Import("example.com/m/sub"); err != nil || pkg.Scope().Lookup("V") == nil {
					t.Error(pkg, err)
				}
			}
		})
	}
	wg.Wait()
}

// TestCancel ends the context while the go command runs a child that would
// never end.
func TestCancel(t *testing.T) {
	hermetic(t)
	tmp := t.TempDir()
	t.Setenv("GOTMPDIR", tmp)
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := exec.Command("mkfifo", fifo).Run(); err != nil {
		t.Skip(err)
	}
	// The child holds the fifo open, so reading it to its end is to wait for
	// the death of the child.
	fakeGo(t, fmt.Sprintf("sh -c 'echo started; while :; do sleep 60; done' >'%s' & wait", fifo))
	im := New(t.TempDir(), Options{CacheDir: t.TempDir()})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := im.Load(ctx, Names{"fmt": nil})
		done <- err
	}()
	f, err := os.Open(fifo)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Read(make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("Load returned after %v", d)
	}
	if n, err := f.Read(make([]byte, 100)); n != 0 {
		t.Error("the child lives", err)
	}
	if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
		t.Error("temporary files are left", left, err)
	}
}

// TestHasFlag holds that a flag is a word of its own: what another one's value says does not count.
func TestHasFlag(t *testing.T) {
	for flags, want := range map[string]bool{
		"-modfile=a.mod":        true,
		"-v --modfile=a.mod":    true,
		"'-modfile=a b.mod'":    true,
		"-modfile":              true,
		"-tags=x-modfile":       false,
		"-ldflags=-modfile=a":   false,
		"-modfiles=a":           false,
		"-mod=mod -tags=nofile": false,
	} {
		s := &site{env: map[string]string{"GOFLAGS": flags}}
		if got := s.hasFlag("modfile"); got != want {
			t.Errorf("%q: %v", flags, got)
		}
	}
}
