package notebook_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cellwrap/cellwrap/internal/notebook"
)

// sample reads a notebook of testdata.
func sample(t testing.TB, name string) (*notebook.Book, string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, name, string(text)), string(text)
}

func parse(t testing.TB, name, text string) *notebook.Book {
	t.Helper()
	b, err := notebook.Parse(name, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func source(t testing.TB, b *notebook.Book, i int) string {
	t.Helper()
	src, err := b.Source(i)
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

func TestParse(t *testing.T) {
	for _, tt := range []struct{ name, language, kernel, cells string }{
		{"jupyter.ipynb", "go", "gonb", `
markdown "intro" "" "# Sleeping\n\nA cell that starts work, and one that waits for it – später.\n"
code "import" "" "import (\n\t\"fmt\"\n\t\"time\"\n)"
code "work" "" "%%run_in_reactor result\nfmt.Println(\"<started>\")\ntime.Sleep(time.Second)\nreturn \"café\""
code "wait" "" "result.Wait(2 * time.Second)"
code "fail" "" "panic(\"no\")"
code "picture" "" "show()"
code "empty" "" ""
raw "raw" "" "raw"
`},
		{"colab.ipynb", "go", "gophernotes", small},
		{"compact.ipynb", "go", "gophernotes", small},
		{"tabs.ipynb", "go", "gophernotes", small},
		{"book.gocell", "go", "", `
markdown "" "" "# A book\n\nTwo cells.\n"
code "" "the work" "//gonb:%%run_in_reactor result\ntext := ` + "`\\n// %% no cell\\n%no magic\\n`" + `\nreturn text\n"
code "" "" "//gonb:!echo waiting\n//gonb:%reactor_config timeout 5\nresult.Wait(time.Second)\n"
code "" "" "// %%run_in_reactor other\nreturn 1\n"
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, text := sample(t, tt.name)
			var got strings.Builder
			got.WriteString("\n")
			for i, c := range b.Cells {
				fmt.Fprintf(&got, "%s %q %q %+q\n", c.Kind, c.ID, c.Title, source(t, b, i))
			}
			if diff := cmp.Diff(ascii(tt.cells), got.String()); diff != "" {
				t.Error(diff)
			}
			if b.Language != tt.language || b.Kernel != tt.kernel {
				t.Errorf("language %q, kernel %q", b.Language, b.Kernel)
			}
			if string(b.Bytes()) != text {
				t.Error("the text changed")
			}
		})
	}
}

const small = `
markdown "" "" "# Ölstand <1>"
code "" "" "x := 1 < 2 && \"ö\" != \"\u2028\"\nx"
code "" "" "y := x\ny"
`

func ascii(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < 0x80 {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// book returns a notebook with these cells.
func book(cells string) string { return `{"nbformat":4,"cells":[` + cells + `]}` }

func TestParseError(t *testing.T) {
	const cell = `{"cell_type":"code","source":"x"}`
	for _, tt := range []struct{ name, text, want string }{
		{"empty", "", "1:1: the file is empty"},
		{"blank", "\n\n", "1:1: the file is empty"},
		{"a byte order mark alone", "\ufeff", "1:4: the file is empty"},
		{"not JSON", "package main\n", `1:1: not JSON: a value cannot begin with 'p'`},
		{"HTML", "<!DOCTYPE html>", `1:1: not JSON: a value cannot begin with '<'`},
		{"a merge conflict", "{\n<<<<<<< HEAD\n", `2:1: an object's key must be a string in double quotes`},
		{"a list", "[]", "1:1: a notebook must be an object, not a list"},
		{"cut off in a list", `{"cells":[` + "\n", "2:1: the text ends inside of a list that begins at 1:10 (is the file cut off?)"},
		{"cut off in a key", `{"cells`, "1:8: the text ends inside of a string that begins at 1:2 (is the file cut off?)"},
		{"cut off behind a key", `{"cells"`, "1:9: the text ends inside of an object that begins at 1:1 (is the file cut off?)"},
		{"cut off in an escape", `{"x":"\u00`, "1:11: the text ends inside of a string that begins at 1:6 (is the file cut off?)"},
		{"cut off in a word", `{"x":tru`, "1:9: the text ends inside of an object that begins at 1:1 (is the file cut off?)"},
		{"cut off in a number", `{"x":-`, "1:7: the text ends inside of a number that begins at 1:6 (is the file cut off?)"},
		{"text behind the end", book("") + "x", `1:26: 'x' behind the end of the notebook`},
		{"NaN", `{"x":[NaN]}`, "1:7: NaN is Python's, and no JSON (use null or a string)"},
		{"Infinity", `{"x":Infinity}`, "1:6: Infinity is Python's, and no JSON (use null or a string)"},
		{"-Infinity", `{"x":-Infinity}`, "1:6: -Infinity is Python's, and no JSON (use null or a string)"},
		{"a leading zero", `{"x":01}`, "1:6: not a JSON number"},
		{"a fraction without digits", `{"x":1.}`, "1:6: not a JSON number"},
		{"single quotes", `{'x':1}`, "1:2: an object's key must be a string in double quotes"},
		{"no colon", `{"x" 1}`, "1:6: a colon is missing behind an object's key"},
		{"no comma", `{"x":[1 2]}`, "1:9: a list goes on without a comma"},
		{"another bracket", `{"x":[1}`, "1:8: a list goes on without a comma"},
		{"a final comma", `{"x":[1,]}`, "1:9: a list ends in a comma"},
		{"a final comma of an object", `{"x":1,}`, "1:8: an object ends in a comma"},
		{"an unknown escape", `{"x":"\x00"}`, "1:7: not an escape of JSON"},
		{"a newline in a string", "{\"x\":\"a\nb\"}", `1:8: a string goes over the end of its line (write \n, or close it)`},
		{"a newline in a long string", "{\"x\":\"12345678\n2345678\"}", `1:15: a string goes over the end of its line (write \n, or close it)`},
		{"a control character", "{\"x\":\"\x01\"}", `1:7: control character U+0001 in a string (write \u0001)`},
		{"invalid UTF-8", "{\"x\":\"\xff\"}", "1:7: invalid UTF-8"},
		{"UTF-16", "\xff\xfe{\x00", "1:1: invalid UTF-8"},
		{"deep", `{"x":` + strings.Repeat("[", 1000), "1:1005: more than 1000 nested levels"},
		{"deep outputs", book(`{"outputs":` + strings.Repeat(`{"x":`, 2000)), "1:5020: more than 1000 nested levels"},
		{"nbformat 3", `{"metadata":{},"nbformat":3,"worksheets":[]}`, "1:27: nbformat is 3, and must be 4 (convert it: jupyter nbconvert --to notebook --inplace FILE)"},
		{"nbformat 5", `{"cells":{},"nbformat":5}`, "1:24: nbformat is 5, which is newer than what is known here: 4"},
		{"nbformat as text", `{"cells":[],"nbformat":"4"}`, "1:24: nbformat must be the number 4"},
		{"no nbformat", `{"cells":[]}`, "1:1: the notebook has no nbformat"},
		{"no cells", "\n" + `{"nbformat":4}`, "2:1: the notebook has no cells"},
		{"cells is no list", `{"cells":{},"nbformat":4}`, "1:10: cells must be a list, not an object"},
		{"cells twice", `{"cells":[],"\u0063ells":[],"nbformat":4}`, `1:13: the notebook has the key "cells" twice`},
		{"a cell is no object", book("1"), "1:24: cell 1 must be an object, not a number"},
		{"no cell_type", book(`{"source":""}`), "1:24: cell 1 has no cell_type"},
		{"no source", book(cell + ",\n" + `{"cell_type":"code"}`), "2:1: cell 2 has no source"},
		{"an unknown cell_type", book(`{"cell_type":"heading"}`), `1:37: cell 1 has the cell_type "heading" (nbformat 4 has code, markdown and raw)`},
		{"a cell_type that is no string", book(`{"cell_type":4}`), "1:37: the cell_type of cell 1 must be a string, not a number"},
		{"source is null", book(`{"cell_type":"code","source":null}`), "1:53: the source of cell 1 must be a string or a list of strings, not null"},
		{"source has a number", book(`{"cell_type":"code","source":["a",1]}`), "1:58: a line of cell 1's source must be a string, not a number"},
		{"source twice", book(`{"source":"a","source":"b"}`), `1:38: cell 1 has the key "source" twice`},
		{"another version with cells of its own", `{"cells":[{"cell_type":"x"}],"nbformat":5}`, "1:41: nbformat is 5, which is newer than what is known here: 4"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := notebook.Parse("x.ipynb", []byte(tt.text))
			if err == nil || err.Error() != "x.ipynb:"+tt.want {
				t.Errorf("%v\nwant x.ipynb:%s", err, tt.want)
			}
			if _, ok := err.(*notebook.Error); !ok {
				t.Errorf("a %T", err)
			}
		})
	}
}

// What is not as it should be, and hinders no one.
func TestParseLenient(t *testing.T) {
	for _, tt := range []struct{ name, text string }{
		{"a byte order mark", "\ufeff" + book("")},
		{"metadata of other types", `{"nbformat":4,"metadata":{"kernelspec":null,"language_info":{"name":3}},"cells":[]}`},
		{"metadata is a list", `{"nbformat":4,"metadata":[],"cells":[]}`},
		{"a minor version of the future", `{"nbformat":4,"nbformat_minor":99,"cells":[]}`},
		{"an id that is no string", book(`{"id":7,"cell_type":"raw","source":[]}`)},
		{"a lone surrogate that nobody reads", book(`{"id":"\ud800","cell_type":"raw","source":"\udc00","outputs":"\ud800"}`)},
		{"a key twice that nobody reads", book(`{"a":1,"a":2,"cell_type":"raw","source":"x"}`)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := parse(t, "x.ipynb", tt.text)
			if string(b.Bytes()) != tt.text || b.Language != "" {
				t.Errorf("%q %q", b.Bytes(), b.Language)
			}
		})
	}
}

func TestSourceLoneSurrogate(t *testing.T) {
	b := parse(t, "x.ipynb", book(`{"cell_type":"code","source":["a\n",`+"\n"+`"\ud83d\ude00\ud83d\ud83e"]}`))
	const want = `x.ipynb:2:14: half of a surrogate pair, which no text can hold: \ud83d`
	if _, err := b.Source(0); err == nil || err.Error() != want {
		t.Error(err)
	}
	if err := b.SetSource(0, nil); err == nil || err.Error() != want {
		t.Error(err)
	}
}

func TestSetSource(t *testing.T) {
	for _, tt := range []struct{ name, source, text, want string }{
		{"a list", `["a\n", "b"]`, "x\ny", `["x\n", "y"]`},
		{"a list without spaces", `["a\n","b"]`, "x\ny\nz", `["x\n","y\n","z"]`},
		{"a line a string", "[\r\n\t\"a\\n\",\r\n\t\"b\"\r\n]", "x\ny\nb", "[\r\n\t\"x\\n\",\r\n\t\"y\\n\",\r\n\t\"b\"\r\n]"},
		{"lines of one string only", "[\n  \"a\"\n ]", "x\ny", "[\n  \"x\\n\",\n  \"y\"\n ]"},
		{"a list that becomes empty", "[\n  \"a\"\n ]", "", "[]"},
		{"an empty list", `[]`, "x\ny", `["x\n","y"]`},
		{"a string", `"a\nb"`, "x\ny", `"x\ny"`},
		{"an empty string", `""`, "x", `"x"`},
		{"a string that becomes empty", `"a"`, "", `""`},
		{"lines that stay keep their spelling", `[ "\u0061\n" ,"b\n","\u0063\u000a",  "d"]`, "a\nx\nc\nd", `[ "\u0061\n" ,"x\n","\u0063\u000a",  "d"]`},
		{"so do those of a string", `"\u0061\nb\u000ac"`, "a\nx\nc", `"\u0061\nx\nc"`},
		{"and those that move", `["\u0061\n","b\n"]`, "x\na\ny\n", `["x\n","\u0061\n","y\n"]`},
		{"the first of two spellings", `["é\n","b\n","\u00e9\n"]`, "x\né\nb\né\n", `["x\n","é\n","b\n","\u00e9\n"]`},
		{"a line in two strings", `["a","b\n","c\n"]`, "ab\nx\n", `["a","b\n","x\n"]`},
		{"a line in two strings that changes", `["a","b\n","c\n"]`, "ax\nc\n", `["ax\n","c\n"]`},
		{"two lines in a string", `["a\nb\n","c"]`, "a\nb\nx", `["a\nb\n","x"]`},
		{"a line more at the end", `["a"]`, "a\nb", `["a\n","b"]`},
		{"a line less at the end", `["a\n","b"]`, "a\n", `["a\n"]`},
		{"the same again", `["a\n","a\n"]`, "a\na\na\n", `["a\n","a\n","a\n"]`},
		{"the same once less", `["a\n","a\n"]`, "a\n", `["a\n"]`},
		{"empty strings", `["","a",""]`, "b", `["","b"]`},
		{"ASCII", `"\u00e9"`, "é\nß😀\u2028<", `"\u00e9\n\u00df\ud83d\ude00\u2028<"`},
		{"upper case", `"\u00E9"`, "ë", `"\u00EB"`},
		{"not ASCII", `"é"`, "ß\u2028", `"ß` + "\u2028" + `"`},
		{"as Go does", `"\u003cé"`, ">&é\u2029/", `"\u003e\u0026é\u2029/"`},
		{"as Go does without HTML", `"<\u2028"`, "<\u2029é", `"<\u2029é"`},
		{"a slash", `"\/"`, "a//b", `"a\/\/b"`},
		{"as .NET does", `"\u0022\u002B"`, "\"+-\u00e9", `"\u0022\u002B-é"`},
		{"controls", `"a"`, "\b\f\n\r\t\x00\x7f\\\"", `"\b\f\n\r\t\u0000` + "\x7f" + `\\\""`},
		{"CRLF", `["a\r\n","b\r\n"]`, "a\r\nx\r\n", `["a\r\n","x\r\n"]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const before, after = `{"nbformat":4,"cells":[{"cell_type":"code","source":`, `,"outputs":[]}]}`
			b := parse(t, "x.ipynb", before+tt.source+after)
			if err := b.SetSource(0, []byte(tt.text)); err != nil {
				t.Fatal(err)
			}
			again := parse(t, "x.ipynb", string(b.Bytes()))
			if text := source(t, again, 0); text != tt.text {
				t.Errorf("reads back as %q", text)
			}
			again.DropRecords()
			if got, want := string(again.Bytes()), before+tt.want+after; got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

// A list of one string does not show what stands between two.
func TestSetSourceComma(t *testing.T) {
	const text = `{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["a"]}, {"cell_type": "code", "source": []}]}`
	b := parse(t, "x.ipynb", text)
	for i := range b.Cells {
		if err := b.SetSource(i, []byte("x\ny")); err != nil {
			t.Fatal(err)
		}
	}
	want := strings.NewReplacer(`["a"]`, `["x\n", "y"]`, `[]`, `["x\n", "y"]`).Replace(text)
	if got := string(b.Bytes()); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// What one cell cannot tell, the rest of the notebook does.
func TestSetSourceManner(t *testing.T) {
	for _, tt := range []struct{ name, want string }{
		{"jupyter.ipynb", "    \"a < \\\"ü\\\"\\n\",\n    \"\u2028\"\n"},
		{"colab.ipynb", "        \"a < \\\"ü\\\"\\n\",\n        \"\u2028\"\n"},
		{"compact.ipynb", `["a < \"\u00fc\"\n","\u2028"]`},
		{"tabs.ipynb", "\t\t\t\t\"a \\u003c \\\"ü\\\"\\n\",\n\t\t\t\t\"\\u2028\"\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, text := sample(t, tt.name)
			i := len(b.Cells) - 1
			if err := b.SetSource(i, []byte("a < \"ü\"\n\u2028")); err != nil {
				t.Fatal(err)
			}
			got := string(b.Bytes())
			if !strings.Contains(got, tt.want) || strings.Contains(text, tt.want) {
				t.Errorf("no %s in\n%s", tt.want, got[b.Cells[i].Start:])
			}
			if err := b.SetSource(i, []byte(source(t, b, i))); err != nil || string(b.Bytes()) != text {
				t.Error("the old source does not bring the old text back", err)
			}
		})
	}
}

// A notebook with escapes of both cases has had more than one writer: the lower case counts.
func TestSetSourceHexCase(t *testing.T) {
	for source, want := range map[string]string{
		`\u00fc\u00FC`: `\u00fd`,
		`\u00FC\u00fc`: `\u00fd`,
		`\u00FC\u00FC`: `\u00FD`,
	} {
		b := parse(t, "book.ipynb", `{"cells":[{"cell_type":"code","source":"`+source+`"}],"nbformat":4,"nbformat_minor":4}`)
		if err := b.SetSource(0, []byte("ý")); err != nil {
			t.Fatal(err)
		}
		if got := string(b.Bytes()); !strings.Contains(got, `"source":"`+want+`"`) {
			t.Errorf("%s: no %s in %s", source, want, got)
		}
	}
}

func TestSetSourceInvalid(t *testing.T) {
	b, text := sample(t, "jupyter.ipynb")
	if err := b.SetSource(2, []byte("a\nb\xff")); err == nil || err.Error() != "jupyter.ipynb:cell 3:2:2: invalid UTF-8" {
		t.Error(err)
	}
	if !bytes.Equal(b.Bytes(), []byte(text)) {
		t.Error("the text changed")
	}
}

func TestPosition(t *testing.T) {
	for _, tt := range []struct {
		name           string
		cell, line, at int
		want           string
	}{
		{"jupyter.ipynb", 2, 2, 5, "jupyter.ipynb:cell 3:2:5"},
		{"book.gocell", 0, 1, 1, "book.gocell:11:4"},
		{"book.gocell", 0, 2, 1, "book.gocell:12:3"},
		{"book.gocell", 1, 1, 3, "book.gocell:16:3"},
		{"book.gocell", 1, 2, 3, "book.gocell:17:3"},
		{"book.gocell", 2, 2, 1, "book.gocell:25:1"},
		{"book.gocell", 3, 1, 1, "book.gocell:29:1"},
	} {
		b, _ := sample(t, tt.name)
		if got := b.Position(tt.cell, tt.line, tt.at).String(); got != tt.want {
			t.Errorf("%s cell %d %d:%d is %s, want %s", tt.name, tt.cell, tt.line, tt.at, got, tt.want)
		}
	}
}
