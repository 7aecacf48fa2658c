package rewrite_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cellwrap/cellwrap/rewrite"
)

// What cells replace, and what stands on it: a notebook's declarations are those of one package, of
// which each name has its last meaning.
func TestSessionPast(t *testing.T) {
	type step struct{ cell, want string } // the type of the result, or the error; "" passes
	run := "%%run_in_reactor _\n"
	for name, steps := range map[string][]step{
		"a method of an earlier type": {
			{"type t struct{ n int }\nfunc mk() t { return t{1} }\nx := mk()", ""},
			{"func (v t) get() int { return v.n }", ""},
			{run + "return mk().get()", "int"},
			{run + "return x.get(), x == mk()", "[]any"},
			{"func (v *t) get() string { return \"\" }", ""},
			{run + "return x.get()", "string"},
		},
		"a method of an alias of an earlier type": {
			{"type t struct{ n int }\ntype a = t\ntype b = *a", ""},
			{"func (v a) get() int { return v.n }", ""},
			{"type c = a\nfunc (v c) two() a { return v }", ""},
			{run + "return t{}.two().get()", "int"},
			{"func (v b) three() b { return v }", ""},
			{run + "return (&t{}).three()", "b"},
		},
		"a method in the cell that is rewritten": {
			{"type t int\nvar f func(t) t", ""},
			{run + "func (t) get() int { return 1 }\nreturn f(2).get()", "int"},
			{run + "return f(2).get(), nil", "int"},
		},
		"a method of a generic type": {
			{"type list[T any] []T", ""},
			{"func (l list[T]) first() T { return l[0] }", ""},
			{run + "return list[string]{}.first()", "string"},
		},
		"a type that is replaced, and what stands on it": {
			{"type t int\ntype u struct{ t }\nfunc f(u) []t { return nil }\nvar v map[t]u", ""},
			{"type t string", ""},
			{run + "return f(u{\"x\"})[0] + \"y\"", "t"},
			{run + "return v[\"x\"].t", "t"},
		},
		"a group of which one is replaced": {
			{"const (\n\ta = iota\n\tb\n\tc\n)", ""},
			{"type b []int", ""},
			{run + "return [c]b{}", "[2]b"},
		},
		"a type declared as an earlier one": {
			{"type t struct{ n int }", ""},
			{"type u t\ntype v = t", ""},
			{run + "type w u\nreturn w(u(v{1})).n", "int"},
		},
		"an earlier generic function, of an earlier type": {
			{"type t struct{ n int }\nfunc f[T any](x T) []T { return nil }", ""},
			{"func g[T any](x T) [][]T { return f(f(x)) }", ""},
			{run + "return g(t{})", "[][]t"},
		},
		"what is not known of a cell that the host runs": {
			{"import \"example.com/none\"\nx := none.F()", ""},
			{"y := nonsense(1)", ""},
			{run + "return x, y", "any"},
			{run + "return z", "cell3:2:8: undefined: z"},
			{run + "return none.G()", "any"},
		},
		"types that need one another": {
			{"type a struct{ b *b }\ntype b struct{ a *a }", ""},
			{"func (x a) next() *a { return x.b.a }", ""},
			{run + "return (&b{}).a.next().next()", "*a"},
		},
		"fields that are not exported, without their names": {
			{"type p struct{ x, y int }", ""},
			{run + "return p{1, 2}", "p"},
		},
		"the type of a variable that this cell does not name": {
			{"type t struct{}\nfunc f() t { return t{} }", ""},
			{run + "return f()", "t"},
			{run + "t := f()\nreturn t", "t"},
		},
		"what needs an import that the cell has not": {
			{"import \"time\"\nd := time.Second", ""},
			{"e := d * 2", ""},
			{run + "return e", "time.Duration"},
			{run + "return time.Now().Add(e)", "time.Time"},
		},
		"an import of a cell that does not use it": {
			{"import (\n\t\"time\"\n\tstr \"strings\"\n)", ""},
			{run + "time.Sleep(1)\nreturn str.Fields(\"\")", "[]string"},
		},
		"standard packages come and go": {
			{"import \"time\"\nvar d time.Duration", ""},
			{"import \"bytes\"\nvar b bytes.Buffer", ""},
			{run + "return d, b.Len()", "[]any"},
			{run + "import \"strings\"\nvar r strings.Reader\nreturn d + time.Duration(r.Len())", "time.Duration"},
			{run + "return d", "time.Duration"},
		},
		"a host's magics and func main": {
			{"!ls -l\n%goflags -v\nfunc f() int { return 1 }\nx := f()", ""},
			{"%%\ny := 1", ""},
			{"func g() string { return \"\" }\nfunc main() { g() }", ""},
			{"%%bash\nawait don't", ""},
			{run + "return g()", "string"},
			{run + "return x", "int"},
			{run + "return y", "cell6:2:8: undefined: y"},
			{run + "!ls", "cell7:2:1: \"!ls\" is for the notebook's kernel, which Go code does not have (remove the line)"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := rewrite.NewSession(rewrite.Options{Env: goldenEnv, MagicOnly: true})
			for i, step := range steps {
				got := ""
				out, err := s.Cell(t.Context(), []byte(step.cell), fmt.Sprintf("cell%d", i))
				if err != nil {
					got = err.Error()
				} else if got = out.Result; got == "" && string(out.Code) != step.cell {
					t.Errorf("cell %d changes", i)
				}
				if got != step.want {
					t.Errorf("cell %d\n%s\ngives %q, want %q", i, step.cell, got, step.want)
				}
			}
		})
	}
}

// A cell that was rewritten before, in an earlier run, declares and sets what it did then, and
// Unwrap gives it back.
func TestSessionAgain(t *testing.T) {
	cells := []string{
		"%%run_in_reactor answer\n%reactor_config timeout 5\nreturn 6 * 7\n",
		"n := await answer\n",
		"%%run_in_reactor r\nreturn float64(n)",
	}
	for _, target := range []rewrite.Target{rewrite.File, rewrite.Block} {
		opts := rewrite.Options{Env: goldenEnv, MagicOnly: true, Target: target, Reversible: true}
		s, again, mixed := rewrite.NewSession(opts), rewrite.NewSession(opts), rewrite.NewSession(opts)
		for i, cell := range cells {
			name := fmt.Sprintf("cell%d", i)
			out, err := s.Cell(t.Context(), []byte(cell), name)
			if err != nil {
				t.Fatal(err)
			}
			if i == 1 && !strings.Contains(string(out.Code), "Seconds(5)") {
				t.Errorf("%s: the timeout does not hold:\n%s", target, out.Code)
			}
			same, err := again.Cell(t.Context(), out.Code, name)
			if err != nil || string(same.Code) != string(out.Code) {
				t.Errorf("%s: again:\n%s\n%v", target, same.Code, err)
			}
			if back, _, err := rewrite.Unwrap(out.Code, name); err != nil || string(back) != cell {
				t.Errorf("%s: unwrapped:\n%s\n%v", target, back, err)
			}
			next := out.Code
			if i == 2 { // the user's new cell, below those that were rewritten
				next = []byte(cell)
			}
			m, err := mixed.Cell(t.Context(), next, name)
			if err != nil || string(m.Code) != string(out.Code) {
				t.Errorf("%s: below rewritten cells: %+v\n%v", target, m, err)
			}
		}
	}
}
