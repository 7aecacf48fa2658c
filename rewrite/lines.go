package rewrite

import (
	"bytes"
	"fmt"
	"go/scanner"
	"go/token"
	"math"
	"strconv"
	"strings"

	"github.com/cellwrap/cellwrap/templates"
)

// assembly is the emitted file while it is put together, line by line.
type assembly struct {
	opts  *Options
	text  []byte
	lines []outLine
}

// outLine is what an emitted line is.
type outLine struct {
	// cell is the cell's line of the first token, or one of the values below.
	cell int32
	// within: the line begins inside a comment or raw string, so nothing can stand
	// above it.
	within bool
	// moved: the user's own //line comment is on it, so that what follows has the
	// position that they say.
	moved bool
	// documented: a comment right above it would be a doc comment to gofmt, which is
	// so for whatever begins in column 1.
	documented bool
}

const (
	lineBlank   = 0
	lineOurs    = -1 // the first token is ours
	lineComment = -2 // there are only comments
)

// ours adds text that is not the cell's.
func (a *assembly) ours(text []byte) {
	for line := range bytes.Lines(text) {
		l := outLine{cell: lineOurs, documented: line[0] != '\t'}
		switch line = bytes.TrimSpace(line); {
		case len(line) == 0, line[0] == ')', line[0] == '}':
			l.cell = lineBlank // closes what stands above, so needs no position
		case bytes.HasPrefix(line, []byte("//")):
			l.cell = lineComment
		}
		a.lines = append(a.lines, l)
	}
	a.text = append(a.text, text...)
}

// header adds the skeleton's text before the body. A compiler's message about the line that
// the closure begins on, such as a variable declared twice, belongs to the magic.
func (a *assembly) header(text templates.Text, line int) {
	opening := len(a.lines) + text.Opening
	a.ours(text.Header)
	a.lines[opening].cell = int32(line)
}

// imports gives the lines of head that hold the cell's imports their positions.
func (a *assembly) imports(c *cell, p *plan, head []byte) {
	n := 0
	for i, line := range bytes.Split(head, []byte("\n")) {
		if n == len(p.imports) {
			return
		}
		imp := p.imports[n]
		spec := imp.Path
		if imp.Name != "" {
			spec = imp.Name + " " + spec
		}
		line = bytes.TrimPrefix(bytes.TrimSpace(line), []byte("import "))
		if bytes.HasPrefix(line, []byte(spec)) {
			if imp.off >= 0 {
				a.lines[i].cell = int32(c.line(imp.off))
			}
			n++
		}
	}
}

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
	if bytes.Contains(text, []byte("/*")) {
		return false
	}
	lineIn := from.lineIn(c.source)
	off, end := 0, 0 // of the line in from
	next := func() []byte {
		for end < len(from.text) {
			off, end = end, len(from.text)
			if n := bytes.IndexByte(from.text[off:], '\n'); n >= 0 {
				end = off + n + 1
			}
			if line := bytes.TrimSpace(from.text[off:end]); len(line) > 0 {
				return line
			}
		}
		return nil
	}
	i := 0
	for line := range bytes.Lines(text) {
		if len(line) > 1 {
			if line[0] != '\t' || bytes.Count(line, []byte("`"))%2 == 1 {
				return false // a declaration, a label, or a raw string of several lines
			}
			line = bytes.TrimSpace(line)
			if !bytes.Equal(line, next()) {
				return false
			}
			if lines[i].cell = lineComment; !bytes.HasPrefix(line, []byte("//")) {
				indent := bytes.IndexFunc(from.text[off:end], func(r rune) bool { return r != ' ' && r != '\t' })
				lines[i].cell = int32(lineIn(off+indent, end))
			}
		}
		i++
	}
	return next() == nil
}

