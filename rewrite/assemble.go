package rewrite

import (
	"bytes"
	"errors"
	"go/format"
	"go/scanner"
	"go/token"
	"strings"

	"github.com/cellwrap/cellwrap/indent"
	"github.com/cellwrap/cellwrap/templates"
)

// assembleFile puts the edited fragments into the skeleton of a file. User text is
// formatted in one piece, apart from the skeleton, so no printer ever moves a comment
// from one to the other.
func assembleFile(c *cell, p *plan, opts *Options) (*Output, *Error) {
	body := p.edits.apply(c.source, 0, len(c.text))
	body.add("\n" + p.closing + "\n")
	decls := hoistedText(c, p, nil)

	// The skeleton is filled while the body is formatted.
	type filled struct {
		text templates.Text
		err  *scanner.Error
	}
	skeleton := make(chan filled, 1)
	go func() {
		text, err := p.fill(opts)
		skeleton <- filled{text, err}
	}()
	bodyText, badBody := formatBody(body.text, p.again)
	declText, badDecls := formatDecls(decls.text)
	f := <-skeleton
	if f.err != nil {
		return nil, &Error{Pos: f.err.Pos, Msg: f.err.Msg}
	}
	text := f.text
	if text.Depth > 1 {
		bodyText = indent.Apply(bodyText, strings.Repeat("\t", text.Depth-1))
	}

	a := &assembly{opts: opts}
	a.ours(text.Head)
	a.imports(c, p, text.Head)
	badDecls = errors.Join(badDecls, a.cells(declText, decls, c))
	a.header(text, c.line(c.headerOff()))
	badBody = errors.Join(badBody, a.cells(bodyText, body, c))
	a.ours(text.Tail)
	if err := errors.Join(badDecls, badBody); err != nil {
		return nil, c.errorf(c.headerOff(), "%v", err)
	}
	code, lines := a.finish()
	return &Output{Code: code, Lines: lines}, nil
}

// formatBody formats the statements as those of a function at package level, again until nothing
// changes if once may not be enough.
func formatBody(was []byte, again bool) ([]byte, error) {
	// gofmt takes a comment in column 1 above a token in column 1 for a doc comment,
	// and lays its text out anew, so no statement may begin there.
	const before, after = "package p\n\nfunc _() {\n", "}\n"
	text, err := formatAs(indent.Apply(was, "\t"), before, after)
	if err == nil && (again || hasEmptyStatement(text) || movesComments(was, text)) {
		text, err = fixedPoint(text, before, after)
	}
	return append(bytes.Trim(text, "\n"), '\n'), err // gofmt keeps blank lines beside comments
}

// hasEmptyStatement reports whether gofmt may have left something of several empty statements on one
// line, of which it takes away one at a time: "; ;", "a;  }", "a; /**/ }", "{  }". Most texts that look so have it
// in the header of a loop, "for i := 0; ; i++ {", in a comment or in a string.
func hasEmptyStatement(text []byte) bool {
	at := 0
	for at < len(text) && !isEmptyBehind(text, at) {
		at++
	}
	if at == len(text) {
		return false
	}
	header := false
	for t := newTokens(text); t.next(); {
		switch t.tok {
		case token.FOR:
			header = true
		case token.LBRACE:
			header = false
		case token.SEMICOLON:
			if header {
				continue
			}
		default:
			continue
		}
		if isEmptyBehind(text, t.off) {
			return true
		}
	}
	return false
}

// isEmptyBehind reports whether what stands at off is a semicolon or a brace, with nothing behind it on its line but
// white space, or what may stand behind an empty statement.
func isEmptyBehind(text []byte, off int) bool {
	if off+2 >= len(text) || text[off+1] != ' ' {
		return false
	}
	next := text[off+2]
	return text[off] == ';' && (next == ';' || next == ' ' || next == '}' || next == '/') || text[off] == '{' && next == ' '
}

