package rewrite_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cellwrap/cellwrap/rewrite"
)

// What a cell declares is known to the cells after it, with its types.
func TestSession(t *testing.T) {
	type step struct{ cell, want string } // the type of the result, or the error
	for name, steps := range map[string][]step{
		"a function and a type": {
			{"type point struct{ x, y int }\nfunc origin() point { return point{} }", "struct{}"},
			{"return origin()", "point"},
			{"return point{1, 2}.x", "int"},
		},
		"the variable of a result": {
			{"%%run_in_reactor answer\nreturn 6 * 7", "int"},
			{"import \"time\"\nreturn answer.Wait(2*time.Second)", "int"},
			{"return answer", "*reactor.EventualResult[int]"},
		},
		"a Deferred's": {
			{"%%run_in_reactor answer\nreturn reactor.Succeed(\"x\")", "string"},
			{"return answer.Wait(0)", "string"},
		},
		"the body's own variables are the closure's": {
			{"%%run_in_reactor r\nx := 1\nreturn x", "int"},
			{"return x", "cell1:1:8: undefined: x"},
		},
		"a plain cell's variables stay": {
			{"x, s := 1, []string{\"a\"}\nvar err error", ""},
			{"%%run_in_reactor r\nreturn append(s, \"b\"), err", "[]string"},
			{"x := 2.5", ""},
			{"%%run_in_reactor r\nreturn x", "float64"},
		},
		"a plain cell may not be Go": {
			{"return nonsense + 1", ""},
			{"import \"fmt\"\nfunc hello() string { return fmt.Sprint() }", ""},
			{"%%run_in_reactor r\nreturn hello()", "string"},
		},
		"a later declaration replaces": {
			{"func f() int { return 1 }", "struct{}"},
			{"return f()", "int"},
			{"func f() string { return \"\" }\nreturn f()", "string"},
			{"return f()", "string"},
		},
		"with its methods": {
			{"type t int\nfunc (t) get() int { return 1 }", "struct{}"},
			{"type t string", "struct{}"},
			{"return t(\"x\").get()", "cell2:1:15: t(\"x\").get undefined (type t has no field or method get)"},
		},
		"a cell that is refused declares nothing": {
			{"func f() int { return nothing }", "cell0:1:23: undefined: nothing"},
			{"return f()", "cell1:1:8: undefined: f"},
		},
		"an alias and a constant group": {
			{"type list = []int\nconst (\n\ta = iota\n\tb\n)", "struct{}"},
			{"return list{b}", "list"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			plain := strings.Contains(name, "plain")
			s := rewrite.NewSession(rewrite.Options{Env: goldenEnv, MagicOnly: plain})
			for i, step := range steps {
				got := ""
				out, err := s.Cell(t.Context(), []byte(step.cell), fmt.Sprintf("cell%d", i))
				if err != nil {
					got = err.Error()
				} else {
					got = out.Result
				}
				if got != step.want {
					t.Errorf("cell %d\n%s\ngives %q, want %q", i, step.cell, got, step.want)
				}
			}
		})
	}
}
