package notebook_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cellwrap/cellwrap/internal/notebook"
)

// outputs is one of each type.
var outputs = []notebook.Output{
	{Type: notebook.Stream, Name: "stdout", Text: "a\nb <é>"},
	{Type: notebook.Display, Data: map[string]string{
		"text/plain":       "x",
		"text/html":        "<b>\nx",
		"image/png":        "iVBORw0KGgo=",
		"image/svg+xml":    "<svg>\n</svg>",
		"application/json": `{"a":[1,[],{}],"b":{"c":null}}`,
	}, Metadata: `{"image/png":{"width":16}}`},
	{Type: notebook.Result, Data: map[string]string{"text/plain": "1.5"}, Count: 7},
	{Type: notebook.Failure, Name: "PanicError", Text: "no", Traceback: []string{"\x1b[31mPanicError\x1b[0m: no", "cell 5:1:1"}},
	{Type: notebook.Stream, Name: "stderr"},
}

const laidOut = `[
    {
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "a\n",
      "b <é>"
     ]
    },
    {
     "data": {
      "application/json": {
       "a": [
        1,
        [],
        {}
       ],
       "b": {
        "c": null
       }
      },
      "image/png": "iVBORw0KGgo=",
      "image/svg+xml": [
       "<svg>\n",
       "</svg>"
      ],
      "text/html": [
       "<b>\n",
       "x"
      ],
      "text/plain": [
       "x"
      ]
     },
     "metadata": {
      "image/png": {
       "width": 16
      }
     },
     "output_type": "display_data"
    },
    {
     "data": {
      "text/plain": [
       "1.5"
      ]
     },
     "execution_count": 7,
     "metadata": {},
     "output_type": "execute_result"
    },
    {
     "ename": "PanicError",
     "evalue": "no",
     "output_type": "error",
     "traceback": [
      "\u001b[31mPanicError\u001b[0m: no",
      "cell 5:1:1"
     ]
    },
    {
     "name": "stderr",
     "output_type": "stream",
     "text": []
    }
   ]`

func TestSetOutputs(t *testing.T) {
	var oneLine bytes.Buffer
	if err := json.Compact(&oneLine, []byte(laidOut)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, before, after, want string }{
		{"in the notebook's indentation",
			"{\n \"cells\": [\n  {\n   \"cell_type\": \"code\",\n   \"source\": \"\",\n   \"outputs\": ", "\n  }\n ],\n \"nbformat\": 4\n}\n",
			laidOut},
		{"with tabs and CRLF",
			"{\r\n\t\"cells\" : [\r\n\t\t{\r\n\t\t\t\"cell_type\": \"code\",\r\n\t\t\t\"source\": \"\",\r\n\t\t\t\"outputs\": ", "}],\"nbformat\":4}",
			tabs(laidOut)},
		{"on one line", `{"cells":[{"cell_type":"code","source":"é","outputs":`, `}],"nbformat":4}`, oneLine.String()},
	} {
		for _, old := range []string{"[]", "null", ` [ {"output_type" : "stream" } ]`} {
			t.Run(tt.name+" for "+old, func(t *testing.T) {
				b := parse(t, "x.ipynb", tt.before+old+tt.after)
				if err := b.SetOutputs(0, outputs); err != nil {
					t.Fatal(err)
				}
				got := string(b.Bytes())
				_, value, _ := strings.Cut(got, tt.before)
				value = strings.TrimPrefix(strings.TrimSuffix(value, tt.after), " ")
				if diff := cmp.Diff(tt.want, value); diff != "" {
					t.Error(diff)
				}
				b = parse(t, "x.ipynb", got)
				stored, err := b.Outputs(0)
				if diff := cmp.Diff(outputs, stored); diff != "" || err != nil {
					t.Error(diff, err)
				}
				if err := b.SetOutputs(0, stored); err != nil || string(b.Bytes()) != got {
					t.Error("the same outputs change the text", err)
				}
			})
		}
	}
}

// tabs lays text out as the test with tabs wants it.
func tabs(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		rest := strings.TrimLeft(line, " ")
		b.WriteString(strings.Repeat("\t", len(line)-len(rest)) + strings.ReplaceAll(strings.ReplaceAll(rest, `": `, `" : `), "\n", "\r\n"))
	}
	return b.String()
}

