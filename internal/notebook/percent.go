package notebook

import (
	"bytes"
	"go/scanner"
	"go/token"
	"iter"
	"regexp"
	"strings"
)

// Percent returns the cells of a percent-format file, in order. A comment line such as "// %%"
// starts a cell. What follows, apart by a space, is its title; [markdown], [md] or [raw] in it makes
// a cell of text, whose lines are comments, and Jupytext's options, {…} or key=value, end it.
//
// Lines before the first marker are a cell if they are not all blank; so is a file without markers.
// Jupytext's header is no cell. A line of a raw string or block comment is no marker.
//
// A magic stands behind GoNB's //gonb: so that the file is Go. A cell's first lines may be magics
// in Jupytext's spelling, "// %%run_in_reactor result".
func Percent(src []byte) []Cell {
	var cells []Cell
	add := func(c Cell, end int) {
		c.End = end
		if c.Top < c.Line || !blank(src[c.Start:end]) {
			cells = append(cells, c)
		}
	}
	cur := Cell{Kind: Code, Line: 1, Top: 1, Start: headerSize(src)}
	cur.Line += bytes.Count(src[:cur.Start], []byte("\n"))
	cur.Top = cur.Line
	for l := range ownLines(src) {
		title, kind, ok := marker(l.comment)
		if !ok {
			continue
		}
		add(cur, l.start)
		cur = Cell{Kind: kind, Title: title, Start: l.end, Line: l.number + 1, Top: l.number}
	}
	add(cur, len(src))
	return cells
}

// ownLine is a line that is a comment, or a magic without a sign.
type ownLine struct {
	comment    string // or ""
	off        int    // of the comment or magic
	start, end int    // of the line
	number     int    // from 1
	magical    bool   // whether a magic can stand here: where a cell's statement could begin
}

// ownLines yields the lines of Go text that are a comment or a magic. Lines of raw strings and block
// comments are neither.
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
			s.found(off, lit, fresh && depth == 0)
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
				s.found(off, "", true)
				return yield(s.line)
			}
		}
		fresh = tok == token.SEMICOLON
	}
}

// alone reports whether only white space stands before off on its line.
func (s *lineScanner) alone(off int) bool {
	return blank(s.src[bytes.LastIndexByte(s.src[:off], '\n')+1 : off])
}

