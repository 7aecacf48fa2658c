package notebook

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// OutputType is nbformat's name of what a code cell shows.
type OutputType string

const (
	Stream  OutputType = "stream"         // what was printed: Name, Text
	Display OutputType = "display_data"   // what was displayed: Data, Metadata
	Result  OutputType = "execute_result" // the value of the cell: as Display, and Count
	Failure OutputType = "error"          // Name, Text, Traceback
)

// Output is one output of a code cell.
type Output struct {
	Type OutputType

	Name string // of a stream, "stdout" or "stderr"; of an error, such as "PanicError"
	Text string // of a stream, or an error's message

	// Data has the same thing in several MIME types: text as it is, the JSON of application/json
	// and of +json types, and base64 of what is not text.
	Data     map[string]string
	Metadata string // a JSON object, or "" for an empty one
	Count    int    // the n of Out[n]; 0 is none

	Traceback []string // of an error, with ANSI colours
}

// isJSON reports whether values of a MIME type are kept as JSON and not as text.
func isJSON(mime string) bool {
	return mime == "application/json" || strings.HasPrefix(mime, "application/") && strings.HasSuffix(mime, "+json")
}

// isLines reports whether values of a MIME type are kept as a list of lines, as nbformat does it.
func isLines(mime string) bool {
	return strings.HasPrefix(mime, "text/") || mime == "application/javascript" || mime == "image/svg+xml"
}

// storedOutput is an output in nbformat.
type storedOutput struct {
	Type      OutputType                 `json:"output_type"`
	Name      string                     `json:"name"`
	Text      lines                      `json:"text"`
	Data      map[string]json.RawMessage `json:"data"`
	Metadata  json.RawMessage            `json:"metadata"`
	Count     *int                       `json:"execution_count"`
	EName     string                     `json:"ename"`
	EValue    string                     `json:"evalue"`
	Traceback []string                   `json:"traceback"`
}

// lines is nbformat's multi-line string: a string, or a list of strings.
type lines string

func (l *lines) UnmarshalJSON(text []byte) error {
	if text[0] != '[' {
		return json.Unmarshal(text, (*string)(l))
	}
	var list []string
	err := json.Unmarshal(text, &list)
	*l = lines(strings.Join(list, ""))
	return err
}

// Outputs returns the outputs that the file has for a cell, none if it is not code. An error is
// an *Error.
func (b *Book) Outputs(i int) ([]Output, error) {
	at := b.Cells[i].outputs
	if b.Cells[i].Kind != Code || at == (span{}) {
		return nil, nil
	}
	fail := func(what string) ([]Output, error) {
		return nil, errorAt(b.Name, b.text, at.start, "the outputs of cell %d are not nbformat's: %s", i+1, what)
	}
	if b.text[at.start] != '[' {
		return fail("they must be a list")
	}
	var stored []storedOutput
	if err := json.Unmarshal(b.text[at.start:at.end], &stored); err != nil {
		var wrong *json.UnmarshalTypeError
		if !errors.As(err, &wrong) {
			return fail(err.Error())
		}
		return fail(cmp.Or(wrong.Field, "an output") + " cannot be of type " + wrong.Value)
	}
	outputs := make([]Output, len(stored))
	for i, s := range stored {
		o := Output{Type: s.Type, Name: s.Name, Text: string(s.Text), Traceback: s.Traceback}
		if s.Type == Failure {
			o.Name, o.Text = s.EName, s.EValue
		}
		if s.Count != nil {
			o.Count = *s.Count
		}
		if o.Metadata = compact(s.Metadata); o.Metadata == "{}" || o.Metadata == "null" {
			o.Metadata = ""
		}
		if s.Data != nil {
			o.Data = make(map[string]string, len(s.Data))
		}
		for mime, value := range s.Data {
			var text lines
			if !isJSON(mime) && text.UnmarshalJSON(value) != nil {
				return fail(strconv.Quote(mime) + " must be a string or a list of strings")
			}
			o.Data[mime] = string(text)
			if isJSON(mime) {
				o.Data[mime] = compact(value)
			}
		}
		outputs[i] = o
	}
	return outputs, nil
}

// compact returns valid JSON without the white space between its tokens.
func compact(value []byte) string {
	var buf bytes.Buffer
	if len(value) > 0 {
		_ = json.Compact(&buf, value) // it was checked
	}
	return buf.String()
}

// SetOutputs changes the outputs of a code cell. Those that are in the file already stay as they
// are spelled there. An error says that they cannot be stored: in a percent-format file none can.
func (b *Book) SetOutputs(i int, outputs []Output) error {
	if err := b.canStore(i); err != nil {
		return err
	}
	c := &b.Cells[i]
	if old, err := b.Outputs(i); err == nil && c.outputs != (span{}) && slices.EqualFunc(old, outputs, same) {
		b.set(i, "outputs", c.outputs, b.text[c.outputs.start:c.outputs.end])
		return nil
	}
	e := encoder{manner: b.mannerOfAll().guess()}
	e.list(len(outputs), func(i int) { e.output(outputs[i]) })
	if e.err != nil {
		return fmt.Errorf("%s: %w", b.CellName(i), e.err)
	}
	b.setMember(i, "outputs", c.outputs, e.buf)
	return nil
}

// same reports whether two outputs are stored alike.
func same(a, b Output) bool {
	if len(a.Data) == 0 && len(b.Data) == 0 {
		a.Data, b.Data = nil, nil
	}
	if len(a.Traceback) == 0 && len(b.Traceback) == 0 {
		a.Traceback, b.Traceback = nil, nil
	}
	return reflect.DeepEqual(a, b)
}

// SetExecutionCount changes the n of a code cell's In [n]; 0 is none. An error says that it cannot
// be stored.
func (b *Book) SetExecutionCount(i, n int) error {
	if err := b.canStore(i); err != nil {
		return err
	}
	b.setMember(i, "execution_count", b.Cells[i].count, appendCount(nil, n))
	return nil
}

// canStore returns an error if a cell cannot have outputs.
func (b *Book) canStore(i int) error {
	switch {
	case b.json == nil:
		return errors.New(b.Name + ": a percent-format file stores no outputs")
	case b.Cells[i].Kind != Code:
		return fmt.Errorf("%s: a %s cell has no outputs", b.CellName(i), b.Cells[i].Kind)
	}
	return nil
}

// setMember changes or adds a member of a cell, to JSON without white space.
func (b *Book) setMember(i int, key string, at span, value []byte) {
	c := &b.Cells[i]
	l := *b.json
	var indent string
	l.newline, indent = b.keyLayout(c)
	if at != (span{}) {
		b.set(i, key, at, l.appendLaid(nil, value, indent))
		return
	}
	text := []byte(l.comma)
	if l.newline != "" {
		text = append([]byte{','}, b.text[c.object.start+1:c.first]...)
	}
	text = append(append(append(text, '"'), key...), '"')
	text = append(text, l.colon...)
	b.set(i, key, span{c.last, c.last}, l.appendLaid(text, value, indent))
}