// Outputs of somebody else's spelling stay, if they are the same.
func TestSetOutputsSame(t *testing.T) {
	text := book(`{"cell_type":"code","source":"","outputs":[
		{"text":"a\u0062","name":"stdout","output_type":"stream"},
		{"output_type":"display_data","data":{"text/plain":"a\nb","application/x+json":{"z": 1}}}]}`)
	b := parse(t, "x.ipynb", text)
	same := []notebook.Output{
		{Type: notebook.Stream, Name: "stdout", Text: "ab"},
		{Type: notebook.Display, Data: map[string]string{"text/plain": "a\nb", "application/x+json": `{"z":1}`}},
	}
	if err := b.SetOutputs(0, same[:1]); err != nil || string(b.Bytes()) == text {
		t.Error("a change changes nothing", err)
	}
	if err := b.SetOutputs(0, same); err != nil || string(b.Bytes()) != text {
		t.Errorf("%s %v", b.Bytes(), err)
	}
}

// Metadata of null, which some writers have, are none.
func TestOutputsMetadata(t *testing.T) {
	for _, metadata := range []string{`null`, `{}`, `{ }`} {
		b := parse(t, "x.ipynb", book(`{"cell_type":"code","source":"","outputs":[{"output_type":"display_data","data":{},"metadata":`+metadata+`}]}`))
		got, err := b.Outputs(0)
		if err != nil || len(got) != 1 || got[0].Metadata != "" {
			t.Errorf("%s: %+v, %v", metadata, got, err)
		}
	}
}

// A cell that has no outputs member gets one with no outputs, too: nbformat wants it.
func TestSetOutputsEmpty(t *testing.T) {
	b := parse(t, "x.ipynb", book(`{"cell_type":"code","source":""}`))
	want := book(`{"cell_type":"code","source":"","outputs":[]}`)
	if err := b.SetOutputs(0, nil); err != nil || string(b.Bytes()) != want {
		t.Errorf("%s %v, want %s", b.Bytes(), err, want)
	}
}

func TestSetMembers(t *testing.T) {
	for _, tt := range []struct{ name, cell, want string }{
		{"stored", `{"execution_count":1,"cell_type":"code","outputs":[],"source":""}`, `{"execution_count":12,"cell_type":"code","outputs":[{"name":"","output_type":"stream","text":[]}],"source":""}`},
		{"missing", `{"cell_type":"code","source":""}`, `{"cell_type":"code","source":"","execution_count":12,"outputs":[{"name":"","output_type":"stream","text":[]}]}`},
		{"missing, on lines", "{\n\t\"cell_type\": \"code\",\n\t\"source\": \"\"\n}", "{\n\t\"cell_type\": \"code\",\n\t\"source\": \"\",\n\t\"execution_count\":12,\n\t\"outputs\":[\n\t{\n\t\"name\":\"\",\n\t\"output_type\":\"stream\",\n\t\"text\":[]\n\t}\n\t]\n}"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := parse(t, "x.ipynb", book(tt.cell))
			if err := b.SetOutputs(0, []notebook.Output{{Type: notebook.Stream}}); err != nil {
				t.Fatal(err)
			}
			if err := b.SetExecutionCount(0, 12); err != nil {
				t.Fatal(err)
			}
			if got := string(b.Bytes()); got != book(tt.want) {
				t.Errorf("%q\nwant %q", got, book(tt.want))
			}
			if err := b.SetExecutionCount(0, 0); err != nil || !strings.Contains(string(b.Bytes()), `"execution_count":null`) {
				t.Error(string(b.Bytes()), err)
			}
		})
	}
}

