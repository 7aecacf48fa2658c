package runner

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cellwrap/cellwrap/rewrite"
)

// The packages of ours are compiled once for all directories of a module: a build in the second one has
// no command to run for them.
func TestCompiledOnce(t *testing.T) {
	module := t.TempDir()
	write := func(name, text string) {
		file := filepath.Join(module, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module example.com/once\n\ngo 1.26\n")
	graph := filepath.Join(t.TempDir(), "graph.json")
	t.Setenv("GOFLAGS", "-debug-actiongraph="+graph)
	t.Setenv("GOWORK", "off")
	cache, err := exec.Command("go", "env", "GOCACHE").Output() // which is otherwise below the other
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOCACHE", strings.TrimSpace(string(cache)))
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	for _, dir := range []string{"", "a", "b/c"} {
		dir := filepath.Join(module, dir)
		if err := os.MkdirAll(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		out, err := rewrite.Program(t.Context(), []rewrite.ProgramCell{{
			Name: "x.go:cell 1", Number: 1, Source: []byte("%%run_in_reactor r\nreturn 1\n"),
		}}, rewrite.Options{Env: rewrite.NewEnv(dir)})
		if err != nil {
			t.Fatal(err)
		}
		p, err := Build(t.Context(), dir, out)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
		ours, compiled := compiledOurs(t, graph)
		if len(ours) < 2 {
			t.Errorf("%s: the build has %q of ours", dir, ours)
		}
		if dir != module && len(compiled) > 0 {
			t.Errorf("%s: compiled again: %q", dir, compiled)
		}
	}
}

// compiledOurs returns the packages of ours that a build needed, and those that it compiled.
func compiledOurs(t *testing.T, graph string) (ours, compiled []string) {
	text, err := os.ReadFile(graph)
	if err != nil {
		t.Fatal(err)
	}
	var actions []struct {
		Mode, Package string
		Cmd           []string
	}
	if err := json.Unmarshal(text, &actions); err != nil {
		t.Fatal(err)
	}
	for _, a := range actions {
		if a.Mode != "build" || !strings.Contains(a.Package, "/_cellwrap/") {
			continue
		}
		ours = append(ours, a.Package)
		if len(a.Cmd) > 0 {
			compiled = append(compiled, a.Package)
		}
	}
	return ours, compiled
}
