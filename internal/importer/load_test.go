package importer

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/tools/txtar"
)

// tree writes the files of a txtar archive to a new directory, which it returns.
func tree(t testing.TB, files string) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(files)).Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	age(t, dir)
	return dir
}

// age makes dir look untouched for an hour, since what was modified just now is
// not remembered.
func age(t testing.TB, dir string) {
	t.Helper()
	then := time.Now().Add(-time.Hour)
	err := filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Chtimes(name, then, then))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// hermetic keeps the user's settings and the network away from the go command.
func hermetic(t testing.TB) {
	for name, value := range map[string]string{
		"GOENV": "off", "GOPROXY": "off", "GOSUMDB": "off", "GOTOOLCHAIN": "local",
		"GOFLAGS": "", "GOWORK": "", "GO111MODULE": "", "GOPACKAGE": "", "GOROOT": "",
	} {
		t.(interface{ Setenv(name, value string) }).Setenv(name, value)
	}
}

const vendored = `
-- go.mod --
module example.com/m

go 1.24

require example.com/dep v1.0.0
-- vendor/modules.txt --
# example.com/dep v1.0.0
## explicit; go 1.24
example.com/dep
-- vendor/example.com/dep/dep.go --
package dep

func F() int { return 1 }
`

func TestLoad(t *testing.T) {
	tests := []struct {
		name  string
		files string
		dir   string            // below the files
		env   map[string]string // beyond hermetic's
		apart bool
		want  Names
		types []string          // objects, as go/types writes them
		wrong map[string]string // problems; a definite one begins with "!"

		path, version string
	}{
		{
			name: "module",
			files: `
-- go.mod --
module example.com/m // the path

go 1.24.3 // with a patch
-- a/a.go --
package other

type T struct{ secret int }

func F[K comparable, V any](m map[K]V) []K { return nil }
-- cmd/x/x.go --
package main
`,
			dir:   "cmd/x",
			want:  Names{"example.com/m/a": {"F", "T", "Missing", "hidden"}, "fmt": {"Println"}, "unsafe": {"Pointer"}},
			types: []string{"func other.F[K comparable, V any](m map[K]V) []K", "func fmt.Println(a ...any) (n int, err error)"},
			path:  "example.com/m/cmd/x", version: "go1.24.3",
		},
		{
			name: "replace",
			files: `
-- m/go.mod --
module example.com/m
require example.com/dep v1.0.0
replace example.com/dep => ../dep
-- dep/go.mod --
module example.com/dep
-- dep/dep.go --
package dep

const C = 1 << 70
`,
			dir:   "m",
			want:  Names{"example.com/dep": nil},
			types: []string{"const dep.C untyped int"},
			path:  "example.com/m", version: "go1.16",
		},
		{
			name: "vendor", files: vendored,
			want:  Names{"example.com/dep": {"F"}},
			types: []string{"func dep.F() int"},
			path:  "example.com/m", version: "go1.24",
		},
		{
			name: "vendor by flag", files: vendored,
			env:   map[string]string{"GOFLAGS": "-mod=vendor"},
			want:  Names{"example.com/dep": {"F"}, "example.com/none": nil},
			types: []string{"func dep.F() int"},
			wrong: map[string]string{"example.com/none": "cannot find module providing package example.com/none: import lookup disabled by -mod=vendor"},
			path:  "example.com/m", version: "go1.24",
		},
		{
			name: "workspace",
			files: `
-- go.work --
go 1.24
use (
	./a
	./b
)
-- a/go.mod --
module example.com/a
go 1.24
-- a/a.go --
package a
-- b/go.mod --
module example.com/b
go 1.24
-- b/b.go --
package b

var V []error
`,
			dir:   "a",
			want:  Names{"example.com/b": {"V"}},
			types: []string{"var b.V []error"},
			path:  "example.com/a", version: "go1.24",
		},
		{
			name:  "no module",
			want:  Names{"time": {"Second"}, "example.com/none": {"F"}},
			types: []string{"const time.Second time.Duration"},
			wrong: map[string]string{"example.com/none": "no required module provides package example.com/none: go.mod file not found"},
		},
		{
			name:  "missing",
			files: "-- go.mod --\nmodule m\ngo 1.24\n",
			want:  Names{"github.com/x/y": nil, "m/sub": nil, "foo/bar": nil, "io": {"EOF"}},
			types: []string{"var io.EOF error"},
			wrong: map[string]string{
				"github.com/x/y": "no required module provides package github.com/x/y (go get github.com/x/y)",
				"m/sub":          "!package m/sub is not in module m",
				"foo/bar":        "!package foo/bar is not in std",
			},
			path: "m", version: "go1.24",
		},
		{
			name: "not in the module",
			files: `
-- go.mod --
module example.com/me
go 1.24
require example.com/me/bought v1.0.0
replace example.com/me/bought => ./elsewhere
replace example.com/me/swapped => ./elsewhere
-- utils/u.go --
package utils
-- internal/store/s.go --
package store
-- _old/utliz/u.go --
package utliz
-- docs/only_test.go --
package docs
-- empty/README --
-- nested/go.mod --
module example.com/me/nested
-- nested/far/f.go --
package far
-- elsewhere/go.mod --
module example.com/me/bought
-- elsewhere/e.go --
package bought

const E = 1
`,
			want: Names{
				"example.com/me/utlis": nil, "example.com/me/Utils": nil, "example.com/me/store": nil, "example.com/me/far": nil,
				"example.com/me/empty": nil, "example.com/me/nothing/alike": nil,
				"example.com/me/nested/far": nil, "example.com/me/v2/utils": nil, "example.com/me/swapped/x": nil,
				"example.com/me/bought": {"E"}, "example.com/me/bought/x": nil, "example.com/mee": nil,
			},
			types: []string{"const bought.E untyped int"},
			wrong: map[string]string{
				"example.com/me/utlis":         "!package example.com/me/utlis is not in module example.com/me; did you mean example.com/me/utils?",
				"example.com/me/Utils":         "!package example.com/me/Utils is not in module example.com/me; did you mean example.com/me/utils?",
				"example.com/me/store":         "!package example.com/me/store is not in module example.com/me; did you mean example.com/me/internal/store?",
				"example.com/me/far":           "!package example.com/me/far is not in module example.com/me",
				"example.com/me/empty":         "!package example.com/me/empty is not in module example.com/me",
				"example.com/me/nothing/alike": "!package example.com/me/nothing/alike is not in module example.com/me",
				// Another module may have these.
				"example.com/me/nested/far": "no required module provides package example.com/me/nested/far ",
				"example.com/me/v2/utils":   "no required module provides package example.com/me/v2/utils ",
				"example.com/me/swapped/x":  "no required module provides package example.com/me/swapped/x ",
				"example.com/me/bought/x":   "no required module provides package example.com/me/bought/x ",
				"example.com/mee":           "no required module provides package example.com/mee ",
			},
			path: "example.com/me", version: "go1.24",
		},
		{
			name: "not in the workspace",
			files: `
-- go.work --
go 1.24
use (
	./a
	./b
)
-- a/go.mod --
module example.com/a
go 1.24
-- a/a.go --
package a
-- b/go.mod --
module example.com/a/b
go 1.24
-- b/list/l.go --
package list

const L = 1
`,
			dir:   "a",
			want:  Names{"example.com/a/b/list": {"L"}, "example.com/a/b/lsit": nil, "example.com/a/c": nil},
			types: []string{"const list.L untyped int"},
			wrong: map[string]string{
				"example.com/a/b/lsit": "!package example.com/a/b/lsit is not in module example.com/a/b; did you mean example.com/a/b/list?",
				"example.com/a/c":      "!package example.com/a/c is not in module example.com/a",
			},
			path: "example.com/a", version: "go1.24",
		},
		{
			name: "refused",
			files: `
-- m/go.mod --
module example.com/m
go 1.24
require example.com/dep v1.0.0
replace example.com/dep => ../dep
-- m/m.go --
package m
-- m/cycle/cycle.go --
package cycle
import _ "example.com/m/step"
-- m/step/step.go --
package step
import _ "example.com/m"
-- m/prog/prog.go --
package main
-- m/internal/ours/ours.go --
package ours

type T int
-- dep/go.mod --
module example.com/dep
-- dep/internal/theirs/theirs.go --
package theirs
`,
			dir: "m",
			want: Names{
				"example.com/m": nil, "example.com/m/cycle": nil, "example.com/m/prog": nil, "cmd/gofmt": nil,
				"example.com/dep/internal/theirs": nil, "internal/abi": nil, "example.com/m/internal/ours": {"T"},
				"a b": nil, "": nil, "./m": nil, "/m": nil, "x\"\ny": nil, "C": nil,
			},
			types: []string{"type ours.T int"},
			wrong: map[string]string{
				"example.com/m":                   "!import cycle not allowed",
				"example.com/m/cycle":             "!import cycle not allowed",
				"example.com/m/prog":              `!import "example.com/m/prog" is a program, not an importable package`,
				"cmd/gofmt":                       `!import "cmd/gofmt" is a program, not an importable package`,
				"example.com/dep/internal/theirs": "!use of internal package example.com/dep/internal/theirs not allowed",
				"internal/abi":                    "!use of internal package internal/abi not allowed",
				"a b":                             `!malformed import path "a b"`,
				"":                                `!malformed import path ""`,
				"./m":                             `!malformed import path "./m"`,
				"/m":                              `!malformed import path "/m"`,
				"x\"\ny":                          `!malformed import path`,
				"C":                               `!import "C"`,
			},
			path: "example.com/m", version: "go1.24",
		},
		{
			name: "from a package of its own",
			files: `
-- go.mod --
module example.com/m
go 1.24
-- m.go --
package m

type T int
-- user/user.go --
package user

import "example.com/m"

func F() m.T { return 1 }
`,
			apart: true,
			want:  Names{"example.com/m": {"T"}, "example.com/m/user": {"F"}},
			types: []string{"type m.T int", "func user.F() m.T"},
			path:  "example.com/m", version: "go1.24",
		},
		{
			name: "does not compile",
			files: `
-- go.mod --
module example.com/m
go 1.24
-- bad/bad.go --
package bad

var X int = "text"
-- user/user.go --
package user

import _ "example.com/m/bad"
-- syntax/syntax.go --
package syntax

func {
-- empty/x_test.go --
package empty
-- good/good.go --
package good

func F() {}
`,
			want:  Names{"example.com/m/bad": nil, "example.com/m/user": nil, "example.com/m/syntax": nil, "example.com/m/empty": nil, "example.com/m/good": nil},
			types: []string{"func good.F()"},
			wrong: map[string]string{
				"example.com/m/bad":    `bad/bad.go:3:13: cannot use "text"`,
				"example.com/m/user":   `bad/bad.go:3:13: cannot use "text"`,
				"example.com/m/syntax": "syntax/syntax.go:3:6: ",
				"example.com/m/empty":  "no non-test Go files in",
			},
			path: "example.com/m", version: "go1.24",
		},
		{
			name:  "go.mod stays",
			files: "-- go.mod --\nmodule m\ngo 1.24\n",
			env:   map[string]string{"GOFLAGS": "-mod=mod"},
			want:  Names{"github.com/x/y": nil},
			wrong: map[string]string{"github.com/x/y": "cannot find module providing package github.com/x/y: import lookup disabled by -mod=readonly"},
			path:  "m", version: "go1.24",
		},
		{
			name:  "broken go.mod",
			files: "-- go.mod --\nmodul m\n",
			want:  Names{"fmt": nil},
			wrong: map[string]string{"fmt": "go: errors parsing go.mod: go.mod:1: unknown directive: modul"},
			// There is a go.mod, so it has a language version.
			version: "go1.16",
		},
		{
			name:  "broken flags",
			env:   map[string]string{"GOFLAGS": "-nonsense"},
			want:  Names{"fmt": nil},
			wrong: map[string]string{"fmt": "go: parsing $GOFLAGS: unknown flag -nonsense"},
		},
		{
			name:  "no go command",
			env:   map[string]string{"PATH": ""},
			want:  Names{"fmt": nil, "a b": nil},
			wrong: map[string]string{"fmt": "no go command on PATH", "a b": "!malformed"},
		},
		{name: "nothing wanted", env: map[string]string{"PATH": ""}, want: Names{"unsafe": nil}},
		{name: "no directory", dir: "missing", want: Names{"fmt": nil}, wrong: map[string]string{"fmt": "missing: no such file or directory"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			hermetic(t)
			for name, value := range tt.env {
				t.Setenv(name, value)
			}
			dir := filepath.Join(tree(t, tt.files), tt.dir)
			im := New(dir, Options{CacheDir: filepath.Join(t.TempDir(), "cache"), Apart: tt.apart})
			for _, round := range []string{"cold", "warm"} {
				p, err := im.Load(t.Context(), tt.want)
				if err != nil {
					t.Fatal(err)
				}
				if p.Path != tt.path || p.GoVersion != tt.version {
					t.Errorf("%s: Path %q, GoVersion %q", round, p.Path, p.GoVersion)
				}
				if got := objects(t, p, tt.want); !containsAll(got, tt.types) {
					t.Errorf("%s: types %q, want %q", round, got, tt.types)
				}
				if got, want := slices.Sorted(maps.Keys(p.Problems)), slices.Sorted(maps.Keys(tt.wrong)); !slices.Equal(got, want) {
					t.Errorf("%s: problems of %q, want %q: %v", round, got, want, p.Problems)
				}
				for path, text := range tt.wrong {
					got := p.Problems[path]
					text, definite := strings.CutPrefix(text, "!")
					if got.Definite != definite || !strings.Contains(got.Text, text) || strings.ContainsAny(got.Text, "\n\t") {
						t.Errorf("%s: problem of %q: %+v, want %q", round, path, got, text)
					}
					if _, err := p.Import(path); err == nil || err.Error() != got.Text {
						t.Errorf("%s: Import(%q): %v", round, path, err)
					}
				}
			}
			noLeftovers(t, dir)
		})
	}
}

