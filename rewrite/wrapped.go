package rewrite

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"go/token"
	"hash/crc32"
	"strconv"
	"strings"

	"github.com/cellwrap/cellwrap/indent"
)

// marker begins the comment at the end of a wrapped cell's header. It carries the
// magic and what it takes to get the cell back:
//
//	//cellwrap:wrapped %%run_in_reactor result # 9ae0daaf t1 1+12+2 45+15,3+1
//
// that is: the checksum of everything from the header to the footer, itself and the last
// line end excepted; the white space that the body was indented by, here one tab; the
// number of lines of header, body and footer; and the edits of the body, each the
// number of bytes since the one before, the number of bytes put in and, in base64, those
// taken out. A marker whose checksum fails says nothing.
//
// A header of no lines says that the marker comes after the body, in the first line of the footer.
const marker = directive + "wrapped"

// passedMarker is the marker at the end of a kernel's cell that was not wrapped, but in which magics are spelled in another
// way. It is a cell like others.
const passedMarker = directive + "passed"

// isMarker reports whether a comment is a marker, as far as its start tells.
func isMarker(comment string) bool {
	return strings.HasPrefix(comment, marker) || strings.HasPrefix(comment, passedMarker)
}

// wrapping is what a marker says.
type wrapping struct {
	passed bool   // it was not wrapped
	magic  string // the magic, or "" if the cell has none
	line   []byte // the magic's whole line, if that is not the magic at the header's indentation
	alone  bool   // the marker stands on a line of its own, as the statements are in place
	unit   string // indentation added to the body
	undo   string // edits
	// Lines of each part.
	header, body, footer int
}

// fields returns the marker's text around the checksum.
func (w *wrapping) fields() (before, after string) {
	before = marker
	if w.passed {
		before = passedMarker
	}
	if !w.alone {
		before = " " + before
	}
	if w.magic != "" {
		before += " " + w.magic
	}
	unit := "s"
	if strings.HasPrefix(w.unit, "\t") {
		unit = "t"
	}
	after = fmt.Sprintf(" %s%d %d+%d+%d %s", unit, len(w.unit), w.header, w.body, w.footer, w.undo)
	if w.line != nil {
		after += " " + base64.RawStdEncoding.EncodeToString(w.line)
	}
	return before + " # ", after
}

// marker returns the marker for a header and what follows it.
func (w *wrapping) marker(header, rest string) string {
	before, after := w.fields()
	return before + checksum(header+before, after+rest) + after
}

func checksum(before, after string) string {
	after = strings.TrimSuffix(strings.TrimSuffix(after, "\n"), "\r")
	sum := crc32.Update(crc32.ChecksumIEEE([]byte(before)), crc32.IEEETable, []byte(after))
	return fmt.Sprintf("%08x", sum)
}

// undoList encodes the edits behind start so that undo can take them back.
func undoList(e edits, src *source, start int) string {
	var items []string
	at := start // in the cell
	for _, x := range e {
		if x.start < start {
			continue
		}
		item := strconv.Itoa(x.start-at) + "+" + strconv.Itoa(len(x.text))
		if x.end > x.start {
			item += "=" + base64.RawStdEncoding.EncodeToString(src.text[x.start:x.end])
		}
		items = append(items, item)
		at = x.end
	}
	if items == nil {
		return "-"
	}
	return strings.Join(items, ",")
}

// undo takes the edits of an encoded list back.
func undo(text []byte, list string) ([]byte, bool) {
	if list == "-" {
		return text, true
	}
	out := make([]byte, 0, len(text))
	for item := range strings.SplitSeq(list, ",") {
		numbers, taken, _ := strings.Cut(item, "=")
		n := sum(numbers, 2)
		original, err := base64.RawStdEncoding.DecodeString(taken)
		if n == nil || err != nil || n[0]+n[1] > len(text) {
			return nil, false
		}
		out = append(append(out, text[:n[0]]...), original...)
		text = text[n[0]+n[1]:]
	}
	return append(out, text...), true
}

// sum parses n numbers with + between them, such as "1+12+2". It returns nil if s is
// anything else.
func sum(s string, n int) []int {
	parts := strings.Split(s, "+")
	if len(parts) != n {
		return nil
	}
	numbers := make([]int, n)
	for i, part := range parts {
		x, err := strconv.ParseUint(part, 10, 31)
		if err != nil {
			return nil
		}
		numbers[i] = int(x)
	}
	return numbers
}

