package notebook_test

import (
	"strings"
	"testing"

	"github.com/cellwrap/cellwrap/internal/notebook"
)

// Restore brings back what SetSource changed, byte for byte. The metadata have a record only where they must.
func TestRestore(t *testing.T) {
	const changed = "//h\nx := 1\nf(\"/ \")\n//f"
	for _, tt := range []struct {
		name, source string
		records      int
	}{
		{"as Jupyter writes it", `["x := 1\n","f(\"/ \")"]`, 0},
		{"a string", `"x := 1\nf(\"/ \")"`, 0},
		{"a line that changes is spelled as another shows", `["x := 1\n","f(\"\/ \")"]`, 0},
		{"a needless escape", `["\u0078 := 1\n","f(\"/ \")"]`, 0}, // the line stays
		{"a needless escape of a line that changes", `["x := 1\n","y(\"\/\u0020\")"]`, 1},
		{"hexadecimal digits of both cases", `["x := 1\n","y(\"\u00E9\u00e8\")"]`, 1},
		{"a surrogate pair", `["x := 1\n","y(\"\ud83d\ude00\")"]`, 1},
		{"lines that end elsewhere", `["x :","= 1\ny","(1)"]`, 1},
		{"empty strings", `["","x := 1\n","y()",""]`, 1},
		{"odd white space", "[\"x := 1\\n\"\t,\n\n \"y()\\n\"  , \"z()\"\r\n]", 1},
		{"CRLF", `["x := 1\r\n","y()\r\n"]`, 0},
		{"CRLF spelled in two ways", `["x := 1\r\n","y()\u000D\n"]`, 1},
		{"a string without a need", `"\u0079\nx := 1"`, 1},
	} {
		for _, metadata := range []string{
			``, `{}`, "{ \n}", `{"tags": ["x"]}`, "{\n \"a\": 1,\n \"b\": {\"cellwrap\": 2}\n}", `null`, `[1, 2]`, `"\u0020"`,
			`{"cellwrap": 1}`, `{"a":1,"cellwrap":{"source":"\"\""},"b":2}`, `{"cellwrap":{},"cellwrap":{}}`,
		} {
			for _, form := range []string{
				`{"cell_type": "code",FIRST "source": SOURCE, "outputs": []}`,
				`{FIRST"source":SOURCE,"cell_type":"code"}`,
				"{\n  \"source\": SOURCE ,\n  FIRST\"cell_type\": \"code\"\n}",
				`{"source": SOURCE, "cell_type": "code"LAST}`,
			} {
				first, last := "", ""
				if metadata != "" {
					first, last = `"metadata" : `+metadata+`, `, ` ,"metadata": `+metadata
				}
				text := book(strings.NewReplacer("SOURCE", tt.source, "FIRST", first, "LAST", last).Replace(form))
				b := parse(t, "x.ipynb", text)
				old := source(t, b, 0)
				if err := b.SetSource(0, []byte(changed)); err != nil {
					t.Fatal(err)
				}
				got := string(b.Bytes())
				again := parse(t, "x.ipynb", got)
				if source(t, again, 0) != changed {
					t.Fatalf("%s: changed to\n%s", tt.name, got)
				}
				if n := again.DropRecords(); n != tt.records && !strings.HasPrefix(metadata, `{"`) {
					t.Errorf("%s: %d records in\n%s", tt.name, n, got)
				}
				again = parse(t, "x.ipynb", got)
				if err := again.Restore(0, []byte(old)); err != nil {
					t.Fatal(err)
				}
				if back := string(again.Bytes()); back != text {
					t.Errorf("%s, metadata %s:\n%s\nbecame\n%s\nand is restored to\n%s", tt.name, metadata, text, got, back)
				}
				// Another text is not spelled in the way of the old one, and what was recorded goes.
				again = parse(t, "x.ipynb", got)
				if err := again.Restore(0, []byte("other")); err != nil {
					t.Fatal(err)
				}
				other := string(again.Bytes())
				if source(t, parse(t, "x.ipynb", other), 0) != "other" || strings.Count(other, "cellwrap") != strings.Count(text, "cellwrap") {
					t.Errorf("%s: restored to another text:\n%s", tt.name, other)
				}
			}
		}
	}
}

// A record that somebody else wrote is believed only where it says the same as the text.
func TestRestoreForeign(t *testing.T) {
	for _, record := range []string{`"x"`, `"[1]"`, `"\"y\""`, `" \"x\""`, `"\"x\",\"outputs\":1"`, `"\"\\ud800\""`, `7`} {
		for _, more := range []string{``, `,"metadata":"} "`, `,"metadata":7`} {
			b := parse(t, "x.ipynb", book(`{"cell_type":"code","metadata":{"cellwrap":{"source":`+record+more+`}},"source":["y"]}`))
			if err := b.Restore(0, []byte("x")); err != nil {
				t.Fatal(err)
			}
			again, err := notebook.Parse("x.ipynb", b.Bytes())
			if err != nil {
				t.Fatalf("%v\n%s", err, b.Bytes())
			}
			if got := source(t, again, 0); got != "x" || !strings.Contains(string(b.Bytes()), `"source":["x"]}`) {
				t.Errorf("%s%s: %s", record, more, b.Bytes())
			}
		}
	}
}
