package rewrite

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// pastCells declare few names over and over, in all kinds of ways that stand on one another.
var pastCells = []string{
	"type a struct{ n int }",
	"type a []b",
	"type a = b",
	"type a[T any] struct{ x T }",
	"type b int",
	"type b struct{ a *a; n int }",
	"type b interface{ get() int }",
	"type b = *c",
	"type c string",
	"type c struct{ b }",
	"type (\n\tc = map[string]a\n\td func(c) b\n)",
	"func (a) get() int { return 1 }",
	"func (x *a) get() b { return *new(b) }",
	"func (b) get() string { return \"\" }",
	"func (c) get() (x a) { return }",
	"func (c) set(b) {}",
	"func (x a[T]) first() T { return x.x }",
	"func f(a, c) b { return *new(b) }",
	"func f[T a | c](T) {}",
	"func g() a { return *new(a) }",
	"func f() (x struct{ c }) { return }",
	"var v a",
	"v := g()",
	"w, err := v.get(), v",
	"x := v\ny := &w",
	"const (\n\tk = iota\n\tl\n\tm = len(\"abc\")\n)",
	"const l = 2.5",
	"type m [k + l]a",
	"import \"time\"\nt := time.Second",
	"func get() (f func(a) time.Duration) { return }",
	"%%run_in_reactor r\nreturn v",
	"%%run_in_reactor r\nreturn f",
	"%%run_in_reactor w\nreturn g(), nil",
	"%%run_in_reactor v\nfunc (c) set(a) {}\nreturn w.get()",
	"%%run_in_reactor _\ntype a int8\nreturn []a{1}",
	"await r",
	"v := await r",
	"%%run_in_reactor _\nreturn b(1), l",
	"%%run_in_reactor _\nreturn (&a{}).get()",
	"%%run_in_reactor _\nreturn t",
	"%%run_in_reactor _\nreturn a{}.get(), x, y",
	"%%run_in_reactor _\nvar c c\nc.set(1)\nreturn c.get()",
	"%%run_in_reactor _\nreturn m{}",
}

// What a session finds out step by step is what it finds out if all that is known is checked anew
// before each cell; and it never panics.
func TestSessionShuffled(t *testing.T) {
	t.Parallel()
	rounds := 100
	if testing.Short() {
		rounds = 30
	}
	env := NewEnv("..")
	for seed := range uint64(rounds) {
		r := rand.New(rand.NewPCG(seed, 5))
		opts := Options{Env: env, MagicOnly: seed%3 > 0, FixImports: true}
		steps, anew := NewSession(opts), NewSession(opts)
		var cells []string
		for i := range 25 {
			cell := pastCells[r.IntN(len(pastCells))]
			cells = append(cells, cell)
			got := outcome(steps.Cell(t.Context(), []byte(cell), "cell"))
			anew.past.loader.found = nil
			want := outcome(anew.Cell(t.Context(), []byte(cell), "cell"))
			if got != want {
				text := ""
				for _, c := range cells {
					text += "----\n" + c + "\n"
				}
				t.Fatalf("seed %d, cell %d gives\n%s\nand anew\n%s\n%s", seed, i, got, want, text)
			}
		}
	}
}

func outcome(out *Output, err error) string {
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%s %q %v", out.Result, out.Code, out.Diagnostics)
}
