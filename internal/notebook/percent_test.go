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
		{"text before the first marker", "a\n// %%\nb\n", []string{"1 1 a\n", "3 2 b\n"}},
		{"blank lines before the first marker", "\n\n// %%\nb\n", []string{"4 3 b\n"}},
		{"an empty cell", "// %%\n// %%\nb\n", []string{"2 1 ", "3 2 b\n"}},
		{"markdown", "// %% [markdown]\n// # Title\n// %%\nb\n", []string{"2 1 md // # Title\n", "4 3 b\n"}},
		{"in a raw string", "// %%\nx := `\n// %%\n`\n", []string{"2 1 x := `\n// %%\n`\n"}},
		{"in a block comment", "// %%\n/*\n// %%\n*/\n", []string{"2 1 /*\n// %%\n*/\n"}},
		{"behind code", "// %%\nx() // %%\n", []string{"2 1 x() // %%\n"}},
		{"indented", "\t// %%\n\ta\n", []string{"2 1 \ta\n"}},
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
