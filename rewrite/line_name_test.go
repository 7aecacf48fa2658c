package rewrite_test

import (
	"strings"
	"testing"

	"github.com/cellwrap/cellwrap/rewrite"
)

// A file's name that Go's text cannot hold is in no //line comment.
func TestLineName(t *testing.T) {
	for _, tt := range []struct {
		name string
		want bool
	}{{"a.gocell", true}, {"été.gocell", true}, {"a\xff.gocell", false}, {"a\nb.gocell", false}, {"a\x00.gocell", false}} {
		out, err := rewrite.Cell([]byte("return 1\n"), rewrite.Options{LineName: tt.name, OutputName: "a_cell.go"})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(out.Code), "//line "); got != tt.want {
			t.Errorf("%q: //line is %v, want %v", tt.name, got, tt.want)
		}
	}
}
