package rewrite_test

import (
	"strings"
	"testing"

	"github.com/cellwrap/cellwrap/rewrite"
)

// TestPassesBytes holds that tokens decide whether a cell with bytes that Go cannot have is ours to refuse: a word in a string,
// in a comment or in a longer name does not.
func TestPassesBytes(t *testing.T) {
	for text, refused := range map[string]bool{
		"x := \"await d\"\x00":              false,
		"// await d\x00":                    false,
		"awaited := 1\x00":                  false,
		"await := 1\x00":                    false,
		"s := \"//cellwrap:autoawait\"\x00": false,
		"x := 7 %autoawait\x00":             false,
		"x := await d\x00":                  true,
		"%%run_in_reactor r\nx := 1\x00":    true,
		"//cellwrap:autoawait off\n\x00":    true,
	} {
		out, err := rewrite.Cell([]byte(text), rewrite.Options{MagicOnly: true})
		switch {
		case refused && (err == nil || !strings.Contains(err.Error(), "NUL")):
			t.Errorf("%q: %v", text, err)
		case !refused && (err != nil || string(out.Code) != text):
			t.Errorf("%q is refused: %v", text, err)
		}
	}
}
