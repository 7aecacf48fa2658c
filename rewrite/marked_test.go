package rewrite_test

import (
	"strings"
	"testing"

	"github.com/cellwrap/cellwrap/rewrite"
)

// TestMarked holds what GoNB is shown of a cell that is still being written: the cursor is at the ^.
func TestMarked(t *testing.T) {
	for _, c := range []struct{ cell, want string }{
		{"fmt.Prin^", "%%\nfmt.Prin"},
		{"fmt.Println(strings.To^", "%%\nfmt.Println(strings.To"},
		{"import \"os\"\n\nfunc f() {}\n// x is one.\nx := 1^", "import \"os\"\n\nfunc f() {}\n// x is one.\n%%\nx := 1"},
		{"%%run_in_reactor r\nx := 1\nx.^", "                  \n%%\nx := 1\nx."},
		{"%env A=1\nx.^", "        \n%%\nx."},
		{"v := await d.^", "%%\nv := <-    d."},
		{"%%run_in_reactor r\nimport \"os\"\nos.^\nx := \"", "                  \nimport \"os\"\n%%\nos.\nx := \""},
		{"var x = 1\nfmt.Println(x)^", "var x = 1\n%%\nfmt.Println(x)"},
		// What GoNB takes as it is.
		{"var x = strings.To^", ""},
		{"", ""},
		{"func f() {\n\tx.^", ""},
		{"func f() {\n\tx := \"^", ""},
		{"func main() {\n\tx.^\n}", ""},
		{"%%\nx.^", ""},
		{"%main\nx.^", ""},
		{"%%bash\nls^", ""},
		{"%%run_in_reactor r\n^", ""},
		{"%%run_in^_reactor r\nx := 1", ""},
		{"import \"os\"; os.^", ""},
		{"x := 1\x00^", ""},
	} {
		before, after, _ := strings.Cut(c.cell, "^")
		src := before + after
		got, at, ok := rewrite.Marked([]byte(src), false, len(before))
		if string(got) != c.want || ok != (c.want != "") {
			t.Errorf("%q: %q, %v, want %q", c.cell, got, ok, c.want)
		}
		if ok && !strings.HasPrefix(c.want[at:], "%%\n") {
			t.Errorf("%q: the mark is not at %d", c.cell, at)
		}
	}
	if _, _, ok := rewrite.Marked([]byte("x.y"), true, 3); ok {
		t.Error("a cell that only a magic would change is marked")
	}
}
