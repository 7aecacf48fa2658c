package notebook_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cellwrap/cellwrap/internal/notebook"
)

func TestPercent(t *testing.T) {
	for _, tt := range []struct {
		name, src string
		want      []string // "line top text"
	}{
		{"empty", "", nil},
		{"no marker", "x := 1\n", []string{"1 1 x := 1\n"}},
		{"two cells", "// %%\na\n// %% title\nb\nc", []string{"2 1 a\n", "4 3 b\nc"}},
		{"blank lines above a marker", "// %%\na\n\n \n// %%\nb\n\n", []string{"2 1 a\n", "6 5 b\n\n"}},
		{"text before the first marker", "a\n// %%\nb\n", []string{"1 1 a\n", "3 2 b\n"}},
		{"blank lines before the first marker", "\n\n// %%\nb\n", []string{"4 3 b\n"}},
		{"an empty cell", "// %%\n// %%\nb\n", []string{"2 1 ", "3 2 b\n"}},
		{"markdown", "// %% [markdown]\n// # Title\n// %%\nb\n", []string{"2 1 md // # Title\n", "4 3 b\n"}},
		{"in a raw string", "// %%\nx := `\n// %%\n`\n", []string{"2 1 x := `\n// %%\n`\n"}},
		{"in a block comment", "// %%\n/*\n// %%\n*/\n", []string{"2 1 /*\n// %%\n*/\n"}},
		{"behind code", "// %%\nx() // %%\n", []string{"2 1 x() // %%\n"}},
		{"indented", "\t// %%\n\ta\n", []string{"2 1 \ta\n"}},
		{"behind a magic that is no Go", "// %%\n(\n// %%\n!echo `\n// %%\nb\n", []string{"2 1 (\n", "4 3 !echo `\n", "6 5 b\n"}},
		{"marker on the last line", "a\n// %%", []string{"1 1 a\n", "3 2 "}},
		{"CRLF", "// %%\r\na\r\n// %%\r\nb\r\n", []string{"2 1 a\r\n", "4 3 b\r\n"}},
		{"a //line comment moves nothing", "//line x:90\n// %%\na\n", []string{"1 1 //line x:90\n", "3 2 a\n"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, c := range notebook.Percent([]byte(tt.src)) {
				md := ""
				if c.Kind == notebook.Markdown {
					md = "md "
				}
				got = append(got, fmt.Sprintf("%d %d %s%s", c.Line, c.Top, md, tt.src[c.Start:c.End]))
				if n := strings.Count(tt.src[:c.Start], "\n") + 1; n != c.Line && c.Start < len(tt.src) {
					t.Errorf("cell at line %d says %d", n, c.Line)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPercentMarkers(t *testing.T) {
	for _, tt := range []struct {
		name, marker string
		want         string // kind and title, or none
	}{
		{"bare", "// %%", `code ""`},
		{"without a space", "//%%", `code ""`},
		{"a title", "// %% A title ", `code "A title"`},
		{"markdown", "// %% [markdown]", `markdown ""`},
		{"md", "// %% [md] x", `markdown "x"`},
		{"raw", "// %% x [raw]", `raw "x"`},
		{"code", "// %% x [code]", `code "x"`},
		{"a title before the type", "// %% About it [markdown]", `markdown "About it"`},
		{"JSON options", `// %% x {"tags": ["a [markdown]"]}`, `code "x"`},
		{"options", `// %% x y tags=["a"] z`, `code "x y"`},
		{"a cell below", "// %%% x", `code "x"`},
		{"a tab", "// %%\tx", `code "x"`},
		{"a magic", "// %%run_in_reactor x", ""},
		{"GoNB's magic", "//gonb:%%", ""},
		{"one sign", "// % x", ""},
		{"a block comment", "/* %% */", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got string
			for _, c := range notebook.Percent([]byte("a\n" + tt.marker + "\nb\n")) {
				if c.Top == 2 {
					got = fmt.Sprintf("%s %q", c.Kind, c.Title)
				}
			}
			if got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

// What a magic says is not Go. How it is spelled stays.
func TestPercentSource(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"magics", "// %%\n//gonb:%%\n// %%ab x\n%x y\nz\n", "//gonb:%%\n// %%ab x\n%x y\nz\n"},
		{"a magic as it is", "// %%\n!echo `/*\nx\n// %%\ny\n", "!echo `/*\nx\ny\n"},
		{"markdown", "// %% [md]\n// # A\n//\n//b\n  // c\nd\n", "# A\n\nb\nc\nd\n"},
		{"CRLF", "// %%\r\n//gonb:%x\r\ny\r\n", "//gonb:%x\r\ny\r\n"},
		{"a byte order mark", "\ufeff// %%\nx\n", "x\n"},
		{"Jupytext's header", "// ---\n// jupyter:\n//   x: y\n// ---\n\n// %%\nx\n", "x\n"},
		{"a header below the coding", "// -*- coding: utf-8 -*-\n// ---\n// jupyter:\n// ---\nx\n", "x\n"},
		{"a marker in the header", "// ---\n// jupyter:\n// %% x\n// ---\n\n// %%\nx\n", "x\n"},
		{"a header without an end, of comments only", "// ---\n// jupyter:\n", "// ---\n// jupyter:\n"},
		{"a header without an end", "// ---\n// jupyter:\nx\n", "// ---\n// jupyter:\nx\n"},
		{"a header that is none", "// ---\n// A licence.\n// ---\nx\n", "// ---\n// A licence.\n// ---\nx\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := parse(t, "x.go", tt.src)
			var got string
			for i := range b.Cells {
				got += source(t, b, i)
			}
			if got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestPercentSetSource(t *testing.T) {
	for _, tt := range []struct {
		name, src string
		cell      int
		text      string
		want      string // or empty: refused
	}{
		{"code", "// %%\na\n// %%\nb\n", 0, "x\ny\n", "// %%\nx\ny\n// %%\nb\n"},
		{"without a final newline", "// %%\na\n// %%\nb\n", 0, "x", "// %%\nx\n// %%\nb\n"},
		{"at the end of the file", "// %%\nb\n", 0, "x", "// %%\nx"},
		{"CRLF", "// %%\r\na\r\n// %%\r\n", 0, "x", "// %%\r\nx\r\n// %%\r\n"},
		{"behind a marker without a newline", "// %%", 0, "x", "// %%\nx"},
		{"to nothing", "// %%\na\n// %%\nb\n", 0, "", "// %%\n// %%\nb\n"},
		{"magics", "// %%\na\n", 0, "%%f\n//gonb:!ls\na\n", "// %%\n%%f\n//gonb:!ls\na\n"},
		{"no magic", "// %%\na\n", 0, "x := `\n%no\n`\n{\nx()\n!f()\n}\n", "// %%\nx := `\n%no\n`\n{\nx()\n!f()\n}\n"},
		{"markdown", "// %% [markdown]\n//a\n// b\n", 0, "a\n\n# c\n", "// %% [markdown]\n//a\n//\n// # c\n"},
		{"an indented picture", "// %% [markdown]\n//a\n", 0, "  ![a](b.png)\n", "// %% [markdown]\n//   ![a](b.png)\n"},
		{"markdown that looks like a marker", "// %% [markdown]\n// b\n// %%\n", 0, "%% x\n", ""},
		{"a marker", "// %%\na\n", 0, "a\n// %%\nb\n", ""},
		{"a marker in a raw string", "// %%\na\n// %%\n", 0, "`\n// %%\n`\n", "// %%\n`\n// %%\n`\n// %%\n"},
		{"an open raw string", "// %%\na\n", 0, "`\n", ""},
		{"an open comment", "// %%\na\n", 0, "/*\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := parse(t, "x.go", tt.src)
			err := b.SetSource(tt.cell, []byte(tt.text))
			got := string(b.Bytes())
			if tt.want == "" {
				const want = ": the new text holds a line that starts a cell, or an open string or comment (it cannot stand in a percent-format file)"
				if err == nil || !strings.HasSuffix(err.Error(), want) || got != tt.src {
					t.Errorf("%v\n%q", err, got)
				}
				return
			}
			if err != nil || got != tt.want {
				t.Errorf("%q, want %q (%v)", got, tt.want, err)
			}
			again := source(t, parse(t, "x.go", got), tt.cell)
			if strings.TrimSuffix(strings.TrimSuffix(again, "\n"), "\r") != strings.TrimSuffix(tt.text, "\n") {
				t.Errorf("reads back as %q", again)
			}
		})
	}
}
