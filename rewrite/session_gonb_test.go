package rewrite_test

import (
	"testing"

	"github.com/cellwrap/cellwrap/rewrite"
)

// TestSessionVars holds what later cells see of the variables of a cell that GoNB runs as it is: those
// that it memorises, not those of its func main.
func TestSessionVars(t *testing.T) {
	for cell, known := range map[string]bool{
		"var count = 5": true,
		"var count = 5\nfunc inc() int { count++; return count }": true,
		"var count = 5\n%%\nfmt.Println(count)":                   true,
		"%%\nvar count = 5\n_ = count":                            false,
		"func main() { var count = 5; _ = count }":                false,
		"var count = 5; count++":                                  false, // it is given a func main
	} {
		s := rewrite.NewSession(rewrite.Options{Target: rewrite.GoNB, FixImports: true, Env: rewrite.NewEnv(t.TempDir())})
		if _, err := s.Cell(t.Context(), []byte(cell), "cell 1"); err != nil {
			t.Fatalf("%q: %v", cell, err)
		}
		out, err := s.Cell(t.Context(), []byte("%%run_in_reactor r\nreturn count * 2"), "cell 2")
		if known && (err != nil || out.Result != "int" || len(out.Diagnostics) > 0) || !known && err == nil {
			t.Errorf("behind %q: %+v, %v", cell, out, err)
		}
	}
}
