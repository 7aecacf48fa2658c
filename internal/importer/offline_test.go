package importer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const offlineModule = `
-- go.mod --
module example.com/m

go 1.24

require example.com/dep v1.0.0

replace example.com/dep => ./dep
-- dep/go.mod --
module example.com/dep

go 1.18
-- dep/dep.go --
package dep

import "net/http"

type T[K comparable] map[K]*http.Client
-- a/a.go --
package a

import "example.com/dep"

func F() dep.T[string] { return undefinedInABody }
-- a/a_test.go --
package a_test
-- a/a_plan9.go --
package a

func F() {}
-- c/c.go --
package c

// int one(void);
import "C"

func F() int { return int(C.one()) }
-- usesc/usesc.go --
package usesc

import "example.com/m/c"

var V = c.F()
-- wrong/wrong.go --
package wrong

var V int = ""
-- x/x.go --
package x
`

// Offline, types come from the source: nothing is compiled, which an empty build cache and a go command that
// exports would show.
func TestOffline(t *testing.T) {
	hermetic(t)
	t.Setenv("GOFLAGS", "-export")
	t.Setenv("GOTOOLCHAIN", "auto")
	t.Setenv("CGO_ENABLED", "1")
	t.Setenv("GOCACHE", t.TempDir())
	dir := tree(t, offlineModule)
	seen := filepath.Join(t.TempDir(), "env")
	calls := fakeGo(t, `echo "$GOPROXY $GONOPROXY $GOVCS $GOTOOLCHAIN $*" >>'`+seen+`'; exec "$GO" "$@"`)

	im := New(filepath.Join(dir, "x"), Options{CacheDir: t.TempDir(), Offline: true})
	want := Names{"example.com/m/a": {"F"}, "net/http": {"Get"}, "os/user": {"Current"}, "unsafe": nil}
	wantTypes := []string{"func a.F() dep.T[string]", "func http.Get(url string) (resp *http.Response, err error)", "func user.Current() (*user.User, error)"}
	if got := objects(t, load(t, im, want), want); !containsAll(got, wantTypes) {
		t.Errorf("types %q, want %q", got, wantTypes)
	}
	if n := calls(); n != 1 {
		t.Errorf("go was started %d times", n)
	}
	text, err := os.ReadFile(seen)
	if err != nil {
		t.Fatal(err)
	}
	if s := string(text); !strings.HasPrefix(s, "off none *:off local list ") || !strings.Contains(s, " -export=false ") {
		t.Errorf("go was started as %q", s)
	}

	p, err := im.Load(t.Context(), Names{"example.com/m/c": {"F"}, "example.com/m/usesc": {"V"}, "example.com/m/wrong": {"V"}, "example.com/nowhere": nil, "io": {"EOF"}})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"example.com/m/c":     "example.com/m/c uses cgo, which is not run offline",
		"example.com/m/usesc": "example.com/m/usesc: usesc.go:3: could not import example.com/m/c (example.com/m/c uses cgo, which is not run offline)",
		"example.com/m/wrong": `example.com/m/wrong: wrong.go:3: cannot use "" (untyped string constant) as int value in variable declaration`,
		"example.com/nowhere": "no required module provides package example.com/nowhere",
	} {
		if got := p.Problems[path]; !strings.HasPrefix(got.Text, want) || got.Definite {
			t.Errorf("%s: %+v, want %q", path, got, want)
		}
	}
	if _, err := p.Import("io"); err != nil {
		t.Error(err)
	}
}

// What was found out before needs no go command, offline or not.
func TestOfflineRemembers(t *testing.T) {
	hermetic(t)
	dir, cache := tree(t, "-- go.mod --\nmodule example.com/m\n\ngo 1.24\n"), t.TempDir()
	want := Names{"io": {"EOF"}}
	load(t, New(dir, Options{CacheDir: cache}), want)
	calls := countGo(t)
	// The name of the go command is part of what was found out.
	load(t, New(dir, Options{CacheDir: cache}), want)
	before := calls()
	load(t, New(dir, Options{CacheDir: cache, Offline: true}), want)
	if n := calls() - before; n != 0 {
		t.Errorf("go was started %d times", n)
	}
}
