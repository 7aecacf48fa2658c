// Package rich shows pictures and JSON. A program imports it if its cells may have any.
package rich

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"reflect"

	"github.com/cellwrap/cellwrap/internal/host"
)

func init() { host.Brief, host.More = brief, data }

// brief returns a picture's type and size, for the text of its pixels is none to read.
func brief(v any) any {
	m, ok := v.(image.Image)
	_, says := v.(fmt.Stringer)
	if p := reflect.ValueOf(v); !ok || says || p.Kind() == reflect.Pointer && p.IsNil() {
		return v
	}
	return fmt.Sprintf("%T %v", v, m.Bounds())
}

// data returns a picture as a PNG, and the JSON of what has some, as pairs of MIME type and data.
func data(v any) []string {
	var data []string
	if m, ok := v.(image.Image); ok {
		var b bytes.Buffer
		if err := png.Encode(&b, m); err != nil {
			panic(fmt.Errorf("the picture that the cell ends in: %w", err))
		}
		data = append(data, "image/png", base64.StdEncoding.EncodeToString(b.Bytes()))
	}
	if j, ok := v.(interface{ JSON() map[string]any }); ok {
		text, err := json.Marshal(j.JSON())
		if err != nil {
			panic(fmt.Errorf("the JSON that the cell ends in: %w", err))
		}
		data = append(data, "application/json", string(text))
	}
	return data
}