// formatDecls formats the declarations, and puts a blank line behind them.
func formatDecls(was []byte) ([]byte, error) {
	if len(was) == 0 {
		return nil, nil
	}
	text, err := fixedPoint(was, "package p\n\n", "")
	return append(text, '\n'), err
}

// fill fills the skeleton.
func (p *plan) fill(opts *Options) (templates.Text, *scanner.Error) {
	b := templates.Binding{
		Package: opts.Package,
		Runtime: p.runtime,
		Session: p.session,
		Run:     p.run,
		Name:    p.name,
		Result:  p.result,
		Returns: p.returns(),
		Param:   p.co,
		Timeout: p.timeout,
		Named:   p.named,
	}
	for _, imp := range p.imports {
		b.Imports = append(b.Imports, imp.Import)
	}
	text, err := opts.skeleton(p.name).Fill(b)
	if err == nil {
		return text, nil
	}
	if err, ok := err.(*scanner.Error); ok {
		return text, err
	}
	return text, &scanner.Error{Msg: err.Error()}
}

// hoistedText returns the declarations that go to package level, parted by blank lines unless
// they are one line each and follow each other. The variables among them come first. Functions
// whose keyword stands in bodyless end where it says.
func hoistedText(c *cell, p *plan, bodyless map[int]int) *fragment {
	f := &fragment{}
	for i, v := range p.vars {
		f.add("var ")
		f.copy(c.source, v.off, v.off+len(v.name))
		f.add(" " + v.typ + "\n")
		if i+1 < len(p.vars)+len(p.hoists) {
			f.add("\n")
		}
	}
	below := -1 // the line below the last declaration, if that was one line
	for i, d := range p.hoists {
		start, end := c.index(d.start), c.index(d.end-1)
		if i > 0 && (start != end || start != below) {
			f.add("\n")
		}
		if below = -1; start == end {
			below = end + 1
		}
		if end, ok := bodyless[d.kw]; ok {
			f.append(p.inner.apply(c.source, d.start, end))
		} else if d.semi >= 0 {
			f.append(p.inner.apply(c.source, d.start, d.semi))
			f.append(p.inner.apply(c.source, d.semi+1, d.end))
		} else {
			f.append(p.inner.apply(c.source, d.start, d.end))
		}
		f.add("\n")
	}
	return f
}

// movesComments reports whether formatting has moved comments, or may have moved lines inside of
// one. Most cells are spared a second formatting.
func movesComments(was, text []byte) bool {
	if !sameText(was, text) {
		return bytes.Contains(text, []byte("//")) || bytes.Contains(text, []byte("/*"))
	}
	if !bytes.Contains(text, []byte("/*")) {
		return false
	}
	for t := newTokens(text); t.next(); {
		if t.tok == token.COMMENT && strings.Contains(t.lit, "\n") {
			i := bytes.Index(was, []byte(t.lit))
			if i < 0 {
				return true
			}
			was = was[i+len(t.lit):]
		}
	}
	return false
}

// fixedPoint formats text until formatting changes nothing. Where gofmt moves a comment, or the
// lines of one, it may want to move them again; and a comment that was indented, as in a cell
// pasted from inside a function, is a doc comment, which has a layout, only after the first time.
func fixedPoint(text []byte, before, after string) ([]byte, error) {
	for range 32 { // each time, gofmt makes two more backquotes of a doc comment one quote
		was := text
		var err error
		if text, err = formatAs(was, before, after); err != nil || bytes.Equal(was, text) {
			return text, err
		}
	}
	return text, nil
}

// formatAs formats text, which is whole lines, as part of a file, between before and after,
// and returns text's part.
func formatAs(text []byte, before, after string) ([]byte, error) {
	src := make([]byte, 0, len(before)+len(text)+len(after))
	src = append(append(append(src, before...), text...), after...)
	out, err := format.Source(src)
	if err != nil {
		return nil, err
	}
	return out[len(before) : len(out)-len(after)], nil
}
