package rewrite_test

import (
	"fmt"
	"go/token"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/cellwrap/cellwrap/internal/importer"
	"github.com/cellwrap/cellwrap/rewrite"
)

// TestForeignImportStays holds that only a standard package's import is ever dropped: another's
// name need not be what its path says, nor need its path have a dot. (No golden case, since there
// is no such package to compile with.)
func TestForeignImportStays(t *testing.T) {
	for _, path := range []string{"shop/db-utils", "example.com/x", "gopkg.in/yaml.v3", "shop/v2"} {
		out, err := rewrite.Cell([]byte("import \""+path+"\"\nother.F()\n"), rewrite.Options{})
		if err != nil || !strings.Contains(string(out.Code), "\t\""+path+"\"\n") {
			t.Errorf("%s: %v", path, err)
		}
	}
	out, err := rewrite.Cell([]byte("import \"net/http\"\nother.F()\n"), rewrite.Options{})
	if err != nil || strings.Contains(string(out.Code), "net/http") {
		t.Errorf("net/http, which the cell does not use, stays: %v", err)
	}
}

// TestSameName holds, for each name that several packages of the standard library have, that those are offered that
// have what is selected, and no others but earlier versions of one.
func TestSameName(t *testing.T) {
	text, err := os.ReadFile("std.txt")
	if err != nil {
		t.Fatal(err)
	}
	called := map[string][]string{}
	load := importer.Names{}
	for _, p := range strings.Fields(string(text)) {
		name := path.Base(strings.TrimSuffix(p, "/v2"))
		called[name] = append(called[name], p)
		load[p] = nil
	}
	maps.DeleteFunc(called, func(_ string, paths []string) bool { return len(paths) < 2 })
	maps.DeleteFunc(load, func(p string, _ []string) bool { return called[path.Base(strings.TrimSuffix(p, "/v2"))] == nil })
	found, err := importer.New(".", importer.Options{}).Load(t.Context(), load)
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for name, paths := range called {
		have := map[string][]string{} // which packages have it
		for _, p := range paths {
			pkg, err := found.Import(p)
			if err != nil {
				t.Fatal(err)
			}
			for _, sel := range pkg.Scope().Names() {
				have[sel] = append(have[sel], p)
			}
		}
		seen := map[string]bool{}
		for _, sel := range slices.Sorted(maps.Keys(have)) {
			which := have[sel]
			if i := slices.Index(which, "math/rand"); i >= 0 && slices.Contains(which, "math/rand/v2") {
				which = slices.Delete(which, i, i+1)
			}
			want := strings.Join(which, " or ")
			if !token.IsExported(sel) || seen[want] {
				continue
			}
			seen[want] = true
			tried++
			hint := " (" + want + " is not imported; --fix-imports adds it)"
			if len(which) > 1 {
				hint = " (" + name + " is not imported, and may be " + want + ")"
			}
			_, err := rewrite.Cell([]byte("f("+name+"."+sel+")\nfunc f(any) {}"), rewrite.Options{Env: goldenEnv})
			if got, want := fmt.Sprint(err), "-:1:3: undefined: "+name+hint; got != want {
				t.Errorf("%s.%s: %s, want %s", name, sel, got, want)
			}
		}
	}
	if tried < 8 {
		t.Errorf("%d choices were tried, of %v", tried, called)
	}
}