// alignTokens numbers the lines of text by their first tokens: formatting adds and
// removes only semicolons, commas and parentheses.
func alignTokens(lines []outLine, text []byte, from *fragment, c *cell) error {
	in, out := newTokens(from.text), newTokens(text)
	lineIn := from.lineIn(c.source)
	in.next()
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
		if l := &lines[at]; matched && l.cell <= 0 {
			l.cell = int32(lineIn(in.off, in.off+1)) // 0 where the token is an edit of ours
			l.documented = out.off == 0 || text[out.off-1] == '\n'
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

// mark notes what a comment or raw string that starts on line at means for its lines.
func (t *tokens) mark(lines []outLine, at int) {
	comment := t.tok == token.COMMENT
	if !comment && (t.tok != token.STRING || t.lit[0] != '`') {
		return
	}
	for i := 0; i <= strings.Count(t.lit, "\n") && at+i < len(lines); i++ {
		l := &lines[at+i]
		l.within = l.within || i > 0
		if comment && l.cell == lineBlank {
			l.cell = lineComment
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

// directiveAt is a //line directive to put above a line.
type directiveAt struct {
	above  int    // index of the line
	cell   int    // the number it gives to the next line, or 0 for our own file
	before string // put before it
	after  string // put after it
}

// plan decides where directives go: above the first token of a line whose number
// would otherwise be wrong.
func (a *assembly) plan() []directiveAt {
	var ds []directiveAt
	now := 0 // the cell's line that the compiler takes the line for, or 0 if our own
	for i, l := range a.lines {
		switch want := int(l.cell); {
		case want > 0 && want != now:
			if d, ok := a.directive(i, want); ok {
				ds = append(ds, d)
				now = want
			}
		case want == lineOurs && now > 0 && a.opts.OutputName != "":
			if d, ok := a.directive(i, math.MaxInt32); ok {
				d.cell = 0
				ds = append(ds, d)
				now = 0
			}
		}
		if now > 0 {
			now++
		}
		if l.moved {
			now = -1
		}
	}
	return ds
}

// directive places the directive for line i.
func (a *assembly) directive(i, want int) (directiveAt, bool) {
	top := i // the first of the comment lines right above
	for top > 0 && a.lines[top-1].cell == lineComment && !a.lines[top-1].moved {
		top--
	}
	// A directive that touches a doc comment becomes part of it.
	d := directiveAt{above: top, cell: want - (i - top)}
	if a.lines[i].documented && top < i {
		d.cell, d.after = d.cell-1, "\n"
	}
	if d.cell >= 1 && !a.lines[top].within {
		return d, true
	}
	// There are not as many lines in the cell above line i.
	d = directiveAt{above: i, cell: want}
	if a.lines[i].documented && top < i {
		d.before = "//\n" // as gofmt parts a directive from the comment that it is in
	}
	return d, !a.lines[i].within
}

// finish returns the emitted text with its directives, and its line map.
func (a *assembly) finish() ([]byte, []int) {
	var ds []directiveAt
	if name := a.opts.LineName; name != "" && !strings.ContainsAny(name, "\r\n") {
		ds = a.plan()
	}
	out := make([]byte, 0, len(a.text)+64*len(ds))
	var lines []int
	i := 0
	for line := range bytes.Lines(a.text) {
		if len(ds) > 0 && ds[0].above == i {
			d := ds[0]
			ds = ds[1:]
			name, n := a.opts.LineName, d.cell
			if n == 0 {
				name, n = a.opts.OutputName, len(lines)+2
			}
			text := d.before + "//line " + name + ":" + strconv.Itoa(n) + ":1\n" + d.after
			out = append(out, text...)
			lines = append(lines, make([]int, strings.Count(text, "\n"))...)
		}
		out = append(out, line...)
		lines = append(lines, a.cellLine(i))
		i++
	}
	return out, lines
}

// cellLine returns the cell's line that line i comes from, or 0. Lines of comments
// count back from the token below them.
func (a *assembly) cellLine(i int) int {
	for n := i; n < len(a.lines); n++ {
		switch l := a.lines[n]; {
		case l.cell > 0:
			return max(int(l.cell)-(n-i), 0)
		case l.cell != lineComment:
			return 0
		}
	}
	return 0
}
