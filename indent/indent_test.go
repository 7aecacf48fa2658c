package indent_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/cellwrap/cellwrap/indent"
)

func TestDetect(t *testing.T) {
	for _, tt := range []struct {
		name, src string
		want      indent.Style
	}{
		{"empty", "", indent.Style{Unit: "\t"}},
		{"blank lines only", "\n   \n\t\n", indent.Style{Unit: "\t"}},
		{"flat", "a\nb\n", indent.Style{Unit: "\t"}},
		{"tab", "if a {\n\tb\n}\n", indent.Style{Unit: "\t"}},
		{"two spaces", "if a {\n  b\n  if c {\n    d\n  }\n}\n", indent.Style{Unit: "  "}},
		{"four spaces", "if a {\n    b\n    if c {\n        d\n    }\n}\n", indent.Style{Unit: "    "}},
		{"eight spaces", "if a {\n        b\n}\n", indent.Style{Unit: "        "}},
		{"pasted from inside a function", "\t\tif a {\n\t\t\tb\n\t\t}\n", indent.Style{Base: "\t\t", Unit: "\t"}},
		{"base only, tabs", "\t\ta\n\t\tb\n", indent.Style{Base: "\t\t", Unit: "\t"}},
		{"base only, four", "    a\n    b\n", indent.Style{Base: "    ", Unit: "    "}},
		{"base only, two", "  a\n  b\n", indent.Style{Base: "  ", Unit: "  "}},
		{"base only, odd", "   a\n   b\n", indent.Style{Base: "   ", Unit: "\t"}},
		{"first line deepest", "\t\ta\n\tb\n", indent.Style{Base: "\t", Unit: "\t"}},
		{"mixed, tabs win", "if a {\n\tb\n}\nif c {\n    d\n}\n", indent.Style{Unit: "\t", Mixed: true}},
		{"mixed, spaces win", "if a {\n  b\n}\nif c {\n  d\n}\nif e {\n\tf\n}\n", indent.Style{Unit: "  ", Mixed: true}},
		{"base of tab, unit of spaces", "\tif a {\n\t  b\n\t}\n", indent.Style{Base: "\t", Unit: "  "}},
		{"alignment is no unit", "f(a,\n  b)\nif c {\n\td\n\te(f,\n\t   g)\n}\n", indent.Style{Unit: "\t", Mixed: true}},
		{"raw string says nothing", "\tx := `\nflush\n  two`\n\ty\n", indent.Style{Base: "\t", Unit: "\t"}},
		{"block comment says nothing", "\ta\n/*\n  b\n*/\n\tc\n", indent.Style{Base: "", Unit: "\t"}},
		{"CRLF", "\tif a {\r\n\t\tb\r\n\r\n\t}\r\n", indent.Style{Base: "\t", Unit: "\t"}},
		{"tabs and spaces share no base", "\ta\n    b\n", indent.Style{Base: "", Unit: "\t"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := indent.Detect([]byte(tt.src)); got != tt.want {
				t.Errorf("Detect(%q) = %+v, want %+v", tt.src, got, tt.want)
			}
		})
	}
}

