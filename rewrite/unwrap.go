package rewrite

import (
	"bytes"
	"encoding/base64"
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
// one that src holds as a file. The rest of src stays as it is.
//
// A cell that was changed since is given back with the change, if it did not change the wrapper itself: its first and its
// last lines, and the marker. The warnings say, in order, where something stays that cellwrap had put in, because it was
// changed, and which cells stay wrapped, with their places in src. The error is an *Error, named filename, if
// nothing was unwrapped.
func Unwrap(src []byte, filename string) (code []byte, warnings []Diagnostic, err error) {
	if cell, ok := held(src); ok {
		return cell, nil, nil
	}
	s, _ := newSource(src, filename, 1) // for positions alone
	u := &unwrapper{src: s}
	cells := wrappedCells(src, true, u.changed)
	if len(cells) > 0 {
		return replaced(src, cells), u.warnings(cells), nil
	}
	if len(u.stays) == 0 {
		u.explain()
	}
	if len(u.stays) > 0 {
		return nil, u.warnings(nil), s.errorf(u.stays[0].off, "nothing to unwrap (%s)", u.stays[0].why)
	}
	hint := "there is no " + marker + " comment"
	if templates.IsGenerated(src) {
		hint = "a generated file does not hold its cell, which is the file that its //line comments name"
	}
	return nil, nil, s.errorf(s.bom, "nothing to unwrap (%s)", hint)
}

// explain says why a text that has a marker has no wrapped cell.
func (u *unwrapper) explain() {
	text := u.src.text
	if i := bytes.LastIndex(text, []byte("\n"+holding)); i >= 0 {
		u.stay(i+1, "the file has been changed since it was made, and the cell in this comment does not have the change")
		return
	}
	i := bytes.Index(text, []byte(marker))
	if i < 0 {
		return
	}
	if off, ok := unclosed(text, 0); ok && off < i {
		u.stay(off, noEnd)
		return
	}
	u.stay(i, "what was rewritten has been changed since")
}

// unwrapped gives the cells back that were wrapped in src and not changed since, if there are any.
func unwrapped(src []byte) ([]byte, bool) {
	if cell, ok := held(src); ok {
		return cell, true
	}
	cells := findWrapped(src, false)
	return replaced(src, cells), len(cells) > 0
}

// replaced returns src with the originals of cells.
func replaced(src []byte, cells []wrappedCell) []byte {
	var out []byte
	at := 0
	for _, c := range cells {
		out = append(append(out, src[at:c.start]...), c.original...)
		at = c.end
	}
	return append(out, src[at:]...)
}

// warnings returns all that the user is to be told, in order. What is in a cell that was unwrapped is a part of it.
func (u *unwrapper) warnings(cells []wrappedCell) []Diagnostic {
	var list []Diagnostic
	for _, s := range u.stays {
		for len(cells) > 0 && cells[0].end <= s.off {
			list = append(list, cells[0].left...)
			cells = cells[1:]
		}
		if len(cells) == 0 || s.off < cells[0].start {
			list = append(list, u.src.warning(s.off, "stays wrapped: %s", s.why))
		}
	}
	for _, c := range cells {
		list = append(list, c.left...)
	}
	return list
}
