package golden

import (
	"strings"
	"testing"

	"github.com/cellwrap/cellwrap/rewrite"
)

func TestParseRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"no prose":      {"-- cell --\nreturn 1\n", "no prose"},
		"no cell":       {"why\n-- file --\n", "no section cell"},
		"typo":          {"why\n-- cell --\n-- fiel --\n", "unknown section fiel"},
		"two wants":     {"why\n-- cell --\n-- file --\n-- file.error --\n", "a second section"},
		"flag":          {"why\n-- flags --\n-x\n-- cell --\n", "unknown flag -x"},
		"flag's value":  {"why\n-- flags --\n-a\n-- cell --\n", "no value for -a"},
		"carriage":      {"why\n-- cell --\nx\r\n", "cell.quoted"},
		"bad quotes":    {"why\n-- cell.quoted --\nx\n", "string literal"},
		"no newline":    {"why\n-- cell --\nx", "byte for byte"},
		"any template":  {"why\n-- cell --\n-- template --\npackage p\n", "one target"},
		"bad template":  {"why\n-- cell --\n-- template --\n}\n-- file --\n", "x.tmpl:1:1"},
		"wrong in kind": {"why\n-- cell --\n-- template --\npackage p\n-- block --\n", "cell_body"},
	} {
		_, err := parse("x.txtar", []byte(tt.text))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, tt.want)
		}
	}
}

// An update must keep what it does not write.
func TestSetKeepsTheRest(t *testing.T) {
	const text = "why\n\n-- flags --\n-a x\n-- cell.quoted --\n\"a\\r\\n\"\n`b`\n-- file.error --\nold\n-- support.go --\npackage cell\n"
	c, err := parse("x.txtar", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(c.Cell); got != "a\r\nb" {
		t.Errorf("cell %q", got)
	}
	if o := c.Options(rewrite.Block, nil); o.Assign != "x" || o.Target != rewrite.Block || o.LineName != "x.gocell" {
		t.Errorf("options %+v", o)
	}
	c.Set("file", []byte("no newline"))
	c.Set("notes", []byte("n\n"))
	want := strings.Replace(text, "-- file.error --\nold\n", "-- file.quoted --\n\"no newline\"\n", 1) + "-- notes --\nn\n"
	c.path = t.TempDir() + "/x.txtar"
	if err := c.Save(); err != nil {
		t.Fatal(err)
	}
	if string(c.raw) != want {
		t.Errorf("got\n%s\nwant\n%s", c.raw, want)
	}
}
