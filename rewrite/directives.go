package rewrite

import (
	"bytes"
	"go/build/constraint"
	"strings"
)

// checkComment refuses a comment that says something to the toolchain which a cell cannot.
func (s *source) checkComment(off int, lit string) *Error {
	if constraint.IsGoBuild(lit) || constraint.IsPlusBuild(lit) {
		// Wherever it stands, gofmt would move it to the top of the file.
		return s.errorf(off, "a cell cannot have a build constraint (it is not a file of its own)")
	}
	if why := refusedDirective(lit); why != "" && s.startsLine(off) {
		return s.errorf(off, "%s", why)
	}
	return nil
}

// refusedDirective returns why a cell cannot have a comment that the compiler obeys, or "".
func refusedDirective(comment string) string {
	name, _, _ := strings.Cut(comment, " ")
	switch name, _ := strings.CutPrefix(name, "//go:"); {
	case name == "embed":
		return "a cell cannot embed files (its variables are local, and //go:embed needs one of the package)"
	case name == "linkname":
		return "a cell cannot link names (its variables are local, and //go:linkname needs one of the package)"
	case strings.HasPrefix(name, "cgo_"):
		return "a cell cannot have cgo directives (Go accepts them only in files that cgo has made)"
	}
	return ""
}

// checkGenerate refuses a file in which go generate would run a command that the cell's text has: go generate
// looks at lines, and not at what is a comment.
//
//	s := `
//	//go:generate rm -r .
//	`
func checkGenerate(c *cell, out *Output) *Error {
	i := 0
	for line := range bytes.Lines(out.Code) {
		generate := bytes.HasPrefix(line, []byte("//go:generate ")) || bytes.HasPrefix(line, []byte("//go:generate\t"))
		if at := out.Lines[i]; generate && at > 0 {
			return c.errorf(int(c.lines[at-c.first]), "go generate would run this line of the output (move it to a Go file of the package)")
		}
		i++
	}
	return nil
}
