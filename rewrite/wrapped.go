package rewrite

import (
	"bytes"
	"go/token"
	"strings"

	"github.com/cellwrap/cellwrap/indent"
)

// wrappedCell is a cell that was wrapped, in a larger text.
type wrappedCell struct {
	start, end int          // from its header's line to the end of its footer
	original   []byte       // the lines in their place
	left       []Diagnostic // what of them is not as it was
}

// findWrapped returns the wrapped cells of text, in order, whose checksum holds, and those that were passed if they are
// asked for. One that is in another one's body is a part of that.
func findWrapped(text []byte, passed bool) []wrappedCell {
	return wrappedCells(text, passed, func(*markedText) (wrappedCell, bool) { return wrappedCell{}, false })
}

// wrappedCells is findWrapped, which also asks for the cell of a marker whose checksum does not hold.
func wrappedCells(text []byte, passed bool, changed func(*markedText) (wrappedCell, bool)) []wrappedCell {
	if !isMarked(text) {
		return nil
	}
	var cells []wrappedCell
	t, base, last := newTokens(text), 0, token.SEMICOLON
	for t.next() {
		off := base + t.off
		switch {
		case t.tok == token.COMMENT:
			if inside := len(cells) > 0 && off < cells[len(cells)-1].end; inside || !isMarker(t.lit) || !passed && strings.HasPrefix(t.lit, passedMarker) {
				continue
			}
			m := readMarker(text, off, t.lit)
			w, ok := m.unwrap()
			if !ok {
				w, ok = changed(m)
			}
			if ok {
				cells = append(outside(cells, w.start), w)
			}
		case isHostToken(t.tok) && (last == token.SEMICOLON || last == token.LBRACE) && beginsLine(text, off):
			base = hostLineEnd(text, off) // what it says is no Go
			t, last = newTokens(text[base:]), token.SEMICOLON
		default:
			last = t.tok
		}
	}
	return cells
}

// outside returns the cells that end above start: a marker may stand after its body, and after those in it.
func outside(cells []wrappedCell, start int) []wrappedCell {
	for len(cells) > 0 && cells[len(cells)-1].end > start {
		cells = cells[:len(cells)-1]
	}
	return cells
}

// markedText is a text with a marker.
type markedText struct {
	text []byte
	wrapping
	ok       bool   // whether the marker can be read
	check    string // its checksum
	comment  int    // where it begins
	off, end int    // its place, with the space before it if it is not alone
	start    int    // of its line
}

// readMarker reads the marker that is the comment at off.
func readMarker(text []byte, off int, comment string) *markedText {
	m := &markedText{text: text, comment: off, off: off, end: off + len(comment), start: bytes.LastIndexByte(text[:off], '\n') + 1}
	if m.start == 0 && bytes.HasPrefix(text, bom) {
		m.start = len(bom)
	}
	if m.wrapping, m.check, m.ok = parseWrapping(comment); !m.ok {
		return m
	}
	if m.alone = blankText(text[m.start:off]); !m.alone {
		m.off--
	}
	before, after := m.fields()
	m.end = m.off + len(before) + len(m.check) + len(after)
	m.ok = m.off >= m.start && m.end <= len(text) && string(text[m.off:m.end]) == before+m.check+after
	return m
}

// unwrap returns the cell if the checksum holds.
func (m *markedText) unwrap() (cell wrappedCell, ok bool) {
	if !m.ok {
		return cell, false
	}
	text := m.text
	above := m.header - 1
	if m.header == 0 {
		above = m.body
	}
	start := m.linesAbove(above)
	bodyStart := skipLines(text, m.off, 1)
	bodyEnd := skipLines(text, bodyStart, m.body)
	if m.header == 0 {
		bodyStart, bodyEnd = start, max(start, m.start)
	}
	end := skipLines(text, bodyEnd, m.footer)
	before, after := m.fields()
	if checksum(string(text[start:m.off])+before, after+string(text[m.end:end])) != m.check {
		return cell, false
	}
	list, ok := parseUndo(m.undo)
	if !ok {
		return cell, false
	}
	body, ok := undo(indent.Remove(text[bodyStart:bodyEnd], m.unit), list)
	if !ok {
		return cell, false
	}
	return m.cell(start, end, body), true
}

// linesAbove returns the start of the line n lines above the marker's.
func (m *markedText) linesAbove(n int) int {
	start := m.start
	for range n {
		start = bytes.LastIndexByte(m.text[:max(start-1, 0)], '\n') + 1
	}
	if start == 0 && bytes.HasPrefix(m.text, bom) {
		start = len(bom)
	}
	return start
}

// cell returns the cell from start to end whose body is given.
func (m *markedText) cell(start, end int, body []byte) wrappedCell {
	cell := wrappedCell{start: start, end: end, original: m.magicLine(start)}
	cell.original = append(cell.original, body...)
	if m.footer > 0 && m.text[end-1] != '\n' { // nor did the cell end in a newline
		cell.original = bytes.TrimSuffix(bytes.TrimSuffix(cell.original, []byte("\n")), []byte("\r"))
	}
	return cell
}

// magicLine returns the line that the header replaced, with its end, or nil.
func (m *markedText) magicLine(start int) []byte {
	line := m.line
	if line == nil && m.magic != "" {
		header := m.text[start:m.off]
		base := header[:len(header)-len(bytes.TrimLeft(header, " \t"))]
		line = append(bytes.Clone(base), m.magic...)
	}
	if line != nil {
		line = append(line, m.text[m.end:skipLines(m.text, m.off, 1)]...)
	}
	return line
}

// isMarked reports whether a text may have a marker.
func isMarked(text []byte) bool {
	return bytes.Contains(text, []byte(marker)) || bytes.Contains(text, []byte(passedMarker))
}

// skipLines returns the start of the line n lines after off.
func skipLines(text []byte, off, n int) int {
	for range n {
		i := bytes.IndexByte(text[off:], '\n')
		if i < 0 {
			return len(text)
		}
		off += i + 1
	}
	return off
}

// isWrapped reports whether text is one wrapped cell, but for blank lines and comments around
// it.
func isWrapped(text []byte) bool {
	cells := findWrapped(text, false)
	if len(cells) != 1 {
		return false
	}
	for _, part := range [][]byte{text[:cells[0].start], text[cells[0].end:]} {
		for t := newTokens(part); t.next(); {
			if t.tok != token.COMMENT {
				return false
			}
		}
	}
	return true
}
