package host

import (
	"encoding/base64"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Display shows the values that a cell ends in. There is nothing to show of no value, of one that
// is nil, and of an empty struct; nor of the error nil behind other values.
func Display(values ...any) {
	if n := len(values); n > 1 && values[n-1] == nil {
		values = values[:n-1]
	}
	values = slices.DeleteFunc(slices.Clone(values), func(v any) bool { return v == struct{}{} })
	if len(values) == 0 || len(values) == 1 && values[0] == nil {
		return
	}
	texts := make([]any, len(values))
	for i, v := range values {
		texts[i] = Brief(v)
	}
	text := strings.TrimSuffix(fmt.Sprintln(texts...), "\n")
	switch r := showing; {
	case r.frames.to != nil:
		data := []string{"text/plain", text}
		if len(values) == 1 {
			data = append(data, richData(values[0])...)
		}
		r.frames.write("result", data...)
	case r.sources != "":
		r.showOut(text)
	default:
		fmt.Fprintln(stdout, text)
	}
}

// Brief returns what is printed of a value: itself, unless package rich knows better.
var Brief = func(v any) any { return v }

// More returns further representations of a value, as pairs of MIME type and data. Package rich
// sets it: what it imports would make programs larger that have no use for it.
var More = func(v any) []string { return nil }

// richData returns what a value shows of itself through the interfaces that gophernotes
// established, as pairs of MIME type and data.
func richData(v any) []string {
	if p := reflect.ValueOf(v); p.Kind() == reflect.Pointer && p.IsNil() {
		return nil
	}
	var data []string
	add := func(mime, text string) { data = append(data, mime, text) }
	binary := func(mime string, b []byte) { add(mime, base64.StdEncoding.EncodeToString(b)) }
	if v, ok := v.(interface{ HTML() string }); ok {
		add("text/html", v.HTML())
	}
	if v, ok := v.(interface{ Markdown() string }); ok {
		add("text/markdown", v.Markdown())
	}
	if v, ok := v.(interface{ Latex() string }); ok {
		add("text/latex", v.Latex())
	}
	if v, ok := v.(interface{ JavaScript() string }); ok {
		add("application/javascript", v.JavaScript())
	}
	if v, ok := v.(interface{ SVG() string }); ok {
		add("image/svg+xml", v.SVG())
	}
	if v, ok := v.(interface{ PNG() []byte }); ok {
		binary("image/png", v.PNG())
	}
	if v, ok := v.(interface{ JPEG() []byte }); ok {
		binary("image/jpeg", v.JPEG())
	}
	if v, ok := v.(interface{ PDF() []byte }); ok {
		binary("application/pdf", v.PDF())
	}
	return append(data, More(v)...)
}
