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
	End token.Position // of the token at Pos; the same as Pos if there is none
	Msg string         // lower case: what is wrong, and a hint in parentheses
	// Incomplete reports whether more input could make the cell good: a bracket,
	// raw string or comment is open, or the last line ends in an operator.
	Incomplete bool
	// Follows reports whether it may be there only because an earlier cell of the session was
	// refused, which would declare what is not defined here. A cell has one such error, and then no others.
	Follows bool

	ended  bool // it is about a name that ended with an earlier cell of the session
	syntax bool // it is about Go's syntax, or what GoNB makes of that, and no rule of ours
}

// ErrorList is all that is wrong with the types of a cell, in the order of the cell: at most
// ten errors, and one that says that there are more.
type ErrorList []*Error

// Error returns the errors, a line each.
func (l ErrorList) Error() string {
	var b strings.Builder
	for i, e := range l {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(e.Error())
	}
	return b.String()
}

// Unwrap returns the errors, for errors.As.
func (l ErrorList) Unwrap() []error {
	errs := make([]error, len(l))
	for i, e := range l {
		errs[i] = e
	}
	return errs
}

// Errors returns the errors of an error that [Cell] gave: one, or those of an ErrorList.
func Errors(err error) []*Error {
	switch err := err.(type) {
	case *Error:
		return []*Error{err}
	case ErrorList:
		return err
	}
	return nil
}

// Error returns "file:line:col: what (hint)".
func (e *Error) Error() string { return e.Pos.String() + ": " + e.Msg }

func (s *source) errorf(off int, format string, args ...any) *Error {
	return &Error{Pos: s.position(off), End: s.position(s.tokenEnd(off)), Msg: firstLine(fmt.Sprintf(format, args...))}
}

// firstLine returns a message as one line: go/scanner and go/parser quote raw strings and comments whole.
func firstLine(msg string) string {
	line, _, more := strings.Cut(msg, "\n")
	if more {
		line += "…"
	}
	return line
}

// syntaxErrorf is errorf for what no parser of Go takes.
func (s *source) syntaxErrorf(off int, format string, args ...any) *Error {
	e := s.errorf(off, format, args...)
	e.syntax = true
	return e
}

func (s *source) warning(off int, format string, args ...any) Diagnostic {
	e := s.errorf(off, format, args...)
	return Diagnostic{Pos: e.Pos, End: e.End, Severity: Warning, Msg: e.Msg}
}

// tokenEnd returns the end of the token at off.
func (s *source) tokenEnd(off int) int {
	t := newTokens(s.text[off:])
	if off >= len(s.text) || !t.next() {
		return off
	}
	if t.tok == token.SEMICOLON && t.lit == "\n" {
		return off
	}
	size := len(t.lit) // less the carriage returns of a raw string
	if t.tok.IsOperator() {
		size = len(t.tok.String())
	}
	return min(off+t.off+size, len(s.text))
}
