package rewrite

import (
	"bytes"
	"encoding/base64"
	"go/token"
	"strings"

	"github.com/cellwrap/cellwrap/templates"
)

// holding begins the comment at the end of a file that holds the cell it was made from, which is
// then in no other file: the checksum of everything above, and the cell in base64.
const holding = directive + "original "

// hold makes a file hold its cell.
func (o *Output) hold(cell []byte) {
	o.Code = append(o.Code, '\n')
	comment := holding + checksum(string(o.Code), "") + " " + base64.RawStdEncoding.EncodeToString(cell) + "\n"
	o.Code = append(o.Code, comment...)
	o.Lines = append(o.Lines, 0, 0)
}

// held returns the cell that a file holds.
func held(file []byte) ([]byte, bool) {
	i := bytes.LastIndex(file, []byte("\n"+holding))
	if i < 0 {
		return nil, false
	}
	above := file[:i+1]
	check, text, _ := strings.Cut(strings.TrimRight(string(file[i+1+len(holding):]), "\r\n"), " ")
	cell, err := base64.RawStdEncoding.DecodeString(text)
	return cell, err == nil && checksum(string(above), "") == check
}

// Unwrap gives the cells back that were wrapped as blocks in src, which may be a whole file, or the
// one that src holds as a file. The rest of src stays as it is. Its error is an *Error, named
// filename, if there is nothing to unwrap.
func Unwrap(src []byte, filename string) ([]byte, error) {
	if cell, ok := held(src); ok {
		return cell, nil
	}
	cells := findWrapped(src, true)
	if len(cells) == 0 {
		hint := "there is no " + marker + " comment"
		line := 1
		if i := bytes.Index(src, []byte(marker)); i >= 0 {
			line += bytes.Count(src[:i], []byte("\n"))
			hint = "what was rewritten has been changed since"
		}
		if templates.IsGenerated(src) {
			hint = "a generated file does not hold its cell, which is the file that its //line comments name"
		}
		return nil, &Error{Pos: token.Position{Filename: filename, Line: line, Column: 1}, Msg: "nothing to unwrap (" + hint + ")"}
	}
	var out []byte
	at := 0
	for _, c := range cells {
		out = append(append(out, src[at:c.start]...), c.original...)
		at = c.end
	}
	return append(out, src[at:]...), nil
}
