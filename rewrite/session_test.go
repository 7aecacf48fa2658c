package rewrite_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

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
		"a plain cell's variable called as the runtime": {
			{"reactor := 3", ""},
			{"%%run_in_reactor r\nreturn reactor", "int"},
			{"v := await r", "struct{}"},
			{"return v + reactor", ""},
			{"%%run_in_reactor r\nreturn v + reactor", "int"},
		},
		"a plain cell may not be Go": {
			{"return nonsense + 1", ""},
			{"import \"fmt\"\nfunc hello() string { return fmt.Sprint() }", ""},
			{"%%run_in_reactor r\nreturn hello()", "string"},
		},
		"an import of an earlier cell is named at its place": {
			{"import \"strings\"\ntype t struct{ strings.Builder }", "struct{}"},
			{"type strings int\nreturn t{}", `cell1:1:6: strings already declared through import of package strings ("strings") (other declaration of strings at cell0:1:8)`},
		},
		"that of a plain cell too": {
			{"x := 1\nimport \"strings\"\ntype t struct{ strings.Builder }", ""},
			{"%%run_in_reactor strings\nreturn t{}", `cell1:1:1: strings already declared through import of package strings ("strings") (other declaration of strings at cell0:2:8)`},
		},
		"a result's name and a later import": {
			{"%%run_in_reactor strings\nreturn 1", "int"},
			{"import \"strings\"\nreturn strings.ToUpper(\"\")", `cell1:1:8: strings already declared through import of package strings ("strings") (other declaration of strings at cell0:1:1)`},
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
			{"return f()", "cell1:1:8: f is declared in cell0, which was refused"},
		},
		"one word about what a refused cell would declare": {
			{"%%run_in_reactor a\nreturn (", "cell0:2:8: unclosed ("},
			{"x, err := a.Wait(0)\ny, err := a.Wait(1)\nreturn x + y", "cell1:1:11: a is declared in cell0, which was refused"},
			{"return a, missing", "cell2:1:11: undefined: missing"},
			{"%%run_in_reactor a\nreturn 1", "int"},
			{"return a.Wait(0)", "int"},
		},
		"a name that meant something else before": {
			{"type box struct{ n int }\nfunc size(b box) int { return b.n }", "struct{}"},
			{"type box struct{ n string }\nfunc (b box) first() byte { return b.n }", "cell1:2:36: cannot use b.n (variable of type string) as byte value in return statement"},
			{"b := box{n: \"a\"}\nreturn b", "cell2:1:13: cannot use \"a\" (untyped string constant) as int value in struct literal (box is declared in cell1, which was refused)"},
			{"b := box{}\nreturn b.first()", "cell3:2:10: b.first undefined (type box has no field or method first) (first is declared in cell1, which was refused)"},
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

// The settings of magics hold for later cells, and what an await gives is known to them.
func TestSessionAwait(t *testing.T) {
	// The type of the result, a space, and the settings that the output shows: the timeouts, and
	// what the magics print; or the error.
	type step struct{ cell, want string }
	const d = "d := reactor.Succeed(1)\n"
	for name, steps := range map[string][]step{
		"a timeout holds": {
			{"%reactor_config timeout 5", "struct{} timeout=5"},
			{"await reactor.Succeed(1)", "int Seconds(5)"},
			{"%reactor_config timeout 2.5\nawait reactor.Succeed(1)", "int Seconds(2.5) timeout=2.5"},
			{"return 1", "int"},
			{"await reactor.Succeed(1)", "int Seconds(2.5)"},
			{"%crochet_config timeout INFINITY", "struct{} timeout=INFINITY"},
			{"await reactor.Succeed(1)", "int Forever"},
			{"%twisted_config", "struct{} timeout=INFINITY"},
			{"%reactor_config reset", "struct{} timeout=60"},
			{"await reactor.Succeed(1)", "int Seconds(60)"},
		},
		"a timeout behind the awaits is for the next cell": {
			{"await reactor.Succeed(1)\n%reactor_config timeout 5", "int Seconds(60) timeout=5"},
			{"await reactor.Succeed(1)", "int Seconds(5)"},
		},
		"a background cell sets a timeout too": {
			{"%%run_in_reactor r\n%reactor_config timeout 5\nreturn await reactor.Succeed(1)", "int timeout=5"},
			{"await r", "int Seconds(5)"},
		},
		"a refused cell sets nothing": {
			{"%reactor_config timeout 7\n%autoawait off\nreturn missing", "cell0:3:8: undefined: missing"},
			{"%reactor_config", "struct{} timeout=60"},
			{"%reactor_config timeout 7\n%reactor_config timeout abc", "cell2:2:25: timeout is a positive number of seconds or INFINITY, not abc"},
			{"%autoawait off\nreturn (", "cell3:2:8: unclosed ("},
			{"await reactor.Succeed(1)", "int Seconds(60)"},
		},
		"autoawait holds": {
			{"%autoawait off", "struct{}"},
			{d + "return await d", "cell1:2:14: expected ';', found d (await is no operator after %autoawait off)"},
			{"%autoawait", "struct{} autoawait=off"},
			{"await := 1\nreturn await", "int"},
			{"%autoawait on\n" + d + "return await d", "int Seconds(60)"},
			{d + "await d\n%autoawait off", "int Seconds(60)"},
			{d + "await d", "cell6:2:7: expected ';', found d (await is no operator after %autoawait off)"},
		},
		"a question mark sets nothing": {
			{"%reactor_config timeout 5", "struct{} timeout=5"},
			{"%%run_in_reactor?\nawait reactor.Succeed(1)", "int Seconds(5) %%run_in_reactor [name]"},
		},
		"the results of earlier cells": {
			{"%%run_in_reactor answer\nreturn await reactor.Succeed(6) * 7", "int"},
			{"return await answer", "int Seconds(60)"},
			{"%%run_in_reactor text\nn, err := await answer\nif err != nil {\n\treturn err\n}\nreturn string(rune(n))", "string"},
			{"%%run_in_reactor both\nreturn []any{await answer, await text}", "[]any"},
			{"return await both", "[]any Seconds(60)"},
			{"return await answer + await text", "cell5:1:8: invalid operation: await answer + await text (mismatched types int and string)"},
			{"%%run_in_reactor d\nawait answer\nreturn reactor.Succeed(int8(1))", "int8"},
			{"return await d", "int8 Seconds(60)"},
		},
		"a result that is awaited in its own cell": {
			{"%%run_in_reactor r\nreturn await r", "cell0:2:14: the cell needs its own result, r (wait for it in a later cell)"},
		},
		"the variables of a plain cell": {
			{"n := await reactor.Succeed(int8(1))\ns, err := await reactor.Succeed(\"x\")\nvar list = []string{s}", "struct{} Seconds(60)"},
			{"return n", "int8"},
			{"return list", "[]string"},
			{"return s, err", "string"},
			{"%%run_in_reactor r\nreturn append(list, await reactor.Succeed(s))", "[]string"},
			{"n, d := await r, reactor.Succeed(n)", "struct{} Seconds(60)"},
			{"return n", "[]string"},
			{"return await d", "int8 Seconds(60)"},
		},
		"but not those of its blocks": {
			{"if n := await reactor.Succeed(1); n > 0 {\n\tm := n\n}\nfunc() { k := await reactor.Succeed(1) }()", "struct{} Seconds(60)"},
			{"return n", "cell1:1:8: undefined: n"},
			{"return m", "cell2:1:8: undefined: m"},
			{"return k", "cell3:1:8: undefined: k"},
		},
		"those of a cell that begins with a function": {
			{"func() { await reactor.Succeed(1) }()\nn := await reactor.Succeed(1)", "struct{} Seconds(60)"},
			{"return n", "int"},
		},
		"what a plain cell declares": {
			{"type t struct{ n int }\nfunc load() *reactor.Deferred[t] { return nil }\nx := await load()", "struct{} Seconds(60)"},
			{"return x", "t"},
			{"return (await load()).n", "int Seconds(60)"},
		},
		"a variable called await": {
			{"await := await reactor.Succeed(2)", "struct{} Seconds(60)"},
			{"return await", "int"},
			{"return await * await reactor.Succeed(1)", "int Seconds(60)"},
		},
		"--timeout, to which reset goes back": {
			{"await reactor.Succeed(1)", "int Seconds(1.5)"},
			{"%reactor_config timeout 5\nawait reactor.Succeed(1)", "int Seconds(5) timeout=5"},
			{"%reactor_config reset\nawait reactor.Succeed(1)", "int Seconds(1.5) timeout=1.5"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			opts := rewrite.Options{Env: goldenEnv}
			if strings.HasPrefix(name, "--timeout") {
				opts.Timeout = 1500 * time.Millisecond
			}
			s := rewrite.NewSession(opts)
			for i, step := range steps {
				got := ""
				out, err := s.Cell(t.Context(), []byte(step.cell), fmt.Sprintf("cell%d", i))
				if err != nil {
					got = err.Error()
				} else {
					got = strings.Join(append([]string{out.Result}, timeouts.FindAllString(string(out.Code), -1)...), " ")
					for _, d := range out.Diagnostics {
						line, _, _ := strings.Cut(d.Msg, "\n")
						got += " " + line
					}
				}
				if got != step.want {
					t.Errorf("cell %d\n%s\ngives %q, want %q", i, step.cell, got, step.want)
				}
			}
		})
	}
}

var timeouts = regexp.MustCompile(`\bSeconds\([^)]*\)|\bForever\b`)

// A block's statements stay in their function, so that later ones see their variables.
func TestSessionBlock(t *testing.T) {
	s := rewrite.NewSession(rewrite.Options{Env: goldenEnv, Target: rewrite.Block})
	for i, step := range []struct{ cell, want string }{
		{"n := await reactor.Succeed(int8(1))", "n := reactor.MustAwaitFor(reactor.Seconds(60), reactor.Succeed(int8(1)))\n"},
		{"%%run_in_reactor r\nreturn n", "r := reactor.RunInReactor(func() (int8, error) {\n\treturn n, nil\n})\n"},
	} {
		out, err := s.Cell(t.Context(), []byte(step.cell+"\n"), fmt.Sprintf("cell%d", i))
		if err != nil {
			t.Fatal(err)
		}
		got := regexp.MustCompile(`(?m) ?//cellwrap:wrapped .*$\n?`).ReplaceAllString(string(out.Code), "")
		got = strings.Replace(got, "{\treturn", "{\n\treturn", 1)
		if got != step.want || len(out.Diagnostics) > 0 {
			t.Errorf("%s\ngives %q, want %q %v", step.cell, got, step.want, out.Diagnostics)
		}
	}
}

// In GoNB later cells know a result as one that outlives its cell, and no variable of a body: each
// cell is a process.
func TestSessionGoNB(t *testing.T) {
	s := rewrite.NewSession(rewrite.Options{Env: goldenEnv, Target: rewrite.GoNB, FixImports: true})
	for i, step := range []struct{ cell, want string }{
		{"type point struct{ X, Y int }\nfunc origin() point { return point{} }", "type point struct{ X, Y int }\nfunc origin() point { return point{} }"},
		{"%%run_in_reactor result\nreturn origin()", `session.Attach[point]("result")`},
		{"p, err := result.Wait(2 * time.Second)\np.X", "session.Display(p.X)"},
		{"p", "cell3: pass"},
		{"%%run_in_reactor next\np := await result\nreturn p.X + 1, nil", `session.Attach[int]("next")`},
		{"%%run_in_reactor text\nreturn result.Output().Text", `session.Attach[string]("text")`},
		{"v := await next\nv", "session.Display(v)"},
		{"%%run_in_reactor bad\nreturn next + 1", "cell7:2:8: "},
		{"%%\nlocal := 1\nfunc() {}()", "local := 1"},
		{"%%run_in_reactor bad\nreturn local", "cell9:2:8: undefined: local"},
	} {
		out, err := s.Cell(t.Context(), []byte(step.cell), fmt.Sprintf("cell%d", i))
		got := ""
		switch {
		case err != nil:
			got = err.Error()
		case strings.HasSuffix(step.want, ": pass"):
			got = step.want // GoNB will say that it is not defined
		default:
			got = string(out.Code)
		}
		if !strings.Contains(got, step.want) {
			t.Errorf("cell %d: %q is not in\n%s", i, step.want, got)
		}
	}
}
