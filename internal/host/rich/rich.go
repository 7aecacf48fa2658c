// Package rich shows pictures and JSON. A program imports it if its cells may have any.
package rich

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/png"

	"github.com/cellwrap/cellwrap/internal/host"
)

func init() { host.More = data }

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
