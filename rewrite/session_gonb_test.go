package rewrite_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cellwrap/cellwrap/rewrite"
)

// TestSessionVars holds what later cells see of the variables of a cell that GoNB runs as it is: those
// that it memorises, not those of its func main.
func TestSessionVars(t *testing.T) {
	for cell, known := range map[string]bool{
		"var count = 5": true,
		"var count = 5\nfunc inc() int { count++; return count }":        true,
		"var count = 5\n%%\nfmt.Println(count)":                          true,
		"%%\nvar count = 5\n_ = count":                                   false,
		"func main() { var count = 5; _ = count }":                       false,
		"var count = 5; count++":                                         true, // above the statement
		"var count = 5\nfunc inc() int { count++; return count }\ninc()": true,
		"var count = 5\ncount, other := 6, 7\n_ = count + other":         false,
		"_ = 1\nvar count = 5\n_ = count":                                false,
	} {
		s := rewrite.NewSession(rewrite.Options{Target: rewrite.GoNB, FixImports: true, Env: rewrite.NewEnv(t.TempDir())})
		if _, err := s.Cell(t.Context(), []byte(cell), "cell 1"); err != nil {
			t.Fatalf("%q: %v", cell, err)
		}
		out, err := s.Cell(t.Context(), []byte("%%run_in_reactor r\nreturn count * 2"), "cell 2")
		if known && (err != nil || out.Result != "int" || len(out.Diagnostics) > 0) || !known && err == nil {
			t.Errorf("behind %q: %+v, %v", cell, out, err)
		}
	}
}

// A handle of an earlier cell is not its value. The message says so, by whatever name a target has the type.
func TestSessionHandles(t *testing.T) {
	for _, c := range []struct {
		target     rewrite.Target
		cell, want string
	}{
		{rewrite.GoNB, "%%run_in_reactor b\nreturn a + 1", "cell 2:2:8: invalid operation: a + 1 (mismatched types *session.EventualResult[int] and untyped int) (await gives the value)"},
		{rewrite.GoNB, "fmt.Println(len(p.X))\n_ = await a", "cell 2:1:19: p.X undefined (type *session.EventualResult[point] has no field or method X) (write (await p).X)"},
		{rewrite.REPL, "%%run_in_reactor b\nreturn a + 1", "cell 2:2:8: invalid operation: a + 1 (mismatched types *dynamic.EventualResult and untyped int) (await gives the value)"},
	} {
		s := rewrite.NewSession(rewrite.Options{Target: c.target, FixImports: true, Env: goldenEnv})
		for _, cell := range []string{"%%run_in_reactor a\nreturn 1", "%%run_in_reactor p\nreturn point{1}\ntype point struct{ X int }"} {
			if _, err := s.Cell(t.Context(), []byte(cell), "cell 1"); err != nil {
				t.Fatalf("%q: %v", cell, err)
			}
		}
		if _, err := s.Cell(t.Context(), []byte(c.cell), "cell 2"); err == nil || err.Error() != c.want {
			t.Errorf("%s: %q:\n%v, want\n%s", c.target, c.cell, err, c.want)
		}
	}
}

// TestSessionEnded holds what is said of a name that an earlier cell declared in its func main: it ended with that
// cell's process. A cell that is GoNB's is warned, and one that is wrapped is refused.
func TestSessionEnded(t *testing.T) {
	const hint = "undefined: x (cell 1 declared it in its func main, and it ended with that cell's process; declare it there with var, above the statements or above %%)"
	for cell, want := range map[string]string{
		"x := 1\nfmt.Println(x)":                                     hint,
		"x := await reactor.Succeed(1)\nfmt.Println(x)":              hint,
		"_ = 1\nvar x = 1\nfmt.Println(x)":                           hint,
		"_ = 1\nconst k = 1\ny := k\nfunc x() int { return y }\nx()": hint, // a closure
		"x, err := known.ToGoNB()\nfmt.Println(x, err)":              hint,
		"%%\nx := 1\nfmt.Println(x)":                                 hint,
		"%%\nconst x = 1\nfmt.Println(x)":                            hint,
		"%%\nvar x = 1\nfmt.Println(x)":                              hint,
		"func main() { type x int }":                                 hint,
		"var x = 1\nfmt.Println(x)":                                  "",
		"var x = 1\n%%\nfmt.Println(x)":                              "",
		"const x = 1\nfmt.Println(x)":                                "",
		"if x := 1; x > 0 { fmt.Println(x) }":                        "undefined: x",
		"%%run_in_reactor r\nx := 1\nreturn x":                       "undefined: x",
	} {
		s := rewrite.NewSession(rewrite.Options{Target: rewrite.GoNB, FixImports: true, Env: rewrite.NewEnv(t.TempDir())})
		if _, err := s.Cell(t.Context(), []byte(cell), "cell 1"); err != nil {
			t.Fatalf("%q: %v", cell, err)
		}
		for n, later := range []string{"fmt.Println(x)", "fmt.Println(x + 1)"} {
			name := fmt.Sprint("cell ", n+2)
			out, err := s.Cell(t.Context(), []byte(later), name)
			if err != nil {
				t.Errorf("%q: %v", cell, err)
				continue
			}
			var got []string
			for _, d := range out.Diagnostics {
				got = append(got, fmt.Sprint(d.Pos, ": ", d.Severity, ": ", d.Msg))
			}
			warned := ""
			if want == hint {
				warned = name + ":1:13: warning: " + hint
			}
			if strings.Join(got, "\n") != warned {
				t.Errorf("%q, then %q: %q, want %q", cell, later, got, warned)
			}
		}
		_, err := s.Cell(t.Context(), []byte("%%run_in_reactor later\nreturn x"), "cell 4")
		if refused := fmt.Sprint(err); want == "" && err != nil || want != "" && refused != "cell 4:2:8: "+want {
			t.Errorf("%q: %v, want %q", cell, err, want)
		}
		if _, err := s.Cell(t.Context(), []byte("var x = 1"), "cell 5"); err != nil {
			t.Errorf("%q: %v", cell, err)
		}
		if _, err := s.Cell(t.Context(), []byte("%%run_in_reactor last\nreturn x"), "cell 6"); err != nil {
			t.Errorf("%q, then a var: %v", cell, err)
		}
	}
}
