package notebook

import (
	"bytes"
	"go/scanner"
	"go/token"
	"iter"
)

// ownLine is a line that is a comment.
type ownLine struct {
	comment    string
	start, end int // of the line
	number     int // from 1
}

// ownLines yields the lines of Go text that are a comment. Lines of raw strings and block comments are none.
func ownLines(src []byte) iter.Seq[ownLine] {
	return func(yield func(ownLine) bool) {
		s := lineScanner{src: src, line: ownLine{number: 1}}
		for s.scan(yield) {
		}
	}
}

// lineScanner scans Go text by token.
type lineScanner struct {
	src     []byte
	line    ownLine // the last one
	counted int     // offset of the line that has the number
}

// scan scans from the end of the last line up to a magic's: what that says is not Go. It returns
// false at the end of the text, or if yield does.
func (s *lineScanner) scan(yield func(ownLine) bool) bool {
	base := s.line.end
	file := token.NewFileSet().AddFile("", -1, len(s.src)-base)
	var sc scanner.Scanner
	sc.Init(file, s.src[base:], func(token.Position, string) {}, scanner.ScanComments)
	depth, fresh := 0, true // fresh: a statement could begin
	for {
		pos, tok, lit := sc.Scan()
		off := base + file.Offset(pos)
		switch tok {
		case token.EOF:
			return false
		case token.COMMENT:
			if lit[1] != '/' || !s.alone(off) {
				continue
			}
			s.found(off, lit)
			if !yield(s.line) {
				return false
			}
			if _, _, ok := marker(lit); ok {
				depth, fresh = 0, true // whatever the cell above leaves open
			}
			continue
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth--
		default:
			if fresh && depth == 0 && isMagic(s.src[off:]) && s.alone(off) {
				s.found(off, "")
				return true
			}
		}
		fresh = tok == token.SEMICOLON
	}
}

// alone reports whether there is only white space before off on its line. It looks no further back
// than that: a line may be a megabyte of ";!x".
func (s *lineScanner) alone(off int) bool {
	before := bytes.TrimRight(s.src[:off], " \t\r")
	return endsLine(before) || string(before) == byteOrderMark
}

// found makes line the one of what is at off.
func (s *lineScanner) found(off int, comment string) {
	l := ownLine{comment: comment, end: len(s.src)}
	l.start = bytes.LastIndexByte(s.src[:off], '\n') + 1
	if i := bytes.IndexByte(s.src[off:], '\n'); i >= 0 {
		l.end = off + i + 1
	}
	l.number = s.line.number + bytes.Count(s.src[s.counted:l.start], []byte("\n"))
	s.line, s.counted = l, l.start
}

const byteOrderMark = "\ufeff"

// blank reports whether a text, or the start of one, shows nothing.
func blank(text []byte) bool {
	return len(bytes.TrimSpace(bytes.TrimPrefix(text, []byte(byteOrderMark)))) == 0
}

func isMagic(text []byte) bool { return len(text) > 0 && (text[0] == '%' || text[0] == '!') }
