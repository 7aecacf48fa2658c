package notebook

import (
	"bytes"
	"fmt"
	"go/token"
)

// Error is what is wrong with a notebook's file, at a position in the file's own text:
// 1-based lines, 1-based columns in bytes. Pos.Offset is set.
type Error struct {
	Pos token.Position
	Msg string // lower case: what is wrong, and a hint in parentheses
}

// Error returns "file:line:col: what (hint)".
func (e *Error) Error() string { return e.Pos.String() + ": " + e.Msg }

// errorAt returns an error at an offset of the text, which has the name.
func errorAt(name string, text []byte, off int, format string, args ...any) *Error {
	pos := token.Position{Filename: name, Offset: off}
	pos.Line, pos.Column = lineColumn(text, off)
	return &Error{pos, fmt.Sprintf(format, args...)}
}

// lineColumn returns the line and column of an offset.
func lineColumn(text []byte, off int) (line, col int) {
	return bytes.Count(text[:off], []byte("\n")) + 1, off - bytes.LastIndexByte(text[:off], '\n')
}