func TestSetOutputsError(t *testing.T) {
	b, text := sample(t, "jupyter.ipynb")
	percent := parse(t, "x.go", "x")
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"a markdown cell", b.SetOutputs(0, nil), "jupyter.ipynb:cell 1: a markdown cell has no outputs"},
		{"a count of it", b.SetExecutionCount(0, 1), "jupyter.ipynb:cell 1: a markdown cell has no outputs"},
		{"a percent-format file", percent.SetOutputs(0, nil), "x.go: a percent-format file stores no outputs"},
		{"an unknown type", b.SetOutputs(1, []notebook.Output{{Type: "pyout"}}), `jupyter.ipynb:cell 2: nbformat has no output of type "pyout"`},
		{"no JSON", b.SetOutputs(1, []notebook.Output{{Type: notebook.Display, Data: map[string]string{"application/json": "{"}}}), `jupyter.ipynb:cell 2: "application/json": not JSON`},
		{"metadata that is no object", b.SetOutputs(1, []notebook.Output{{Type: notebook.Display, Metadata: "1"}}), "jupyter.ipynb:cell 2: the metadata of an output: not a JSON object"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.err == nil || tt.err.Error() != tt.want {
				t.Errorf("%v\nwant %s", tt.err, tt.want)
			}
		})
	}
	if string(b.Bytes()) != text {
		t.Error("the text changed")
	}
}

func TestOutputsError(t *testing.T) {
	for _, tt := range []struct{ name, outputs, want string }{
		{"no list", `{}`, "they must be a list"},
		{"null", `null`, "they must be a list"},
		{"no object", `[1]`, "an output cannot be of type number"},
		{"a bundle of numbers", `[{"data":{"text/plain":1}}]`, `"text/plain" must be a string or a list of strings`},
		{"text of numbers", `[{"text":1}]`, "text cannot be of type number"},
		{"a list of numbers", `[{"text":["",1]}]`, "text cannot be of type number"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := parse(t, "x.ipynb", book(`{"cell_type":"code","source":"","outputs":`+tt.outputs+`}`))
			const want = "x.ipynb:1:66: the outputs of cell 1 are not nbformat's: "
			if _, err := b.Outputs(0); err == nil || err.Error() != want+tt.want {
				t.Errorf("%v\nwant %s", err, want+tt.want)
			}
		})
	}
}

func TestOutputsNone(t *testing.T) {
	b := parse(t, "x.ipynb", book(`{"cell_type":"code","source":""},{"cell_type":"raw","source":"","outputs":1}`))
	for i := range b.Cells {
		if got, err := b.Outputs(i); got != nil || err != nil {
			t.Error(got, err)
		}
	}
}

// What a program prints need not be UTF-8; the file must.
func TestSetOutputsBytes(t *testing.T) {
	b := parse(t, "x.ipynb", book(`{"cell_type":"code","source":""}`))
	if err := b.SetOutputs(0, []notebook.Output{{Type: notebook.Stream, Text: "a\xffb\x00"}}); err != nil {
		t.Fatal(err)
	}
	got, err := parse(t, "x.ipynb", string(b.Bytes())).Outputs(0)
	if err != nil || got[0].Text != "a\ufffdb\x00" {
		t.Errorf("%+v %v", got, err)
	}
}

// validate is Jupyter's own judgement of the notebooks that it is given.
const validate = `
import json, sys, nbformat
for text in json.load(sys.stdin):
    nbformat.validate(nbformat.reads(text, as_version=nbformat.NO_CONVERT), relax_add_props=False)
`

// TestNbformat has Jupyter's validator read what we write.
func TestNbformat(t *testing.T) {
	python := ""
	for _, name := range []string{"python3", "/usr/bin/python3"} { // Debian's, where another is first
		if exec.Command(name, "-c", "import nbformat").Run() == nil {
			python = name
		}
	}
	if python == "" {
		t.Skip("no Python that has nbformat (apt-get install python3-nbformat)")
	}
	var texts []string
	files, _ := filepath.Glob("testdata/*.ipynb")
	for _, file := range files {
		b, text := sample(t, filepath.Base(file))
		texts = append(texts, text)
		for i, c := range b.Cells {
			if err := b.SetSource(i, []byte("a < é\n\u2028\x00\tb\r\n\n\"")); err != nil {
				t.Fatal(err)
			}
			if c.Kind != notebook.Code {
				continue
			}
			if err := b.SetOutputs(i, outputs); err != nil {
				t.Fatal(err)
			}
			if err := b.SetExecutionCount(i, i); err != nil {
				t.Fatal(err)
			}
		}
		texts = append(texts, string(b.Bytes()))
	}
	in, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", validate)
	cmd.Stdin = strings.NewReader(string(in))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