// noLeftovers holds that the directory of the cell has no file of ours.
func noLeftovers(t *testing.T, dir string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(dir, virtualName)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s: %v", virtualName, err)
	}
}

// objects returns the wanted objects that p has.
func objects(t *testing.T, p *Packages, want Names) []string {
	t.Helper()
	var all []string
	for path, names := range want {
		pkg, err := p.Import(path)
		if err != nil {
			continue
		}
		if names == nil {
			names = pkg.Scope().Names()
		}
		for _, name := range names {
			if obj := pkg.Scope().Lookup(name); obj != nil {
				all = append(all, types.ObjectString(obj, func(p *types.Package) string { return p.Name() }))
			}
		}
	}
	return all
}

func containsAll(got, want []string) bool {
	for _, w := range want {
		if !slices.ContainsFunc(got, func(g string) bool { return strings.HasPrefix(g, w) }) {
			return false
		}
	}
	return true
}

// TestCheck type-checks a file that uses what another package may of types that
// are hard to write: promoted fields and methods, instances, unexported methods
// of interfaces, iterators, sizes.
func TestCheck(t *testing.T) {
	hermetic(t)
	dir := tree(t, `
-- go.mod --
module example.com/m
go 1.24
-- lib/lib.go --
package lib

import (
	"iter"
	"sync"
)

type inner struct {
	Field int
	mu    sync.Mutex
}

func (*inner) Promoted() string { return "" }

// Outer promotes what an unexported type has.
type Outer struct {
	inner
	next *Outer
	f    [2]func()
	_    int8
	_    int16
}

type Sealed interface{ sealed(hidden) }

type hidden struct{ m map[string]hidden }

type Member struct{}

func (Member) sealed(hidden) {}
func (Member) dropped(hidden) {}

type List[T any] struct {
	head *node[T]
	val  T
}

type node[T any] struct{ List[T] }

func (l *List[T]) All() iter.Seq2[int, T] { return nil }
func (l *List[T]) Map(f func(T) T) *List[T] { return l }

func Map[S ~[]E, E any, R any](s S, f func(E) R) []R { return nil }

type Vec[T any] = []T
type Pair[K comparable] = struct{ Key, Val K }
type Text = string

type Number interface{ ~int | ~float64 }

func Sum[T Number](v ...T) (t T) { return }

const (
	Big   = 1 << 100
	Third = 1.0 / 3
	Im    = 2i
	Char  = 'x'
	Name  = "n\xff"
	Neg   = -1.5e300
)

type Recursive interface{ Next() Recursive }

var Table = map[string]*List[Text]{}
-- cell.go --
package cell

import (
	"unsafe"

	. "example.com/m/lib"
)

var (
	o         Outer
	_         = o.Field + len(o.Promoted())
	_  Sealed = Member{}
	_         = Map([]int{1}, func(i int) string { return "" })
	_  Vec[int]
	_         = Pair[int]{1, 2}
	_         = Sum(1.5, 2)
	_  string = Text("") + Name
	_  Recursive
	_  [Big >> 98]int = [4]int{}
	_  float64 = Third * 3 + Neg
	_  complex128 = Im
	_  rune = Char
)

const _ = uint(unsafe.Sizeof(o) - 48)
const _ = 48 - uint(unsafe.Sizeof(o))

func f() {
	for i, s := range Table["x"].Map(nil).All() {
		_, _ = i, s+""
	}
	_ = List[int]{} == List[int]{}
}
`)
	im := New(dir, Options{NoCache: true})
	p := load(t, im, Names{"example.com/m/lib": nil})
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, filepath.Join(dir, "cell.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	config := types.Config{Importer: p, GoVersion: p.GoVersion, Sizes: types.SizesFor("gc", "amd64")}
	if _, err := config.Check("cell", fset, []*ast.File{f}, nil); err != nil {
		t.Error(err)
	}
	lib, err := p.Import("example.com/m/lib")
	if err != nil {
		t.Fatal(err)
	}
	if obj, _, _ := types.LookupFieldOrMethod(lib.Scope().Lookup("Member").Type(), false, lib, "dropped"); obj != nil {
		t.Error("an unexported method that no interface has was kept")
	}
}

func TestFallback(t *testing.T) {
	fallback := map[string]fs.FS{
		"example.com/rt": fstest.MapFS{
			"rt.go":         {Data: []byte("package rt\n\nimport \"time\"\n\ntype D = time.Duration\n\nfunc F() D { return body() }\n\nfunc body() D { return 1 }\n")},
			"rt_test.go":    {Data: []byte("package nonsense")},
			"rt_plan9.go":   {Data: []byte("package rt\n\nfunc F() {}\n")},
			"constraint.go": {Data: []byte("//go:build never\n\npackage rt\n\nfunc F() {}\n")},
		},
		"example.com/rt/sub": fstest.MapFS{
			"sub.go": {Data: []byte("package sub\n\nimport \"example.com/rt\"\n\nvar V rt.D = rt.F()\n")},
		},
		"example.com/bad":  fstest.MapFS{"bad.go": {Data: []byte("package bad\n\nvar V int = \"\"\n")}},
		"example.com/loop": fstest.MapFS{"loop.go": {Data: []byte("package loop\n\nimport _ \"example.com/loop\"\n")}},
	}
	const provided = "-- go.mod --\nmodule example.com/rt\ngo 1.24\n-- rt.go --\npackage rt\n\nvar F, D int\n-- x/x.go --\npackage x\n"
	tests := []struct {
		name, files, dir string
		want             Names
		fallbacks, types []string
	}{
		{"no module", "", "", Names{"example.com/rt": {"F"}}, []string{"example.com/rt"}, []string{"func rt.F() rt.D"}},
		{"module", "-- go.mod --\nmodule m\ngo 1.24\n", "", Names{"example.com/rt": {"F"}, "fmt": {"Println"}}, []string{"example.com/rt"}, []string{"func rt.F() rt.D"}},
		{"vendor", vendored, "", Names{"example.com/rt": nil}, []string{"example.com/rt"}, []string{"func rt.F() rt.D"}},
		{"chain", "", "", Names{"example.com/rt/sub": nil}, []string{"example.com/rt/sub"}, []string{"var sub.V rt.D"}},
		{"both", "", "", Names{"example.com/rt/sub": nil, "example.com/rt": nil}, []string{"example.com/rt", "example.com/rt/sub"}, []string{"var sub.V rt.D", "func rt.F() rt.D"}},
		{"provided", provided, "x", Names{"example.com/rt": nil}, nil, []string{"var rt.F int"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			hermetic(t)
			opts := Options{CacheDir: t.TempDir(), Fallback: fallback}
			im := New(filepath.Join(tree(t, tt.files), tt.dir), opts)
			calls := countGo(t)
			for _, round := range []string{"cold", "warm"} {
				p := load(t, im, tt.want)
				if !slices.Equal(p.Fallbacks, tt.fallbacks) {
					t.Errorf("%s: fallbacks %q", round, p.Fallbacks)
				}
				if got := objects(t, p, tt.want); !containsAll(got, tt.types) {
					t.Errorf("%s: types %q, want %q", round, got, tt.types)
				}
			}
			if n := calls(); n != 1 {
				t.Errorf("go was started %d times", n)
			}
		})
	}
	t.Run("go env -w", func(t *testing.T) {
		hermetic(t)
		settings := filepath.Join(t.TempDir(), "env")
		t.Setenv("GOENV", settings)
		sized := map[string]fs.FS{"example.com/os": fstest.MapFS{
			"os.go":           {Data: []byte("package os\n\nimport \"unsafe\"\n\nvar Word [unsafe.Sizeof(uintptr(0))]byte\n")},
			"os_linux.go":     {Data: []byte("package os\n\nvar Linux int\n")},
			"os_plan9.go":     {Data: []byte("package os\n\nvar Plan9 int\n")},
			"os_plan9_foo.go": {Data: []byte("//go:build plan9 && foo\n\npackage os\n\nvar Foo int\n")},
		}}
		im := New(t.TempDir(), Options{CacheDir: t.TempDir(), Fallback: sized})
		for _, tt := range []struct {
			settings string
			want     []string
		}{
			{"GOOS=linux\nGOARCH=amd64\n", []string{"var os.Linux int", "var os.Word [8]byte"}},
			{"GOOS=plan9\nGOARCH=386\nGOFLAGS=-tags=foo\n", []string{"var os.Plan9 int", "var os.Word [4]byte", "var os.Foo int"}},
			{"GOOS=linux\nGOARCH=amd64\n", []string{"var os.Linux int", "var os.Word [8]byte"}},
		} {
			if err := os.WriteFile(settings, []byte(tt.settings), 0o666); err != nil {
				t.Fatal(err)
			}
			want := Names{"example.com/os": nil}
			if got := objects(t, load(t, im, want), want); !containsAll(got, tt.want) || len(got) != len(tt.want) {
				t.Errorf("%q: %q, want %q", tt.settings, got, tt.want)
			}
		}
	})
	t.Run("wrong", func(t *testing.T) {
		hermetic(t)
		im := New(t.TempDir(), Options{NoCache: true, Fallback: fallback})
		p, err := im.Load(t.Context(), Names{"example.com/bad": nil, "example.com/loop": nil, "io": {"EOF"}})
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Problems) != 2 || p.Problems["example.com/bad"].Definite {
			t.Errorf("problems %v", p.Problems)
		}
		if _, err := p.Import("io"); err != nil {
			t.Error(err)
		}
	})
}

// countGo puts a go command first on PATH that counts its calls.
func countGo(t *testing.T) (calls func() int) {
	t.Helper()
	return fakeGo(t, `exec "$GO" "$@"`)
}

// fakeGo puts a shell script first on PATH that counts its calls and goes on
// as told; $GO is the true go command.
func fakeGo(t *testing.T, script string) (calls func() int) {
	t.Helper()
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip(err)
	}
	goCmd, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	text := fmt.Sprintf("#!/bin/sh\nGO='%s'\necho call >>'%s'\n%s\n", goCmd, log, script)
	if err := os.WriteFile(filepath.Join(dir, "go"), []byte(text), 0o777); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	return func() int {
		data, _ := os.ReadFile(log)
		return strings.Count(string(data), "call")
	}
}

func TestLoadDone(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := New(t.TempDir(), Options{}).Load(ctx, Names{"fmt": nil}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
