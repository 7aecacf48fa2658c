package rewrite

import (
	"fmt"
	"go/token"
	"strings"
)

// Error is what is wrong with a cell, at a position in the user's own text: the
// file that Options.Filename names, 1-based lines, 1-based columns in bytes. Pos.Offset is
// unset.
type Error struct {
	Pos token.Position
	Msg string // lower case: what is wrong, and a hint in parentheses
	// Incomplete reports whether more input could make the cell good: a bracket,
	// raw string or comment is open, or the last line ends in an operator.
	Incomplete bool
}

// Error returns "file:line:col: what (hint)".
func (e *Error) Error() string { return e.Pos.String() + ": " + e.Msg }

func (s *source) errorf(off int, format string, args ...any) *Error {
	msg, _, more := strings.Cut(fmt.Sprintf(format, args...), "\n")
	if more {
		msg += "…" // go/scanner and go/parser quote raw strings and comments whole
	}
	return &Error{Pos: s.position(off), Msg: msg}
}