// wrappedCell is a cell that was wrapped, in a larger text.
type wrappedCell struct {
	start, end int    // from its header's line to the end of its footer
	original   []byte // the lines in their place
}

// findWrapped returns the wrapped cells of text, in order, whose checksum holds, and those that were passed if they are
// asked for. One that is in another one's body is a part of that.
func findWrapped(text []byte, passed bool) []wrappedCell {
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
			if w, ok := parseWrapped(text, off, t.lit); ok {
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

// outside returns the cells that end above start: a marker may stand behind its body, and behind those in it.
func outside(cells []wrappedCell, start int) []wrappedCell {
	for len(cells) > 0 && cells[len(cells)-1].end > start {
		cells = cells[:len(cells)-1]
	}
	return cells
}

// parseWrapping reads a marker, and returns it with its checksum.
func parseWrapping(comment string) (w wrapping, check string, ok bool) {
	i := strings.LastIndex(comment, "# ")
	if i < 0 {
		return w, "", false
	}
	f := strings.Fields(comment[i+1:])
	if len(f) < 4 || len(f) > 5 || len(f[1]) < 2 {
		return w, "", false
	}
	lines := sum(f[2], 3)
	width := sum(f[1][1:], 1)
	if lines == nil || width == nil || width[0] > 100 {
		return w, "", false
	}
	keyword, magic, _ := strings.Cut(comment[:i], " ")
	w = wrapping{passed: keyword == passedMarker, magic: strings.TrimSpace(magic), undo: f[3]}
	if keyword != marker && !w.passed {
		return w, "", false
	}
	w.header, w.body, w.footer = lines[0], lines[1], lines[2]
	space := " "
	if f[1][0] == 't' {
		space = "\t"
	}
	w.unit = strings.Repeat(space, width[0])
	if len(f) == 5 {
		var err error
		if w.line, err = base64.RawStdEncoding.DecodeString(f[4]); err != nil {
			return w, "", false
		}
	}
	return w, f[0], true
}

// parseWrapped reads the wrapped cell whose marker is the comment at off.
func parseWrapped(text []byte, off int, comment string) (cell wrappedCell, ok bool) {
	w, check, ok := parseWrapping(comment)
	if !ok {
		return cell, false
	}
	line := bytes.LastIndexByte(text[:off], '\n') + 1 // that the marker is on
	if w.alone = len(bytes.TrimSpace(bytes.TrimPrefix(text[line:off], bom))) == 0; !w.alone {
		off-- // the space that parts the marker from the header
	}
	before, after := w.fields()
	markerEnd := off + len(before) + len(check) + len(after)
	if off < 0 || markerEnd > len(text) || string(text[off:markerEnd]) != before+check+after {
		return cell, false
	}
	above := w.header - 1
	if w.header == 0 {
		above = w.body
	}
	start := line
	for range above {
		start = bytes.LastIndexByte(text[:max(start-1, 0)], '\n') + 1
	}
	if start == 0 && bytes.HasPrefix(text, bom) {
		start = len(bom)
	}
	bodyStart := skipLines(text, off, 1)
	bodyEnd := skipLines(text, bodyStart, w.body)
	if w.header == 0 {
		bodyStart, bodyEnd = start, max(start, line)
	}
	end := skipLines(text, bodyEnd, w.footer)
	if checksum(string(text[start:off])+before, after+string(text[markerEnd:end])) != check {
		return cell, false
	}
	body, ok := undo(indent.Remove(text[bodyStart:bodyEnd], w.unit), w.undo)
	if !ok {
		return cell, false
	}
	cell = wrappedCell{start: start, end: end, original: w.line}
	if w.line == nil && w.magic != "" {
		header := text[start:off]
		base := header[:len(header)-len(bytes.TrimLeft(header, " \t"))]
		cell.original = append(bytes.Clone(base), w.magic...)
	}
	if cell.original != nil {
		cell.original = append(cell.original, text[markerEnd:skipLines(text, off, 1)]...)
	}
	cell.original = append(cell.original, body...)
	if text[end-1] != '\n' { // nor did the cell end in a newline
		cell.original = bytes.TrimSuffix(bytes.TrimSuffix(cell.original, []byte("\n")), []byte("\r"))
	}
	return cell, true
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
