package rewrite

import (
	"bytes"
	"go/format"
	"go/token"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

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
	// flush: it begins in column 1, so that gofmt takes a comment right above it that does
	// too for a doc comment.
	flush bool
	// inside: it begins inside an expression or a list, where a comment may change how gofmt
	// indents. opens: it ends in a brace, so that a comment below it changes nothing.
	inside, opens bool
	// closes: it begins with a closing parenthesis, whose position nothing needs.
	closes bool
	// split is where its first token stands, if that is behind a block comment: gofmt would
	// part the two if a comment came above them.
	split int
	// pragma: it is a comment for a tool, such as //go:noinline. In a doc comment gofmt puts
	// those at the end, behind a line that is empty.
	pragma bool
}

// isPragma is go/printer's idea of a directive: //line, //extern, //export, or //word:word.
func isPragma(comment string) bool {
	text, ok := strings.CutPrefix(comment, "//")
	if !ok {
		return false
	}
	for _, word := range []string{"line ", "extern ", "export "} {
		if strings.HasPrefix(text, word) {
			return true
		}
	}
	lower := func(r rune) bool { return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' }
	rest := strings.TrimLeftFunc(text, lower)
	after, ok := strings.CutPrefix(rest, ":")
	return ok && len(rest) < len(text) && after != "" && lower(rune(after[0]))
}

const (
	lineBlank   = 0
	lineOurs    = -1 // the first token is ours
	lineComment = -2 // there are only comments
)

// ours adds text that is not the cell's.
func (a *assembly) ours(text []byte) {
	for line := range bytes.Lines(text) {
		l := outLine{cell: lineOurs, flush: line[0] != '\t'}
		switch line = bytes.TrimSpace(line); {
		case len(line) == 0, line[0] == ')', line[0] == '}':
			l.cell = lineBlank // closes what stands above, so needs no position
		case bytes.HasPrefix(line, []byte("//")):
			l.cell, l.pragma = lineComment, isPragma(string(line))
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
	a.lines[opening].cell, a.lines[opening].opens = int32(line), true
}

// imports gives the lines of head that hold the cell's imports their positions.
func (a *assembly) imports(c *cell, p *plan, head []byte) {
	offs := map[string][]int{} // by path: imported twice, it has two names
	for _, imp := range p.imports {
		offs[imp.Path] = append(offs[imp.Path], imp.off)
	}
	t := newTokens(head)
	for at := 0; t.next(); {
		at = t.line(at)
		if list := offs[t.lit]; t.tok == token.STRING && len(list) > 0 {
			if list[0] >= 0 {
				a.lines[at].cell = int32(c.line(list[0]))
			}
			offs[t.lit] = list[1:]
		}
	}
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
		case want > 0 && !l.closes && (want != now || l.moved && l.split > 0):
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
	if a.lines[i].split > 0 {
		return directiveAt{above: i, cell: want}, true
	}
	top := i // the first of the comment lines right above
	for top > 0 && a.lines[top-1].cell == lineComment && !a.lines[top-1].moved {
		top--
	}
	// A directive that touches a doc comment becomes part of it.
	d := directiveAt{above: top, cell: want - (i - top)}
	if a.lines[i].flush && top < i {
		d.cell, d.after = d.cell-1, "\n"
	}
	if d.cell >= 1 && !a.lines[top].within {
		return d, true
	}
	// There are not as many lines in the cell above line i.
	d = directiveAt{above: i, cell: want}
	switch {
	case top == i || !a.lines[i].flush || a.lines[i-1].pragma:
	case a.lines[top].flush:
		d.before = "//\n"
	default:
		d.before = "\n"
	}
	return d, !a.lines[i].within
}

// finish returns the emitted text with its directives, and its line map.
func (a *assembly) finish() ([]byte, []int) {
	var ds []directiveAt
	if name := a.opts.LineName; isLineName(name) && (a.opts.OutputName == "" || isLineName(a.opts.OutputName)) {
		ds = a.plan()
	}
	code, lines := a.insert(ds)
	for n := 0; n < 4 && slices.ContainsFunc(ds, a.disturbs); n++ {
		text, err := format.Source(code)
		if err != nil || bytes.Equal(text, code) || bytes.Count(text, []byte("\n")) != len(lines) {
			break
		}
		code = text
	}
	return code, lines
}

// isLineName reports whether a //line directive can have a file's name: Go's text is UTF-8, and a directive is one line.
func isLineName(name string) bool {
	return name != "" && utf8.ValidString(name) && !strings.ContainsAny(name, "\x00\r\n\ufeff")
}

// disturbs reports whether a directive may change how gofmt lays out what is around it: it
// parts comments that are aligned, for one.
func (a *assembly) disturbs(d directiveAt) bool {
	if l := a.lines[d.above]; l.inside || l.split > 0 || d.above == 0 {
		return l.inside || l.split > 0
	}
	above := a.lines[d.above-1]
	return above.cell != lineBlank && !above.opens
}

// insert returns the text with directives, and its line map.
func (a *assembly) insert(ds []directiveAt) ([]byte, []int) {
	out := make([]byte, 0, len(a.text)+64*len(ds))
	lines := make([]int, 0, len(a.lines)+2*len(ds))
	cellLines := a.cellLines()
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
			if split := a.lines[i].split; split > 0 {
				text = string(bytes.TrimRight(line[:split], " ")) + "\n" + text
				line = append(bytes.Repeat([]byte("\t"), bytes.IndexByte(line, '/')), line[split:]...)
			}
			out = append(out, text...)
			lines = append(lines, make([]int, strings.Count(text, "\n"))...)
		}
		out = append(out, line...)
		lines = append(lines, cellLines[i])
		i++
	}
	return out, lines
}

// cellLines returns the cell's line that each line comes from, or 0. Lines of comments count
// back from the token below them.
func (a *assembly) cellLines() []int {
	lines := make([]int, len(a.lines))
	below := 0
	for i := len(lines) - 1; i >= 0; i-- {
		switch l := a.lines[i]; {
		case l.cell > 0:
			below = int(l.cell)
		case l.cell == lineComment:
			below = max(below-1, 0)
		default:
			below = 0
		}
		lines[i] = below
	}
	return lines
}
