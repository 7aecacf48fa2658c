package rewrite

import (
	"encoding/base64"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
)

// marker begins the comment at the end of a wrapped cell's header. It carries the
// magic and what it takes to get the cell back:
//
//	//cellwrap:wrapped %%run_in_reactor result # 9ae0daaf t1 1+12+2 45+5,3+5 ~8QhYwAVbX,9Gq0,pbM0,1Ws24;LCBuaWw
//
// that is: the checksum of everything from the header to the footer, itself and the last
// line end excepted; the white space that the body was indented by, here one tab; the
// number of lines of header, body and footer; and the edits of the body, each the
// number of bytes since the one before, the number of bytes put in and, in base64, those
// taken out. What follows the tilde tells what is left of all that in a text that was changed: see checks.
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
	alone  bool   // the marker has a line of its own, as the statements are in place
	unit   string // indentation added to the body
	undo   string // edits
	checks string // less the first one, or ""
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
	if w.checks != "" {
		after += " " + checksMark + hashOf([]byte(strings.TrimSpace(before)+after+w.checks)).check() + w.checks
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

// parseWrapping reads a marker, and returns it with its checksum.
func parseWrapping(comment string) (w wrapping, check string, ok bool) {
	i := strings.LastIndex(comment, "# ")
	if i < 0 {
		return w, "", false
	}
	f := strings.Fields(comment[i+1:])
	if n := len(f) - 1; n > 0 && strings.HasPrefix(f[n], checksMark) && len(f[n]) > len(checksMark)+checkSize {
		w.checks, f = f[n][len(checksMark)+checkSize:], f[:n]
	}
	if len(f) < 4 || len(f) > 5 || len(f[1]) < 2 {
		return w, "", false
	}
	lines := sum(f[2], 3)
	width := sum(f[1][1:], 1)
	if lines == nil || width == nil || width[0] > 100 {
		return w, "", false
	}
	keyword, magic, _ := strings.Cut(comment[:i], " ")
	w.passed, w.magic, w.undo = keyword == passedMarker, strings.TrimSpace(magic), f[3]
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
