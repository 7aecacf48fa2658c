package rewrite

import (
	"bytes"
	"fmt"
	"go/token"
	"slices"
	"strings"

	"github.com/cellwrap/cellwrap/indent"
)

// unwrapper takes back what is left of wrapped cells that were changed since: the wrapper, if both of its ends are as they
// were, and each edit of the body that is found where it was put. What somebody has written stays.
type unwrapper struct {
	src   *source
	stays []stay
}

// stay is why a cell stays wrapped, at an offset.
type stay struct {
	off int
	why string
}

const noEnd = "the string or comment that begins here has no end"

// stay says why a cell stays wrapped.
func (u *unwrapper) stay(off int, why string) (wrappedCell, bool) {
	u.stays = append(u.stays, stay{off, why})
	return wrappedCell{}, false
}

// changed unwraps the cell of a marker whose checksum does not hold.
func (u *unwrapper) changed(m *markedText) (wrappedCell, bool) {
	list, ok := parseUndo(m.undo)
	var known checks
	if ok && m.ok {
		known, ok = parseChecks(m.checks, list)
	}
	if !ok || !m.ok {
		return u.stay(m.comment, "the marker has been changed since")
	}
	start := m.linesAbove(m.header - 1)
	header := m.text[start:m.off]
	if m.header == 0 {
		start, header = u.src.bom, nil
	}
	if headerCheck(header) != known.header {
		return u.stay(start, "the first line of the wrapped cell has been changed since")
	}
	if off, ok := unclosed(m.text, start); ok && m.unit != "" {
		return u.stay(off, noEnd)
	}
	bodyStart := skipLines(m.text, m.off, 1)
	bodyEnd, end := len(m.text), len(m.text)
	soft := skipLines(m.text, bodyStart, m.body)
	switch {
	case m.header == 0:
		bodyStart, bodyEnd, soft = start, max(start, m.start), max(start, m.start)
		end = skipLines(m.text, m.off, m.footer)
		if m.footerCheck(slices.Concat(m.text[bodyEnd:m.off], m.text[m.end:end])) != known.footer {
			return u.stay(bodyEnd, "the last lines of the wrapped cell have been changed since")
		}
	case m.footer > 0:
		if bodyEnd = m.findFooter(bodyStart, header, known.footer); bodyEnd < 0 {
			return u.stay(min(soft, len(m.text)), "the last lines of the wrapped cell have been changed since")
		}
		end, soft = skipLines(m.text, bodyEnd, m.footer), bodyEnd
	}
	body := m.text[bodyStart:bodyEnd]
	f := newFinder(indent.Remove(body, m.unit), list, known)
	f.end = len(indent.Remove(body[:max(soft, bodyStart)-bodyStart], m.unit))
	f.find()
	place := func(i int) int { return bodyStart + indented(body, f.text, f.place(i)) }
	for i, at := range f.at {
		if at < 0 && f.nests[i] != 0 && f.partner[i] < 0 {
			return u.stay(place(i), "what begins or ends the closure here has been changed since")
		}
	}
	var left []Diagnostic
	for i, at := range f.at {
		if at < 0 && !(0 <= f.partner[i] && f.partner[i] < i) { // one word for both of a pair
			left = append(left, u.src.warning(place(i), "%s", list[i].stays()))
		}
	}
	if m.footer == 0 { // where the cell ended cannot be seen; nothing is to be done after the last edit
		f.text = f.text[:f.endBefore(len(f.at))]
		end = bodyStart + len(f.text)
	}
	cell := m.cell(start, end, f.undone())
	cell.left = left
	return cell, true
}

// stays says that an edit is not undone.
func (u *undoing) stays() string {
	switch {
	case u.put == "":
		return fmt.Sprintf("not put back, since what was around it has been changed: %q", u.taken)
	case u.taken == "":
		return fmt.Sprintf("left as it is, since it has been changed: cellwrap had put in %q", u.put)
	}
	return fmt.Sprintf("left as it is, since it has been changed: cellwrap had put in %q for %q", u.put, u.taken)
}

// findFooter returns where the footer begins, or -1: where the brackets that the header opens are closed, else, as they
// may not be after a change, where it was, or where there is one.
func (m *markedText) findFooter(bodyStart int, header []byte, check string) int {
	is := func(off int) bool { return m.footerCheck(m.text[off:skipLines(m.text, off, m.footer)]) == check }
	depth := nesting(header)
	if depth > 0 {
		if closing, ok := closing(m.text, bodyStart, depth); ok {
			start := bytes.LastIndexByte(m.text[:closing], '\n') + 1
			for range m.footer - 1 {
				start = bytes.LastIndexByte(m.text[:max(start-1, 0)], '\n') + 1
			}
			if start >= bodyStart && is(start) {
				return start
			}
		}
	}
	if off := skipLines(m.text, bodyStart, m.body); off < len(m.text) && is(off) {
		return off
	}
	found := -1
	for off := bodyStart; off < len(m.text); off = skipLines(m.text, off, 1) {
		if is(off) {
			if found >= 0 && depth > 0 {
				return -1 // of several cells one
			}
			found = off
		}
	}
	return found
}

// nesting returns how many brackets a text opens, less those that it closes.
func nesting(text []byte) (depth int) {
	for t := newTokens(text); t.next(); {
		depth += t.nests()
	}
	return depth
}

// closing returns the offset of the bracket after off that closes the outermost of those that are open.
func closing(text []byte, off, depth int) (int, bool) {
	for t := newTokens(text[off:]); t.next(); {
		if depth += t.nests(); depth == 0 {
			return off + t.off, true
		}
	}
	return 0, false
}

// unclosed returns the offset of a raw string or comment after start that has no end.
func unclosed(text []byte, start int) (int, bool) {
	for t := newTokens(text[start:]); t.next(); {
		switch {
		case t.tok == token.COMMENT && strings.HasPrefix(t.lit, "/*") && (len(t.lit) < 4 || !strings.HasSuffix(t.lit, "*/")),
			t.tok == token.STRING && t.lit[0] == '`' && (len(t.lit) < 2 || !strings.HasSuffix(t.lit, "`")):
			return start + t.off, true
		}
	}
	return 0, false
}

// indented returns the offset in a text that is at an offset of the text without its indentation.
func indented(text, without []byte, off int) int {
	line := bytes.Count(without[:off], []byte("\n"))
	fromEnd := lineEnd(without, off) - off
	return lineEnd(text, skipLines(text, 0, line)) - fromEnd
}
