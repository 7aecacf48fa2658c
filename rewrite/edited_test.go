package rewrite_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cellwrap/cellwrap/rewrite"
)

// TestUnwrapEdited unwraps blocks in which somebody has edited more than one place.
func TestUnwrapEdited(t *testing.T) {
	const two = "a := 1\nif a > 0 {\n\treturn f(a)\n}\nb := 2\nif b > 0 {\n\treturn g(b)\n}\nreturn a + b\n"
	const awaits = "x := await f(1)\ny := await f(x) + 1\nz := await f(y)\nreturn z\n"
	for _, tt := range []struct {
		name, cell string
		edits      []string // pairs of old and new, each once
		want       string
		warnings   string
	}{
		{"both sides of an edit", two, []string{"a := 1", "a := 10", "b := 2", "b := 20"},
			"a := 10\nif a > 0 {\n\treturn f(a)\n}\nb := 20\nif b > 0 {\n\treturn g(b)\n}\nreturn a + b\n", ""},
		{"every line", two, []string{"a := 1", "a  :=  1", "a > 0", "a>0", "f(a)", "f( a )", "b := 2", "b:=2", "b > 0", "b>0", "g(b)", "g( b )", "a + b", "a+b"},
			"a  :=  1\nif a>0 {\n\treturn f( a )\n}\nb:=2\nif b>0 {\n\treturn g( b )\n}\nreturn a+b\n", ""},
		{"lines more and less", two, []string{"\ta := 1\n", "", "\tb := 2\n", "\tb := 2\n\tc := 3\n\n\td := 4\n"},
			"if a > 0 {\n\treturn f(a)\n}\nb := 2\nc := 3\n\nd := 4\nif b > 0 {\n\treturn g(b)\n}\nreturn a + b\n", ""},
		{"one that was put in", two, []string{"reactor.Values(g(b))", "nil, oops"},
			"a := 1\nif a > 0 {\n\treturn f(a)\n}\nb := 2\nif b > 0 {\n\treturn nil, oops\n}\nreturn a + b\n",
			`8:10: left as it is, since it has been changed: cellwrap had put in "reactor.Values("
`},
		{"all of them", "return 1, 2\n", []string{"reactor.Values(1, 2)", "3, 4"}, "return 3, 4\n",
			`2:9: left as it is, since it has been changed: cellwrap had put in "reactor.Values("
`},
		{"awaits", awaits, []string{"f(1)", "f(1, 2)", "f(x)", "ff(x)", "f(y)", "f(yy)"},
			"x := await f(1, 2)\ny := await ff(x) + 1\nz := await f(yy)\nreturn z\n", ""},
		{"an await that is copied", awaits, []string{"\tz :=", "\ty = reactor.MustAwait(co, f(x)) + 1\n\tz :="},
			"x := await f(1)\ny := await f(x) + 1\ny = reactor.MustAwait(co, f(x)) + 1\nz := await f(y)\nreturn z\n", ""},
		{"an await that goes", awaits, []string{"\ty := reactor.MustAwait(co, f(x)) + 1\n", ""},
			"x := await f(1)\nz := await f(y)\nreturn z\n",
			`2:34: left as it is, since it has been changed: cellwrap had put in "reactor.MustAwait(co, " for "await "
`},
		{"one bracket of two", awaits, []string{"reactor.MustAwait(co, f(x)) + 1", "reactor.MustAwait(co, f(x) + 1)"},
			"x := await f(1)\ny := await f(x) + 1\nz := await f(y)\nreturn z\n", ""},
		{"what was there before", "return a, nil\nreturn b\n", []string{"Values(a", "Values(aa", "(b)", "(bb)"}, "return aa, nil\nreturn bb\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, err := rewrite.Cell([]byte(tt.cell), rewrite.Options{Target: rewrite.Block, Assign: "r"})
			if err != nil {
				t.Fatal(err)
			}
			code := string(out.Code)
			for i := 0; i < len(tt.edits); i += 2 {
				next := strings.Replace(code, tt.edits[i], tt.edits[i+1], 1)
				if next == code {
					t.Fatalf("no %q in\n%s", tt.edits[i], code)
				}
				code = next
			}
			back, warnings, err := rewrite.Unwrap([]byte(code), "cell")
			if err != nil {
				t.Fatalf("%v\n%s", err, code)
			}
			var said strings.Builder
			for _, d := range warnings {
				said.WriteString(strings.TrimPrefix(d.Pos.String(), "cell:") + ": " + d.Msg + "\n")
			}
			if diff := cmp.Diff(tt.want, string(back)); diff != "" {
				t.Errorf("%s\nis unwrapped to (-want +got):\n%s", code, diff)
			}
			if diff := cmp.Diff(tt.warnings, said.String()); diff != "" {
				t.Errorf("%s\nwarnings (-want +got):\n%s", code, diff)
			}
		})
	}
}
