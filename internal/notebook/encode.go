package notebook

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// encoder writes JSON without white space. Keys are in alphabetical order, as nbformat has them.
type encoder struct {
	buf    []byte
	manner *manner
	err    error
}

func (e *encoder) raw(s string) { e.buf = append(e.buf, s...) }

func (e *encoder) string(s string) {
	s = strings.ToValidUTF8(s, "\ufffd") // a program may print anything
	e.buf = append(e.manner.appendText(append(e.buf, '"'), []byte(s)), '"')
}

func (e *encoder) list(n int, element func(int)) {
	e.raw("[")
	for i := range n {
		if i > 0 {
			e.raw(",")
		}
		element(i)
	}
	e.raw("]")
}

func (e *encoder) lines(s string) {
	list := slices.Collect(strings.Lines(s))
	e.list(len(list), func(i int) { e.string(list[i]) })
}

func (e *encoder) output(o Output) {
	switch o.Type {
	case Stream:
		e.raw(`{"name":`)
		e.string(o.Name)
		e.raw(`,"output_type":"stream","text":`)
		e.lines(o.Text)
	case Failure:
		e.raw(`{"ename":`)
		e.string(o.Name)
		e.raw(`,"evalue":`)
		e.string(o.Text)
		e.raw(`,"output_type":"error","traceback":`)
		e.list(len(o.Traceback), func(i int) { e.string(o.Traceback[i]) })
	case Display, Result:
		e.raw(`{"data":`)
		e.data(o.Data)
		if o.Type == Result {
			e.raw(`,"execution_count":`)
			e.buf = appendCount(e.buf, o.Count)
		}
		e.raw(`,"metadata":`)
		e.metadata(o.Metadata)
		e.raw(`,"output_type":"` + string(o.Type) + `"`)
	default:
		e.fail(fmt.Errorf("nbformat has no output of type %q", o.Type))
	}
	e.raw("}")
}

func (e *encoder) data(data map[string]string) {
	mimes := slices.Sorted(maps.Keys(data))
	e.raw("{")
	for i, mime := range mimes {
		if i > 0 {
			e.raw(",")
		}
		e.string(mime)
		e.raw(":")
		switch value := data[mime]; {
		case isJSON(mime):
			e.json(strconv.Quote(mime), value)
		case isLines(mime):
			e.lines(value)
		default:
			e.string(value)
		}
	}
	e.raw("}")
}

func (e *encoder) metadata(object string) {
	if object == "" {
		object = "{}"
	}
	if object[0] != '{' {
		e.fail(errors.New("the metadata of an output: not a JSON object"))
	}
	e.json("the metadata of an output", object)
}

// json writes JSON from elsewhere.
func (e *encoder) json(what, value string) {
	if !json.Valid([]byte(value)) {
		e.fail(fmt.Errorf("%s: not JSON", what))
		return
	}
	e.raw(compact([]byte(value)))
}

func (e *encoder) fail(err error) {
	if e.err == nil {
		e.err = err
	}
}

func appendCount(dst []byte, n int) []byte {
	if n == 0 {
		return append(dst, "null"...)
	}
	return strconv.AppendInt(dst, int64(n), 10)
}
