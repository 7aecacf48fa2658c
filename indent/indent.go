// Package indent detects, applies and removes the indentation of Go text.
//
// It works by token: a line is indented or dedented only where it begins
// between tokens. A line that begins inside a raw string or a block comment is
// never touched, because its leading white space is the user's data. The
// ancestor of this tool matched indentation with a regular expression that also
// captured the first word, and so corrupted every indented cell.
//
// The text need not be valid Go, nor end in a newline; line ends may be LF or
// CRLF. All functions take time and memory linear in the text.
package indent

import (
	"bytes"
	"go/scanner"
	"go/token"
	"iter"
)

// Style is how a text is indented.
type Style struct {
	Base  string // white space that every line of the text begins with
	Unit  string // one more level: a tab, or 2, 4 or 8 spaces
	Mixed bool   // whether some levels are tabs and others are spaces
}

// Detect returns the indentation of src. Blank lines and lines that begin inside
// a raw string or block comment say nothing. Where no line is deeper than
// another, the unit is guessed from the base, and is a tab if that is empty.
func Detect(src []byte) Style {
	var (
		base   []byte
		prev   []byte // indentation of the line before, to see by how much this one is deeper
		first  = true
		tabs   int
		spaces [9]int // by width
	)
	for _, line := range codeLines(src) {
		ws := leading(line)
		if first {
			base = ws
		} else {
			base = base[:commonPrefix(base, ws)]
			if deeper, ok := bytes.CutPrefix(ws, prev); ok {
				switch n := len(deeper); {
				case n == 0:
				case deeper[0] == '\t':
					tabs++
				case n == 2 || n == 4 || n == 8:
					// Any other width is an alignment, such as continuation
					// arguments below an opening parenthesis.
					spaces[n]++
				}
			}
		}
		prev, first = ws, false
	}
	unit, votes, sum := "", 0, 0
	for _, n := range []int{2, 4, 8} {
		sum += spaces[n]
		if spaces[n] > votes {
			unit, votes = "        "[:n], spaces[n]
		}
	}
	if tabs >= votes {
		unit = "\t"
	}
	if tabs+sum == 0 {
		unit = unitOf(base)
	}
	return Style{Base: string(base), Unit: unit, Mixed: tabs > 0 && sum > 0}
}

// unitOf guesses the unit of a text that has only one level.
func unitOf(base []byte) string {
	switch n := len(base); {
	case n == 0 || bytes.IndexByte(base, '\t') >= 0:
		return "\t"
	case n%4 == 0:
		return "    "
	case n%2 == 0:
		return "  "
	}
	return "\t"
}

// Apply returns src with prefix put before every line that is not blank and
// begins between tokens. Remove with the same prefix is its inverse.
func Apply(src []byte, prefix string) []byte {
	out := make([]byte, 0, len(src)+len(src)/8)
	last := 0
	for off := range codeLines(src) {
		out = append(out, src[last:off]...)
		out = append(out, prefix...)
		last = off
	}
	return append(out, src[last:]...)
}

// Remove returns src with prefix taken from every line that begins with it, is
// not blank and begins between tokens. Other lines are left as they are.
func Remove(src []byte, prefix string) []byte {
	out := make([]byte, 0, len(src))
	last := 0
	for off, line := range codeLines(src) {
		if bytes.HasPrefix(line, []byte(prefix)) {
			out = append(out, src[last:off]...)
			last = off + len(prefix)
		}
	}
	return append(out, src[last:]...)
}

// codeLines yields the offset and the text, without its newline, of each line of
// src that is not blank and does not begin inside a token.
func codeLines(src []byte) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		inside := multiline(src)
		for off := 0; off < len(src); {
			end := len(src)
			next := end
			if i := bytes.IndexByte(src[off:], '\n'); i >= 0 {
				end, next = off+i, off+i+1
			}
			for len(inside) > 0 && inside[0].end <= off {
				inside = inside[1:]
			}
			within := len(inside) > 0 && inside[0].start < off
			if line := src[off:end]; !within && len(bytes.TrimSpace(line)) > 0 {
				if !yield(off, line) {
					return
				}
			}
			off = next
		}
	}
}

type span struct{ start, end int }

// multiline returns the raw strings and block comments of src that hold a
// newline, in order. An unterminated one reaches to the end.
func multiline(src []byte) []span {
	if bytes.IndexByte(src, '`') < 0 && !bytes.Contains(src, []byte("/*")) {
		return nil // the common cell, for which no scan is needed
	}
	// The scanner gives a byte order mark at offset 0 a meaning of its own (it stops at
	// that of UTF-16), which the same text has lost once it is indented.
	const shift = 1
	text := append([]byte("\n"), src...)
	file := token.NewFileSet().AddFile("", -1, len(text))
	var s scanner.Scanner
	s.Init(file, text, func(token.Position, string) {}, scanner.ScanComments)
	var spans []span
	for {
		pos, tok, lit := s.Scan()
		switch {
		case tok == token.EOF:
			return spans
		case tok == token.COMMENT && lit[1] == '*', tok == token.STRING && lit[0] == '`':
			start := file.Offset(pos) - shift
			// The literal's own length would be wrong: it has no carriage returns.
			end := tokenEnd(src, start)
			if bytes.IndexByte(src[start:end], '\n') >= 0 {
				spans = append(spans, span{start, end})
			}
		}
	}
}

// tokenEnd returns the end of the raw string or block comment at start.
func tokenEnd(src []byte, start int) int {
	open, closing := 2, []byte("*/")
	if src[start] == '`' {
		open, closing = 1, []byte("`")
	}
	if start+open <= len(src) {
		if i := bytes.Index(src[start+open:], closing); i >= 0 {
			return start + open + i + len(closing)
		}
	}
	return len(src)
}

// leading returns the spaces and tabs that line begins with.
func leading(line []byte) []byte {
	return line[:len(line)-len(bytes.TrimLeft(line, " \t"))]
}

func commonPrefix(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
