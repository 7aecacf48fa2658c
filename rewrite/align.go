package rewrite

import (
	"bytes"
	"fmt"
	"go/scanner"
	"go/token"
	"strings"
)

// cells adds text, which is from formatted.
func (a *assembly) cells(text []byte, from *fragment, c *cell) error {
	first := len(a.lines)
	a.lines = append(a.lines, make([]outLine, bytes.Count(text, []byte("\n")))...)
	a.text = append(a.text, text...)
	if sameLines(a.lines[first:], text, from, c) {
		return nil
	}
	clear(a.lines[first:])
	return alignTokens(a.lines[first:], text, from, c)
}

// sameLines numbers the lines of text if formatting has changed nothing but indentation
// and blank lines, as in most cells, and reports whether that is so. It is much faster than
// alignTokens.
func sameLines(lines []outLine, text []byte, from *fragment, c *cell) bool {
	lineIn := from.lineIn(c.source)
	was := lineReader{text: from.text}
	inside := false
	i := 0
	for line := range bytes.Lines(text) {
		if len(line) > 1 {
			if line[0] != '\t' || bytes.Count(line, []byte("`"))%2 == 1 || mayOpenComment(line) {
				return false // a declaration, a label, or a raw string or a comment of several lines
			}
			line = bytes.TrimSpace(line)
			if !bytes.Equal(line, was.next()) {
				return false
			}
			end := line[len(line)-1]
			lines[i].inside, lines[i].opens, lines[i].closes = inside, end == '{', line[0] == ')'
			inside = bytes.IndexByte([]byte("+-*/%&|^<=>(.,[!"), end) >= 0
			if lines[i].cell = lineComment; !bytes.HasPrefix(line, []byte("//")) {
				lines[i].cell = int32(lineIn(was.start, was.end))
			}
		}
		i++
	}
	return was.next() == nil
}

// lineReader reads the lines of a text that are not blank.
type lineReader struct {
	text       []byte
	start, end int // of the line, from its first byte that is no white space
}

// next returns the next line, without white space around it, or nil.
func (r *lineReader) next() []byte {
	for r.end < len(r.text) {
		r.start, r.end = r.end, len(r.text)
		if n := bytes.IndexByte(r.text[r.start:], '\n'); n >= 0 {
			r.end = r.start + n + 1
		}
		for r.start < r.end && strings.IndexByte(" \t\r\n", r.text[r.start]) >= 0 {
			r.start++
		}
		if line := bytes.TrimSpace(r.text[r.start:r.end]); len(line) > 0 {
			return line
		}
	}
	return nil
}

// mayHaveComments reports whether there may be a /* comment in text.
func mayHaveComments(text []byte) bool {
	for line := range bytes.Lines(text) {
		if mayOpenComment(line) {
			return true
		}
	}
	return false
}

// mayOpenComment reports whether a /* comment may begin in a line that does not begin inside of one.
func mayOpenComment(line []byte) bool {
	if !bytes.Contains(line, []byte("/*")) {
		return false
	}
	if bytes.IndexByte(line, '`') >= 0 {
		return true // it may be the end of a raw string
	}
	quote := byte(0)
	for i := 0; i+1 < len(line); i++ {
		switch c := line[i]; {
		case quote != 0 && c == '\\':
			i++
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
		case c == '"' || c == '\'':
			quote = c
		case c == '/' && line[i+1] == '/':
			return false
		case c == '/' && line[i+1] == '*':
			return true
		}
	}
	return false
}

// sameText reports whether a and b differ in indentation and blank lines at most.
func sameText(a, b []byte) bool {
	for x, y := (&lineReader{text: a}), (&lineReader{text: b}); ; {
		p, q := x.next(), y.next()
		if !bytes.Equal(p, q) {
			return false
		}
		if p == nil {
			return true
		}
	}
}

