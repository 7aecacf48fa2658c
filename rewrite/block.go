package rewrite

import (
	"bytes"
	"cmp"
	"go/scanner"
	"strings"

	"github.com/cellwrap/cellwrap/indent"
	"github.com/cellwrap/cellwrap/templates"
)

// assembleBlock puts a header in the place of the magic's line and a footer after
// the last line, and indents what is between. It moves nothing else, so line N of
// the cell is line N of the output where the cell has a magic.
func assembleBlock(c *cell, p *plan, opts *Options) (*Output, *Error) {
	text := templates.Text{Depth: 1}
	if p.shape != inPlace {
		var err *scanner.Error
		if text, err = p.fill(opts); err != nil {
			return nil, &Error{Pos: err.Pos, Msg: err.Msg}
		}
	}
	b := newBlock(c, p, text)
	body := p.edits.apply(c.source, b.start, len(c.text))
	added := 0
	if n := len(body.text); n > 0 && body.text[n-1] != '\n' && p.shape != inPlace {
		body.add(b.nl)
		added = len(b.nl)
	}
	footer := b.lines(text.Tail)
	if p.closing != "" {
		footer = b.base + b.deeper + p.closing + b.nl + footer
	}
	if n := len(c.text); n > 0 && c.text[n-1] != '\n' {
		footer = strings.TrimSuffix(footer, b.nl)
	}
	headerText := strings.TrimSuffix(b.lines(text.Header), b.nl)
	if p.shape == inPlace {
		headerText = b.base // for the marker alone
	}
	w := wrapping{
		header: strings.Count(headerText, "\n") + 1,
		magic:  string(bytes.TrimSpace(b.magicLine)),
		alone:  p.shape == inPlace,
		unit:   b.deeper,
		body:   countLines(string(body.text)),
		footer: countLines(footer),
	}
	if string(b.magicLine) != b.base+w.magic {
		w.line = b.magicLine
	}
	list, tail := undoings(p.edits, c.source, b.start)
	tail += string(body.text[len(body.text)-added:])
	w.undo = undoList(list)
	w.addChecks(headerText, footer, list, tail)
	rest := b.headerEnd + string(indent.Apply(body.text, b.deeper)) + footer

	code := bytes.Clone(c.text[:b.before])
	code = append(code, headerText...)
	code = append(code, w.marker(headerText, rest)...)
	code = append(code, rest...)
	return &Output{Code: code, Lines: b.lineMap(c, code, w.header, w.body)}, nil
}

// countLines counts the lines of text, the last of which may lack its end.
func countLines(text string) int {
	n := strings.Count(text, "\n")
	if text != "" && !strings.HasSuffix(text, "\n") {
		n++
	}
	return n
}

// block is where things stand in a block.
type block struct {
	before    int    // end of the lines above the header
	start     int    // start of the body
	magicLine []byte // the line that the header replaces, without its line end, or nil
	base      string // indentation of the region
	unit      string // one level
	deeper    string // what the body is indented by
	nl        string
	headerEnd string // nl, or the end of the magic's line, which may be another
}

func newBlock(c *cell, p *plan, text templates.Text) *block {
	b := &block{before: c.bom, start: c.bom, nl: c.newline()}
	own := ""
	if len(c.magics) > 0 && c.magics[0].first {
		m := c.magics[0]
		b.before, b.start = c.lineStart(m.start), c.next(m.end)
		b.magicLine = c.text[b.before:c.lineEnd(m.end)]
		b.headerEnd = string(c.text[c.lineEnd(m.end):b.start])
		own = string(c.text[b.before:m.sign])
	}
	b.headerEnd = cmp.Or(b.headerEnd, b.nl)
	code := bytes.Clone(c.code)
	end := 0
	for _, off := range p.labels {
		if off >= end { // else on the line of the last one
			end = c.lineEnd(off)
			blank(code[c.lineStart(off):end]) // gofmt sets a label one level out
		}
	}
	style := indent.Detect(code[b.start:])
	b.base, b.unit = style.Base, style.Unit
	if len(bytes.TrimSpace(code[b.start:])) == 0 {
		b.base = own
	}
	b.deeper = strings.Repeat(b.unit, text.Depth-1)
	return b
}

// lines returns the skeleton's text at the region's indentation, in its unit and with
// its line ends.
func (b *block) lines(text []byte) string {
	var out strings.Builder
	for line := range strings.Lines(string(indent.Remove(text, "\t"))) {
		line = strings.TrimSuffix(line, "\n")
		code := strings.TrimLeft(line, "\t")
		out.WriteString(b.base + strings.Repeat(b.unit, len(line)-len(code)) + code + b.nl)
	}
	return out.String()
}

// lineMap returns the cell's line for each line of code.
func (b *block) lineMap(c *cell, code []byte, header, body int) []int {
	var lines []int
	pre := bytes.Count(c.text[:b.before], []byte("\n"))
	for i := range pre {
		lines = append(lines, c.first+i)
	}
	magic := 0
	next := c.first + pre
	if b.magicLine != nil {
		magic = next
		next++
	}
	for range header {
		lines = append(lines, magic)
	}
	for i := range body {
		lines = append(lines, next+i)
	}
	total := bytes.Count(code, []byte("\n"))
	if len(code) > 0 && code[len(code)-1] != '\n' {
		total++
	}
	return append(lines, make([]int, max(total-len(lines), 0))...)
}