// found makes line the one of what is at off.
func (s *lineScanner) found(off int, comment string, magical bool) {
	l := ownLine{comment: comment, off: off, magical: magical, end: len(s.src)}
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

// marker returns what a comment says that starts a cell.
func marker(comment string) (title string, kind Kind, ok bool) {
	rest, ok := strings.CutPrefix(strings.TrimLeft(strings.TrimPrefix(comment, "//"), " \t"), "%%")
	rest = strings.TrimLeft(rest, "%") // a cell below another one
	if !ok || rest != "" && rest[0] != ' ' && rest[0] != '\t' {
		return "", "", false
	}
	kind = Code
	rest, _, _ = strings.Cut(rest, "{")
	var words []string
	for word := range strings.FieldsSeq(rest) {
		if strings.Contains(word, "=") {
			break
		}
		switch word {
		case "[markdown]", "[md]":
			kind = Markdown
		case "[raw]":
			kind = Raw
		case "[code]":
		default:
			words = append(words, word)
		}
	}
	return strings.Join(words, " "), kind, true
}

// headerSize returns the length of Jupytext's header, comments between two lines "// ---", or 0.
func headerSize(src []byte) int {
	size, rules, jupyter := 0, 0, false
	for line := range bytes.Lines(src) {
		text := string(bytes.TrimRight(bytes.TrimPrefix(line, []byte(byteOrderMark)), " \t\r\n"))
		switch {
		case text == "// ---":
			rules++
		case text == "// jupyter:":
			jupyter = true
		case rules == 0 && !strings.HasPrefix(text, "// -*-") || !strings.HasPrefix(text, "//"):
			return 0
		}
		size += len(line)
		if rules == 2 {
			break
		}
	}
	if !jupyter || rules < 2 {
		return 0
	}
	return size
}

// gonb is GoNB's prefix that makes a magic a comment.
const gonb = "//gonb:"

// jupytext is a magic that Jupytext has made a comment. Only the first lines of a cell are taken for
// one, and a "// %d" never: it is rather prose.
var jupytext = regexp.MustCompile(`^// (%%|%|!)[A-Za-z_]{2}`)

// signs returns the comment signs of a cell that are no part of its source, a line one at most.
func signs(kind Kind, text []byte) []span {
	var found []span
	if kind != Code {
		at := 0
		for line := range bytes.Lines(text) {
			body := bytes.TrimLeft(line, " \t")
			if bytes.HasPrefix(body, []byte("//")) {
				body = bytes.TrimPrefix(body[len("//"):], []byte(" "))
				found = append(found, span{at, at + len(line) - len(body)})
			}
			at += len(line)
		}
		return found
	}
	top := 0 // end of the magics that come first
	for l := range ownLines(text) {
		size, first := 0, blank(text[top:l.off])
		switch {
		case !l.magical:
			continue
		case l.comment == "": // it has no sign
		case strings.HasPrefix(l.comment, gonb) && isMagic(text[l.off+len(gonb):]):
			size = len(gonb)
		case first && jupytext.MatchString(l.comment):
			size = len("// ")
		default:
			continue
		}
		if size > 0 {
			found = append(found, span{l.off, l.off + size})
		}
		if first {
			top = l.end
		}
	}
	return found
}

func isMagic(text []byte) bool { return len(text) > 0 && (text[0] == '%' || text[0] == '!') }

// uncomment returns a text without signs.
func uncomment(text []byte, signs []span) []byte {
	if len(signs) == 0 {
		return text
	}
	var out []byte
	at := 0
	for _, s := range signs {
		out = append(out, text[at:s.start]...)
		at = s.end
	}
	return append(out, text[at:]...)
}

// signWidth returns the width of the sign in a line, from 1, of a cell.
func signWidth(kind Kind, text []byte, line int) int {
	for _, s := range signs(kind, text) {
		if bytes.Count(text[:s.start], []byte("\n")) == line-1 {
			return s.end - s.start
		}
	}
	return 0
}

// comment returns the lines of a cell whose source becomes src. Lines that need a sign and stay have
// the one that they had. It fails if what it returns would not be read as one cell.
func (b *Book) comment(c *Cell, src []byte) ([]byte, bool) {
	old := b.text[c.Start:c.End]
	plain := uncomment(old, signs(c.Kind, old))
	if bytes.Equal(plain, src) {
		return old, true
	}
	was := bytes.SplitAfter(old, []byte("\n"))
	spelled := map[string][]byte{} // lines
	for i, line := range bytes.SplitAfter(plain, []byte("\n")) {
		spelled[string(line)] = was[i]
	}
	magics := map[int]int{} // by the offset of their line, how far it is indented
	if c.Kind == Code {
		for l := range ownLines(src) {
			if l.comment == "" {
				magics[l.start] = l.off - l.start
			}
		}
	}
	newline := "\n"
	if bytes.Contains(b.text, []byte("\r\n")) {
		newline = "\r\n"
	}
	var out []byte
	if c.Start > 0 && b.text[c.Start-1] != '\n' && len(src) > 0 {
		out = append(out, newline...) // a marker ends the file
	}
	at := 0
	for line := range bytes.Lines(src) {
		indent, needs := magics[at]
		needs = needs || c.Kind != Code
		at += len(line)
		raw, ok := spelled[string(line)]
		switch {
		case needs && ok:
			out = append(out, raw...)
		case needs:
			out = append(append(append(out, line[:indent]...), sign(c.Kind, line)...), line[indent:]...)
		default:
			out = append(out, line...)
		}
	}
	if c.End < len(b.text) && len(out) > 0 && out[len(out)-1] != '\n' {
		out = append(out, newline...)
	}
	probe := "// %%\n" + string(out) + "\n"
	cells := Percent([]byte(probe + "// %%\n"))
	return out, len(cells) == 2 && cells[0].End == len(probe)
}

// sign returns what a line needs to be a comment.
func sign(kind Kind, line []byte) []byte {
	switch {
	case kind == Code:
		return []byte(gonb)
	case len(bytes.TrimRight(line, "\r\n")) == 0:
		return []byte("//")
	}
	return []byte("// ")
}
