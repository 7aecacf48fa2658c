package rewrite

import (
	"slices"
	"strings"
	"testing"
)

// What a cell seems to declare is found in texts that are no Go, and not in functions.
func TestRoughlyVisible(t *testing.T) {
	for text, want := range map[string]string{
		"func f( {\nx := 1\n}":                      "f",
		"func (t T) get() int { y := 1; return y }": ".get",
		"func[T any](x T) {}":                       "",
		"x := 1 +\nvar a, b int = 1, 2":             "a b x",
		"a, b := f(c, d)\nc.d = 1\ne, f = 1, 2":     "a b",
		"var (\n\ta = 1\n\tb, c = f(d, 2)\n)":       "a b",
		"type (\n\ts struct{ f int }\n\tt int\n)":   "s t",
		"const (\n\ta = iota\n\tb\n)\nx(":           "a b",
		"if x := 1; x > 0 {\n}":                     "",
		"%%run_in_reactor r\nx := 1\nfunc f() {":    "f r",
		"//cellwrap:run_in_reactor r\nx := 1":       "r",
		"// run_in_reactor r\nx := 1":               "x",
		"f := func(a int) error { return 1 }":       "f",
	} {
		got := roughlyVisible([]byte(text), "")
		slices.Sort(got)
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: %s, want %s", text, s, want)
		}
	}
}
