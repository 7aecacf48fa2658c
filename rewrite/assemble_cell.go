package rewrite

import (
	"bytes"
	"cmp"
	"go/token"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// assembleCell puts the closure around the statements of a cell that is a cell again. Line N of
// the cell is line N of the output, so all that is put in stands on lines that are there: the
// closure opens on the magic's line or, after declarations, on that of the first statement. It ends
// on a line of its own or, before declarations, after the last statement. What is declared between
// statements moves below it.
func assembleCell(c *cell, p *plan, opts *Options) (*Output, *Error) {
	w, err := newWrapper(c, p, opts)
	if err != nil {
		return nil, err
	}
	w.place()
	w.edits.sort()
	moved := w.movedText()
	if w.foot == "" && len(moved.text) == 0 {
		w.edits.keepEnd(c, w.start, opts)
	}
	body := w.edits.apply(c.source, w.start, len(c.text))
	added := ""
	if n := len(c.text); n > w.start && c.text[n-1] != '\n' {
		body.add(w.nl) // also where nothing is left on the last line
		added = w.nl
	}
	list, tail := undoings(w.edits, c.source, w.start)
	mark := wrapping{unit: "", body: countLines(string(body.text)), undo: undoList(list)}
	head, foot := w.head, w.foot
	mark.alone, mark.footer = foot == "", 1+countLines(string(moved.text))
	if w.magic != nil {
		if foot == "" {
			mark.footer--
		} else {
			foot += w.nl
		}
		mark.alone, mark.header, mark.magic = head == "", 1, string(bytes.TrimSpace(w.magic))
		if string(w.magic) != mark.magic {
			mark.line = w.magic
		}
	}
	if mark.footer > 0 {
		tail += added
	}
	if mark.header == 0 {
		mark.addChecks("", foot+w.nl+string(moved.text), list, tail)
	} else {
		mark.addChecks(head, foot+string(moved.text), list, tail)
	}
	code := bytes.Clone(c.text[:w.before])
	if w.magic != nil {
		rest := c.ending(cmp.Or(w.magicEnd, w.nl) + string(body.text) + foot + string(moved.text))
		code = append(append(append(code, head...), mark.marker(head, rest)...), rest...)
	} else {
		front := string(body.text) + foot
		rest := c.ending(w.nl + string(moved.text))
		code = append(append(append(code, front...), mark.marker(front, rest)...), rest...)
	}
	out := &Output{Code: code, Lines: w.lines(code, mark, moved), Edits: w.edits.public(c.source)}
	for _, e := range p.inner {
		if w.isMoved(e) {
			out.Edits = append(out.Edits, edits{e}.public(c.source)...)
		}
	}
	if opts.traits.sessions {
		if err := c.checkStarts(out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// ending returns a text that ends in a line's end as one that ends as the cell does.
func (c *cell) ending(text string) string {
	if n := len(c.text); n > 0 && c.text[n-1] != '\n' {
		return strings.TrimSuffix(text, c.newline())
	}
	return text
}

// wrapper is what is put around a cell's statements, and where.
type wrapper struct {
	c *cell
	p *plan

	before, start int    // ends of what is above the header's line, and of that line
	magic         []byte // the line that the header replaces, without its end, or nil
	magicEnd      string // its end
	nl            string
	imports       string // on one line
	opening       string
	closing       string
	// moved are declarations between statements, and imports below what is none: in Go, they come first.
	moved []decl

	head, foot string // the header's line, and the first below the body
	edits      edits
}

func newWrapper(c *cell, p *plan, opts *Options) (*wrapper, *Error) {
	w := &wrapper{c: c, p: p, before: c.bom, start: c.bom, nl: c.newline()}
	if len(c.magics) > 0 && c.magics[0].first && c.magics[0].ours {
		m := c.magics[0]
		w.before, w.start = c.lineStart(m.start), c.next(m.end)
		w.magic, w.magicEnd = c.text[w.before:c.lineEnd(m.end)], string(c.text[c.lineEnd(m.end):w.start])
	}
	// Whether a declaration that is no import comes first: the closure does where there is nothing in it.
	others := w.magic != nil && p.span == span{}
	for _, d := range c.decls {
		if !p.goes(d) || p.shape == inPlace { // without a closure, nothing is in its way
			continue
		}
		between := d.end > p.span.start && d.start < p.span.end
		late := d.tok == token.IMPORT && (others || p.span != span{} && d.start >= p.span.end)
		if between || late {
			w.moved = append(w.moved, d)
		}
		others = others || d.tok != token.IMPORT
	}
	moved := func(off int) bool {
		i := sort.Search(len(w.moved), func(i int) bool { return w.moved[i].end > off })
		return i < len(w.moved) && w.moved[i].start <= off
	}
	var imports strings.Builder
	for _, imp := range p.imports {
		if opts.traits.dynamic && opts.past.imported(imp) {
			continue // which yaegi would refuse
		}
		if imp.off < 0 || moved(imp.off) {
			path := imp.Path
			if strings.Contains(path, "\n") { // of a raw string
				path = strconv.Quote(imp.path)
			}
			imports.WriteString("import " + strings.TrimSpace(imp.Name+" "+path) + "; ")
		}
	}
	w.imports = imports.String()
	switch p.shape {
	case inPlace:
	case cellFunc:
		w.opening, w.closing = "func main() { ", "}"
	case cellCoroutine:
		w.opening, w.closing = "func main() { "+oneLineOf(p.header()), p.closing+" }) }"
	default:
		text, err := p.fill(opts)
		if err != nil {
			return nil, &Error{Pos: err.Pos, Msg: err.Msg}
		}
		w.opening = oneLineOf(string(text.Head[text.Imports:]) + string(text.Header))
		w.closing = strings.TrimSpace(oneLineOf(p.closing + "\n" + string(text.Tail)))
	}
	if opts.traits.dynamic && w.imports == "" && len(p.vars) == 0 && !slices.ContainsFunc(c.decls, p.goes) {
		w.opening = asStatement(w.opening, p.name)
	}
	var vars strings.Builder
	for _, v := range p.vars {
		vars.WriteString("var " + v.name + " " + v.typ + "; ")
	}
	w.opening = vars.String() + w.opening
	return w, nil
}

// asStatement makes a declaration of a variable a statement. Yaegi evaluates either declarations or
// statements at a time, and has a declaration's closures not see what earlier cells have declared.
func asStatement(opening, name string) string {
	rest, ok := strings.CutPrefix(opening, "var "+name+" = ")
	switch {
	case !ok:
		return opening
	case name == "_":
		return "_ = " + rest
	}
	return name + " := " + rest
}

// goes reports whether a declaration goes to package level.
func (p *plan) goes(d decl) bool {
	i := sort.Search(len(p.hoists), func(i int) bool { return p.hoists[i].kw >= d.kw })
	return d.tok == token.IMPORT || i < len(p.hoists) && p.hoists[i].kw == d.kw
}

// place decides where the wrapper's parts stand, and what else changes.
func (w *wrapper) place() {
	c, p := w.c, w.p
	first, after := -1, false // the first of the declarations, and whether there is one after the statements
	for _, d := range c.decls {
		if p.goes(d) && (d.end <= p.span.start || p.span == span{}) && first < 0 {
			first = d.start
		}
		after = after || p.goes(d) && d.tok != token.IMPORT && d.start >= p.span.end
	}
	var front edits // before all else that is put in at the same place
	empty := p.span == span{}
	switch {
	case w.magic != nil && (first < 0 || empty):
		w.head = w.imports + w.opening
	case w.magic != nil:
		w.head = w.imports
		front.insert(p.span.start, w.opening, rankStart)
	case empty && first < 0:
		w.foot = w.imports + w.opening
	case empty:
		front.insert(first, w.imports, rankStart)
		w.foot = w.opening
	case first < 0:
		front.insert(p.span.start, w.imports+w.opening, rankStart)
	default:
		front.insert(first, w.imports, rankStart)
		front.insert(p.span.start, w.opening, rankStart)
	}
	w.edits = front
	for _, e := range p.edits {
		if e.why != moves && !(p.shape == inPlace && e.why == closure) {
			w.edits = append(w.edits, e)
		}
	}
	switch {
	case w.magic != nil && empty:
		w.head += w.closing
	case after && !empty && w.closing != "":
		w.edits.insert(p.span.end, "; "+w.closing, rankClose)
	default:
		w.foot += w.closing
	}
	w.head = strings.TrimRight(w.head, "; ")
	for i, m := range c.magics {
		if m.ours && !(i == 0 && w.magic != nil) {
			w.edits.replace(m.sign, m.end, "")
		}
	}
	w.planSigns()
	for _, d := range w.moved {
		if d.tok == token.IMPORT { // its comments stay
			w.deleteCode(d.kw, max(d.stop, d.semi+1))
			continue
		}
		w.edits.replace(d.start, d.end, lineEnds(c.text[d.start:d.end]))
	}
	for _, e := range p.inner {
		if !w.isMoved(e) {
			w.edits = append(w.edits, e)
		}
	}
}

// deleteCode deletes what is no comment in [start, end), but for the line ends.
func (w *wrapper) deleteCode(start, end int) {
	run := span{}
	flush := func() {
		w.edits.replace(run.start, run.end, lineEnds(w.c.text[run.start:run.end]))
		run = span{}
	}
	for t := newTokens(w.c.text[start:end]); t.next(); {
		at := start + t.off
		switch {
		case t.tok == token.COMMENT && run != span{}:
			flush()
		case t.tok == token.COMMENT || t.tok == token.SEMICOLON && t.lit == "\n":
		case t.tok.IsLiteral() || t.tok.IsKeyword():
			run.cover(at, at+len(t.lit))
		default:
			run.cover(at, at+len(t.tok.String()))
		}
	}
	if run != (span{}) {
		flush()
	}
}

// isMoved reports whether an edit is in a declaration that moves.
func (w *wrapper) isMoved(e edit) bool {
	return slices.ContainsFunc(w.moved, func(d decl) bool { return d.start <= e.start && e.end <= d.end })
}

// movedText returns the declarations that stand below the closure, each on lines of its own.
func (w *wrapper) movedText() *fragment {
	f := &fragment{}
	for _, d := range w.moved {
		if d.tok != token.IMPORT {
			f.append(w.p.inner.apply(w.c.source, d.start, d.end))
			f.add(w.nl)
		}
	}
	return f
}

// lines returns the cell's line for each line of code.
func (w *wrapper) lines(code []byte, mark wrapping, moved *fragment) []int {
	lines := make([]int, countLines(string(code)))
	header := countLines(string(w.c.text[w.c.bom:w.start])) + mark.body
	for i := range min(header, len(lines)) {
		lines[i] = w.c.first + i
	}
	at := moved.lineIn(w.c.source)
	n, off := countLines(string(moved.text)), 0
	for i, line := range slices.Collect(strings.Lines(string(moved.text))) {
		if i += len(lines) - n; i >= header {
			lines[i] = at(off, off+len(line))
		}
		off += len(line)
	}
	return lines
}

// lineEnds returns the line ends in text.
func lineEnds(text []byte) string {
	var b strings.Builder
	for line := range bytes.Lines(text) {
		if bytes.HasSuffix(line, []byte("\r\n")) {
			b.WriteString("\r\n")
		} else if bytes.HasSuffix(line, []byte("\n")) {
			b.WriteString("\n")
		}
	}
	return b.String()
}

// oneLineOf returns Go text on one line, without its comments: it has a semicolon where a line's end
// is one that Go asks for.
func oneLineOf(text string) string {
	var b strings.Builder
	end := 0 // of the token before
	ends := false
	for t := newTokens([]byte(text)); t.next(); {
		switch {
		case t.tok == token.COMMENT:
			continue
		case t.tok == token.SEMICOLON && t.lit == "\n":
			ends, end = true, t.off
			continue
		case ends && t.tok != token.RBRACE && t.tok != token.RPAREN:
			b.WriteString(";")
		}
		ends = false
		switch space := text[end:t.off]; {
		case b.Len() == 0:
		case strings.ContainsAny(space, "\n/"):
			b.WriteString(" ")
		default:
			b.WriteString(space)
		}
		lit := t.lit
		if lit == "" || t.tok == token.SEMICOLON {
			lit = t.tok.String()
		}
		b.WriteString(lit)
		end = t.off + len(lit)
	}
	return b.String() + " "
}
