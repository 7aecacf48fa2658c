package notebook_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/cellwrap/cellwrap/internal/notebook"
)

// FuzzOutputs reads the outputs that are stored in any notebook: what is wrong with them has a position;
// set to what they are, they stay as they are spelled; stored in another notebook they are read back, and
// nbformat's keys and no others are there.
func FuzzOutputs(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.ipynb")
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil {
			f.Add(text)
		}
	}
	for _, stored := range []string{
		`[]`, `null`, `{}`, `[null]`, `[{}]`, `[{"output_type":"stream","name":"stdout","text":["a\n","\ud83d\ude00"]}]`,
		`[{"output_type":"display_data","data":{"text/plain":"x","application/json":{"a":[1e400]},"image/png":["a","b"]},"metadata":{"x":null}}]`,
		`[{"output_type":"execute_result","execution_count":7,"data":{"text/plain":7},"metadata":null}]`,
		`[{"output_type":"error","ename":"E","evalue":"\ud800","traceback":["\u001b[31m"]},{"output_type":"other","text":1}]`,
		`[{"output_type":"execute_result","execution_count":-1,"data":null}]`, `[{"output_type":"stream","text":""}]`,
	} {
		f.Add([]byte(book(`{"cell_type":"code","metadata":{},"source":"1","outputs":` + stored + `}`)))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		b, err := notebook.Parse("x.ipynb", text)
		if err != nil {
			return
		}
		for i, c := range b.Cells {
			outputs, err := b.Outputs(i)
			if err != nil {
				e, ok := err.(*notebook.Error)
				if !ok || outputs != nil || e.Pos.Line < 1 || e.Pos.Column < 1 || e.Pos.Offset > len(text) || bytes.ContainsRune([]byte(e.Msg), '\n') {
					t.Fatalf("%v, %#v", outputs, err)
				}
				continue
			}
			if c.Kind != notebook.Code {
				if outputs != nil || b.SetOutputs(i, nil) == nil {
					t.Fatalf("a %s cell has outputs %v", c.Kind, outputs)
				}
				continue
			}
			if outputs == nil { // set, they would be there
				continue
			}
			if b.SetOutputs(i, outputs) == nil && !bytes.Equal(b.Bytes(), text) {
				t.Fatalf("set to the same outputs, cell %d has changed:\n%s", i+1, b.Bytes())
			}
			elsewhere(t, outputs)
		}
	})
}

// elsewhere stores outputs in another notebook.
func elsewhere(t *testing.T, outputs []notebook.Output) {
	b, err := notebook.Parse("y.ipynb", []byte(book(`{"cell_type":"code","metadata":{},"source":"1","outputs":[]}`)))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.SetOutputs(0, outputs); err != nil {
		for _, o := range outputs {
			switch o.Type {
			case notebook.Stream, notebook.Display, notebook.Result, notebook.Failure:
			default:
				return
			}
			if o.Metadata != "" && o.Metadata[0] != '{' {
				return
			}
		}
		t.Fatalf("%v: %#v", err, outputs)
	}
	var stored struct {
		Cells []struct{ Outputs []map[string]any }
	}
	decoder := json.NewDecoder(bytes.NewReader(b.Bytes()))
	decoder.UseNumber()
	if err := decoder.Decode(&stored); err != nil {
		t.Fatalf("%v in\n%s", err, b.Bytes())
	}
	keys := map[notebook.OutputType][]string{
		notebook.Stream: {"name", "output_type", "text"}, notebook.Failure: {"ename", "evalue", "output_type", "traceback"},
		notebook.Display: {"data", "metadata", "output_type"}, notebook.Result: {"data", "execution_count", "metadata", "output_type"},
	}
	for _, o := range stored.Cells[0].Outputs {
		want := keys[notebook.OutputType(fmt.Sprint(o["output_type"]))]
		for _, key := range want {
			if _, ok := o[key]; !ok {
				t.Fatalf("no %s in %v", key, o)
			}
		}
		if len(o) != len(want) {
			t.Fatalf("%v has keys of its own", o)
		}
	}
	again, err := notebook.Parse("y.ipynb", b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	back, err := again.Outputs(0)
	if err != nil {
		t.Fatal(err)
	}
	want := make([]notebook.Output, len(outputs))
	for i, o := range outputs {
		want[i] = kept(o)
	}
	if len(back)+len(want) > 0 && !reflect.DeepEqual(back, want) {
		t.Fatalf("(-want +got):\n%s", cmp.Diff(want, back))
	}
}

// kept returns what nbformat keeps of an output: what its type has.
func kept(o notebook.Output) notebook.Output {
	k := notebook.Output{Type: o.Type}
	switch o.Type {
	case notebook.Stream:
		k.Name, k.Text = o.Name, o.Text
	case notebook.Failure:
		k.Name, k.Text, k.Traceback = o.Name, o.Text, append([]string{}, o.Traceback...)
	case notebook.Result:
		k.Count = o.Count
		fallthrough
	case notebook.Display:
		k.Metadata, k.Data = o.Metadata, map[string]string{}
		for mime, text := range o.Data {
			if !utf8.ValidString(mime) {
				panic("JSON has it")
			}
			k.Data[mime] = text
		}
	}
	return k
}