// TestApply holds what the ancestor got wrong: its pattern `^(\s+\S+)` took the
// first word for indentation, and every line of a string was indented.
func TestApply(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"empty", "", ""},
		{"one line", "a", "\ta"},
		{"words stay", "if a {\n\tb := 1\n}\n", "\tif a {\n\t\tb := 1\n\t}\n"},
		{"blank lines stay blank", "a\n\n  \nb\n", "\ta\n\n  \n\tb\n"},
		{"raw string", "x := `a\n  b\n\nc` + y\nz\n", "\tx := `a\n  b\n\nc` + y\n\tz\n"},
		{"two raw strings on a line", "x := `a` + `b\nc` + `d\ne`\nf\n", "\tx := `a` + `b\nc` + `d\ne`\n\tf\n"},
		{"block comment", "/* a\n  b */ c\nd\n", "\t/* a\n  b */ c\n\td\n"},
		{"backtick in a string", "x := \"`\"\ny := 1\n", "\tx := \"`\"\n\ty := 1\n"},
		{"comment opener in a string", "x := \"/*\"\ny := 1\n", "\tx := \"/*\"\n\ty := 1\n"},
		{"backtick in a comment", "// `\ny := 1\n", "\t// `\n\ty := 1\n"},
		{"backtick rune", "'`'\ny := 1\n", "\t'`'\n\ty := 1\n"},
		{"raw string with CRLF", "x := `a\r\nb`\r\ny\r\n", "\tx := `a\r\nb`\r\n\ty\r\n"},
		{"unterminated raw string", "x := `a\nb\n", "\tx := `a\nb\n"},
		{"unterminated comment", "x /* a\nb\n", "\tx /* a\nb\n"},
		{"lone backtick at the end", "a\n`", "\ta\n\t`"},
		{"byte order mark of UTF-16", "\xfe\xff/*\n\xf0", "\t\xfe\xff/*\n\xf0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := string(indent.Apply([]byte(tt.src), "\t"))
			if got != tt.want {
				t.Errorf("Apply(%q) = %q, want %q", tt.src, got, tt.want)
			}
			if back := string(indent.Remove([]byte(got), "\t")); back != tt.src {
				t.Errorf("Remove gave %q, want %q back", back, tt.src)
			}
		})
	}
}

func TestRemoveLeavesShallowLines(t *testing.T) {
	src, want := "\t\ta\n\tb\nc\n", "a\n\tb\nc\n"
	if got := string(indent.Remove([]byte(src), "\t\t")); got != want {
		t.Errorf("Remove(%q) = %q, want %q", src, got, want)
	}
}

// text draws Go-like text made of the pieces that could confuse a scanner.
func text(t *rapid.T) string {
	piece := rapid.SampledFrom([]string{"x", "\n", "\r\n", "\t", "  ", "    ", "`", "/*", "*/", "//", `"`, "'", "\\", "{", "}", "\ufeff", "é"})
	return strings.Join(rapid.SliceOf(piece).Draw(t, "pieces"), "")
}

func TestRemoveIsInverseOfApply(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := text(t)
		prefix := rapid.SampledFrom([]string{"\t", "  ", "    ", "\t  "}).Draw(t, "prefix")
		applied := indent.Apply([]byte(src), prefix)
		if back := string(indent.Remove(applied, prefix)); back != src {
			t.Fatalf("%q with %q: %q and back %q", src, prefix, applied, back)
		}
	})
}

func FuzzIndent(f *testing.F) {
	for _, src := range []string{"", "\tx := `a\n  b`\n\ty\n", "/* a\n*/ b", "`\r\n", "'`'\n\"/*\"\n"} {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		style := indent.Detect(src)
		in := indent.Apply(src, style.Unit)
		if back := indent.Remove(in, style.Unit); string(back) != string(src) {
			t.Errorf("%q: Apply gave %q, Remove %q", src, in, back)
		}
		if strings.TrimLeft(style.Base, " \t") != "" {
			t.Errorf("%q: base %q is not white space", src, style.Base)
		}
	})
}

func ExampleDetect() {
	s := indent.Detect([]byte("    if ok {\n      return\n    }\n"))
	fmt.Printf("%q %q %v\n", s.Base, s.Unit, s.Mixed)
	// Output: "    " "  " false
}

func ExampleRemove() {
	fmt.Print(string(indent.Remove([]byte("\tx := `raw\n\tstays`\n\ty := 1\n"), "\t")))
	// Output:
	// x := `raw
	// 	stays`
	// y := 1
}

func ExampleApply() {
	fmt.Print(string(indent.Apply([]byte("x := `raw\nflush`\ny := 1\n"), "    ")))
	// Output:
	//     x := `raw
	// flush`
	//     y := 1
}

func BenchmarkApply(b *testing.B) {
	src := []byte(strings.Repeat("x := `raw\n  text`\nif y {\n\tz()\n}\n", 1000))
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		indent.Apply(src, "\t")
	}
}