// alignTokens numbers the lines of text by their first tokens: formatting adds and
// removes only semicolons, commas and parentheses.
func alignTokens(lines []outLine, text []byte, from *fragment, c *cell) error {
	in, out := newTokens(from.text), newTokens(text)
	lineIn := from.lineIn(c.source)
	in.next()
	last := token.SEMICOLON
	for at := 0; out.next(); {
		at = out.line(at)
		if out.tok == token.COMMENT {
			out.mark(lines, at)
			continue
		}
		for in.tok == token.COMMENT || !same(in, out) && loose(in.tok) {
			if !in.next() {
				break
			}
		}
		matched := same(in, out)
		if !matched && !loose(out.tok) {
			return fmt.Errorf("formatting changed the cell: %s became %s", in.tok, out.tok)
		}
		l := &lines[at]
		if matched && l.cell <= 0 {
			l.cell = int32(lineIn(in.off, in.off+1)) // 0 where the token is an edit of ours
			l.flush, l.closes = out.flush(), out.tok == token.RPAREN
			if bytes.HasSuffix(text[:out.off], []byte("*/ ")) {
				l.split = out.off - bytes.LastIndexByte(text[:out.off], '\n') - 1
			}
			l.inside = last != token.SEMICOLON && last != token.LBRACE && last != token.COLON
		}
		last = out.tok
		if last != token.SEMICOLON {
			l.opens = last == token.LBRACE
		}
		out.mark(lines, at)
		if matched {
			in.next()
		}
	}
	return nil
}

// tokens reads the tokens of a text.
type tokens struct {
	sc   scanner.Scanner
	file *token.File
	text []byte
	off  int
	tok  token.Token
	lit  string
	// For line: the offset up to which newlines were counted.
	counted int
}

func newTokens(text []byte) *tokens {
	t := &tokens{text: text, file: token.NewFileSet().AddFile("", -1, len(text))}
	t.sc.Init(t.file, text, nil, scanner.ScanComments)
	return t
}

// next reads the next token, and reports whether there is one.
func (t *tokens) next() bool {
	var pos token.Pos
	pos, t.tok, t.lit = t.sc.Scan()
	t.off = t.file.Offset(pos)
	return t.tok != token.EOF
}

// line returns the 0-based line of the token, given that of the one before.
func (t *tokens) line(last int) int {
	last += bytes.Count(t.text[t.counted:t.off], []byte("\n"))
	t.counted = t.off
	return last
}

// nests returns by how much the token changes how deep brackets nest: 1, -1 or 0.
func (t *tokens) nests() int {
	switch t.tok {
	case token.LPAREN, token.LBRACK, token.LBRACE:
		return 1
	case token.RPAREN, token.RBRACK, token.RBRACE:
		return -1
	}
	return 0
}

// flush reports whether the token is in column 1.
func (t *tokens) flush() bool { return t.off == 0 || t.text[t.off-1] == '\n' }

// mark notes what a comment or raw string that starts on line at means for its lines.
func (t *tokens) mark(lines []outLine, at int) {
	comment := t.tok == token.COMMENT
	if !comment && (t.tok != token.STRING || t.lit[0] != '`') {
		return
	}
	end := min(at+strings.Count(t.lit, "\n"), len(lines)-1)
	for i := range end - at + 1 {
		l := &lines[at+i]
		l.within = l.within || i > 0
		if comment && l.cell == lineBlank {
			l.cell = lineComment
			l.flush, l.pragma = i == 0 && t.flush(), isPragma(t.lit)
		}
	}
	if comment && (strings.HasPrefix(t.lit, "/*line ") || strings.HasPrefix(t.lit, "//line ")) {
		lines[at].moved = true
	}
}

// same reports whether a and b may be the same token before and after formatting.
func same(a, b *tokens) bool {
	return a.tok == b.tok && (a.tok != token.IDENT || a.lit == b.lit)
}

// loose reports whether formatting may add or remove the token.
func loose(tok token.Token) bool {
	switch tok {
	case token.SEMICOLON, token.COMMA, token.LPAREN, token.RPAREN:
		return true
	}
	return false
}
