package rewrite

import (
	"fmt"
	"go/token"
	"testing"
)

// TestSessionAlive holds that a session keeps what is alive: cells that declare the same names again and again,
// and cells that are refused and repaired, leave nothing.
func TestSessionAlive(t *testing.T) {
	env := NewEnv("..")
	for _, opts := range []Options{
		{Target: GoNB, MagicOnly: true, FixImports: true},
		{Target: REPL, MagicOnly: true, FixImports: true},
		{Target: Block, MagicOnly: true},
		{Target: File, MagicOnly: true}, // a notebook's
	} {
		t.Run(string(opts.Target), func(t *testing.T) {
			opts.Env = env
			s := NewSession(opts)
			files := 0
			for i := range 60 {
				for _, cell := range []string{
					"type t struct{ n int }\nfunc (x t) get() int { return x.n }\nfunc make(n int) t { return t{n} }\nvar _ = make",
					"var a, b = 1, 2",
					"%%run_in_reactor r\nreturn nothing",
					"%%run_in_reactor r\nreturn 1",
				} {
					_, _ = s.Cell(t.Context(), []byte(cell), "cell") // refused or not
				}
				if i == 20 {
					files = filesIn(env)
				}
			}
			p := s.past
			if n := len(p.order); n > 20 {
				t.Errorf("%d declarations are kept of some 6", n)
			}
			for name, users := range p.users {
				if len(users) > 6 {
					t.Errorf("%d declarations use %s", len(users), name)
				}
			}
			if n := filesIn(env); n > files+10 {
				t.Errorf("%d files after 20 rounds, and %d after 60", files, n)
			}
			if len(p.lost.words) > 0 {
				t.Error("the doubt about a word stays when its cell is repaired")
			}
		})
	}
}

func filesIn(env *Env) int {
	n := 0
	env.fset.Iterate(func(*token.File) bool { n++; return true })
	return n
}

// TestSessionDoubt holds that a word is in doubt until a cell says what it is, however cells are called.
func TestSessionDoubt(t *testing.T) {
	s := NewSession(Options{Env: NewEnv(".."), MagicOnly: true})
	for i, cell := range []string{
		"func f() int { return nonsense }\nx := f()", // the host's to refuse
		"%%run_in_reactor r\nreturn f()",             // f is in doubt
		"func f() int { return 1 }\nx := f()",        // the repaired cell
		"%%run_in_reactor r\nreturn f() + x",
	} {
		out, err := s.Cell(t.Context(), []byte(cell), fmt.Sprint("cell ", i))
		if err != nil {
			t.Fatalf("%s: %v", cell, err)
		}
		if i == 1 && len(out.Diagnostics) == 0 {
			t.Error("no word about f")
		}
		if i == 3 && (len(out.Diagnostics) > 0 || out.Result != "int") {
			t.Errorf("%s: %v", out.Result, out.Diagnostics)
		}
	}
	for _, word := range []string{"f", "x"} {
		if s.past.doubts(word) {
			t.Errorf("%s is still in doubt", word)
		}
	}
}
