//go:build !race

package dynamic_test

import (
	"strings"
	"testing"

	"github.com/traefik/yaegi/interp"
	"github.com/traefik/yaegi/stdlib"

	"github.com/cellwrap/cellwrap/rewrite"
)

// TestCells has yaegi run what cellwrap makes of cells for interpreters, one after the other.
func TestCells(t *testing.T) {
	var stderr strings.Builder
	i := interp.New(interp.Options{Stderr: &stderr})
	for _, symbols := range []interp.Exports{stdlib.Symbols, Symbols} {
		if err := i.Use(symbols); err != nil {
			t.Fatal(err)
		}
	}
	s := rewrite.NewSession(rewrite.Options{Target: rewrite.REPL, Env: rewrite.NewEnv(t.TempDir())})
	eval := func(cell string) (string, error) {
		t.Helper()
		out, err := s.Cell(t.Context(), []byte(cell), "cell")
		if err != nil {
			t.Fatalf("%v\n%s", err, cell)
		}
		v, err := i.Eval(string(out.Code))
		if err != nil || !v.IsValid() || !v.CanInterface() {
			return "", err
		}
		text, _ := v.Interface().(string)
		return text, nil
	}
	for _, step := range []struct{ cell, want string }{
		{"import (\"fmt\"; \"time\"; \"errors\")", ""},
		{"%%run_in_reactor answer\nx := 40\nreturn x + 2", ""},
		{"fmt.Sprint(answer.Wait(2*time.Second))", "42"}, // yaegi shows the first of several values
		{"func twice(n int) int { return 2 * n }", ""},
		{"%%run_in_reactor sum\nv := await answer\nw := await dynamic.Succeed(1)\nreturn twice(v.(int)) + w.(int)", ""},
		{"v, err := sum.Wait(2*time.Second)", ""},
		{"fmt.Sprint(v, err, twice(4))", "85 <nil> 8"},
		{"got := await sum", ""},
		{"fmt.Sprint(got.(int) + 1)", "86"},
		{"_, failed := await dynamic.Fail(errors.New(\"no luck\"))", ""},
		{"fmt.Sprint(failed)", "no luck"},
		{"%%run_in_reactor answer\nreturn \"again\"", ""},
		{"fmt.Sprint(await answer)", "again"},
		{"%%run_in_reactor\nprintln()", ""},
	} {
		if got, err := eval(step.cell); err != nil || step.want != "" && !strings.HasPrefix(got, step.want) {
			t.Fatalf("%s\ngave %q, %v\n%s", step.cell, got, err, stderr.String())
		}
	}
}
