package rewrite_test

import (
	"strings"
	"testing"

	"github.com/cellwrap/cellwrap/rewrite"
)

// TestForeignImportStays holds that only a standard package's import is ever dropped: another's
// name need not be what its path says, nor need its path have a dot. (No golden case, since there
// is no such package to compile with.)
func TestForeignImportStays(t *testing.T) {
	for _, path := range []string{"shop/db-utils", "example.com/x", "gopkg.in/yaml.v3", "shop/v2"} {
		out, err := rewrite.Cell([]byte("import \""+path+"\"\nother.F()\n"), rewrite.Options{})
		if err != nil || !strings.Contains(string(out.Code), "\t\""+path+"\"\n") {
			t.Errorf("%s: %v", path, err)
		}
	}
	out, err := rewrite.Cell([]byte("import \"net/http\"\nother.F()\n"), rewrite.Options{})
	if err != nil || strings.Contains(string(out.Code), "net/http") {
		t.Errorf("net/http, which the cell does not use, stays: %v", err)
	}
}
