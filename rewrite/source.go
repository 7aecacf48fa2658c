package rewrite

import (
	"bytes"
	"go/token"
	"sort"
	"unicode/utf8"
)

// maxSize bounds a cell's text, so that offsets fit go/token.
const maxSize = 1 << 30

var bom = []byte("\ufeff")

// source is a cell's text as the user wrote it, and where its lines are. Offsets are
// 0-based bytes into text.
type source struct {
	name  string // as in Options.Filename
	first int    // number of the first line
	text  []byte
	bom   int     // length of the byte order mark at the start
	lines []int32 // offset of each line
}

func newSource(text []byte, name string, first int) (*source, *Error) {
	s := &source{name: name, first: max(first, 1), text: text}
	if len(text) > maxSize {
		return s, s.errorf(0, "cell of %d bytes is too large (at most %d)", len(text), maxSize)
	}
	if bytes.HasPrefix(text, bom) {
		s.bom = len(bom)
	}
	s.lines = append(make([]int32, 0, 1+bytes.Count(text, []byte("\n"))), 0)
	for i, c := range text {
		if c == '\n' {
			s.lines = append(s.lines, int32(i+1))
		}
	}
	return s, s.check()
}

// check refuses bytes that Go text cannot hold. go/scanner would refuse most of
// them too, though not in every magic, and it drops a lone carriage return.
func (s *source) check() *Error {
	if i := bytes.IndexByte(s.text, 0); i >= 0 {
		return s.errorf(i, "NUL in the cell")
	}
	if i := bytes.Index(s.text[s.bom:], bom); i >= 0 {
		return s.errorf(s.bom+i, "byte order mark inside the cell (only the first character can be one)")
	}
	for i := 0; ; i++ {
		n := bytes.IndexByte(s.text[i:], '\r')
		if n < 0 {
			break
		}
		i += n
		if i+1 == len(s.text) || s.text[i+1] != '\n' {
			return s.errorf(i, "carriage return without a newline")
		}
	}
	if !utf8.Valid(s.text) {
		for i := 0; ; {
			r, n := utf8.DecodeRune(s.text[i:])
			if r == utf8.RuneError && n == 1 {
				return s.errorf(i, "invalid UTF-8 (byte %#x)", s.text[i])
			}
			i += n
		}
	}
	return nil
}

// index returns the 0-based index of the line that holds off.
func (s *source) index(off int) int {
	return sort.Search(len(s.lines), func(i int) bool { return int(s.lines[i]) > off }) - 1
}

// line returns the number of the line that holds off.
func (s *source) line(off int) int { return s.first + s.index(off) }

func (s *source) position(off int) token.Position {
	if len(s.lines) == 0 {
		return token.Position{Filename: s.name, Line: s.first, Column: 1}
	}
	i := s.index(off)
	start := int(s.lines[i])
	if i == 0 && off >= s.bom {
		start = s.bom // no editor counts the mark
	}
	return token.Position{Filename: s.name, Line: s.first + i, Column: off - start + 1}
}

// lineStart returns the offset of the line that holds off, and lineEnd that of its
// end, before its newline.
func (s *source) lineStart(off int) int {
	start := int(s.lines[s.index(off)])
	if start < s.bom {
		return s.bom
	}
	return start
}

func (s *source) lineEnd(off int) int { return lineEnd(s.text, off) }

// lineEnd returns the end of the line that holds off, without its line end.
func lineEnd(text []byte, off int) int {
	end := len(text)
	if i := bytes.IndexByte(text[off:], '\n'); i >= 0 {
		end = off + i
	}
	if end > off && text[end-1] == '\r' {
		end--
	}
	return end
}

// next returns the offset of the line after the one that holds off.
func (s *source) next(off int) int {
	if i := bytes.IndexByte(s.text[off:], '\n'); i >= 0 {
		return off + i + 1
	}
	return len(s.text)
}

// newline returns the line end that the text uses.
func (s *source) newline() string {
	if i := bytes.IndexByte(s.text, '\n'); i > 0 && s.text[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// startsLine reports whether there is only white space before off on its line.
func (s *source) startsLine(off int) bool { return beginsLine(s.text, off) }

func beginsLine(text []byte, off int) bool {
	for off > 0 && (text[off-1] == ' ' || text[off-1] == '\t') {
		off-- // not from the line's start, as a line may have very many comments
	}
	before := bytes.TrimSuffix(text[:off], bom)
	return len(before) == 0 || before[len(before)-1] == '\n'
}
