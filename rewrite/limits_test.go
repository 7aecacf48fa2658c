package rewrite_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cellwrap/cellwrap/rewrite"
)

// TestLimits holds that cells of extreme shapes are rewritten, or refused with one message.
func TestLimits(t *testing.T) {
	t.Parallel()
	const deep = "more than 1000 nested levels"
	for _, tt := range []struct {
		name, cell string
		want       string // of the error, or ""
	}{
		{"10 MB of statements", strings.Repeat("if x := f(1, `a`); x > 0 {\n\ty[2] += x * 3 // c\n}\n", 200_000), ""},
		{"60,000 statements on one line", strings.Repeat("f(1, `a`, \"b\");", 60_000), ""},
		{"a comment of 1 MB", "/*" + strings.Repeat("a\n", 500_000) + "*/", ""},
		{"a raw string of 5 MB", "x := `" + strings.Repeat("a\n", 2_500_000) + "`", ""},
		{"a million comments", strings.Repeat("// a\n", 1_000_000), ""},
		{"100,000 declarations", strings.Repeat("func _() {}\n", 100_000), ""},
		{"100,000 closures", "x := 1\n" + strings.Repeat("func _() { _ = x }\n", 100_000), ""},
		{"30,000 closures and their uses", "x := 1\n" + numbered("func f%d() int { return x }\n_ = f%d\n", 30_000), ""},
		{"30,000 names like an alias", "reactor := 1\nx := reactor\n" + numbered("reactor%d := x\n_ = reactor%d\n", 30_000), ""},
		{"30,000 gotos over nothing", "x := 1\n" + numbered("goto L%d\nL%d:\n", 30_000) + "x = 2\nfunc f() int { return x }\n", ""},
		{"100,000 magics", strings.Repeat("%load_ext cellwrap\n", 100_000), ""},
		{"100,000 parentheses", "x := " + strings.Repeat("(", 100_000) + "1" + strings.Repeat(")", 100_000), "c:1:1006: " + deep},
		{"100,000 open parentheses", "x := " + strings.Repeat("(", 100_000), "c:1:1006: " + deep},
		{"1,000 parentheses", "x := " + strings.Repeat("(", 999) + "1" + strings.Repeat(")", 999), ""},
		{"100,000 blocks", strings.Repeat("{", 100_000) + strings.Repeat("}", 100_000), "c:1:1001: " + deep},
		{"50,000 else", "if a {} " + strings.Repeat("else if b {} ", 50_000), "c:1:12967: " + deep},
		{"50,000 operators", "x := 1" + strings.Repeat("+1", 50_000), "c:1:6: more than 10000 nested levels"},
		{"50,000 selectors", "x := a" + strings.Repeat(".b", 50_000), "c:1:6: more than 10000 nested levels"},
		{"1,000,000 unary operators", "x := " + strings.Repeat("!", 1_000_000) + "y", "c:1:100005: " + deep},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, err := rewrite.Cell([]byte(tt.cell), rewrite.Options{Filename: "c", LineName: "c"})
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				if out.Name != "_" || len(out.Code) == 0 {
					t.Errorf("%d bytes for variable %q", len(out.Code), out.Name)
				}
				return
			}
			var e *rewrite.Error
			if !errors.As(err, &e) || e.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

// numbered repeats a format, which takes the number twice.
func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i+1, i+1)
	}
	return b.String()
}

// TestIncomplete holds that only more input, and not other input, makes a cell incomplete.
func TestIncomplete(t *testing.T) {
	for cell, want := range map[string]bool{
		"f(":            true,
		"if x {":        true,
		"x := `raw":     true,
		"/* comment":    true,
		"x := 1 +":      true,
		"f(1,":          true,
		"x := a.":       true,
		"import":        true,
		"x := \"string": false,
		"f)":            false,
		"(]":            false,
		"x := := 1":     false,
		"if x":          false,
		"%nosuch":       false,
	} {
		_, err := rewrite.Cell([]byte(cell), rewrite.Options{})
		var e *rewrite.Error
		if !errors.As(err, &e) || e.Incomplete != want {
			t.Errorf("%q: %v, want incomplete %v", cell, err, want)
		}
		if got := rewrite.Incomplete([]byte(cell)); got != want {
			t.Errorf("Incomplete(%q) is %v", cell, got)
		}
	}
}

// TestCellKeepsNothing holds that the cell's bytes are the caller's again.
func TestCellKeepsNothing(t *testing.T) {
	for _, opts := range []rewrite.Options{{}, {Target: rewrite.Block}, {MagicOnly: true}} {
		cell := []byte("x := `abc`\nx\n")
		out, err := rewrite.Cell(cell, opts)
		if err != nil {
			t.Fatal(err)
		}
		before := string(out.Code)
		clear(cell)
		if string(out.Code) != before {
			t.Errorf("%+v: the output changed with the cell", opts)
		}
	}
}
