package rewrite

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
)

// undoing is an edit of a body, as a marker has it.
type undoing struct {
	gap   int    // bytes since the one before
	size  int    // bytes that were put in
	taken string // what was taken out
	put   string // what was put in; as the next, only if the marker has checks
	check string // of the gap
}

// undoings returns the edits from start on in the form of a marker, and what comes after the last one.
func undoings(e edits, src *source, start int) (list []undoing, tail string) {
	at := start
	for _, x := range e {
		if x.start < start {
			continue
		}
		gap := src.text[at:x.start]
		list = append(list, undoing{
			gap: len(gap), size: len(x.text), taken: string(src.text[x.start:x.end]),
			put: x.text, check: hashOf(gap).check(),
		})
		at = x.end
	}
	return list, string(src.text[at:])
}

// undoList encodes a list of edits.
func undoList(list []undoing) string {
	if list == nil {
		return "-"
	}
	items := make([]string, len(list))
	for i, u := range list {
		items[i] = strconv.Itoa(u.gap) + "+" + strconv.Itoa(u.size)
		if u.taken != "" {
			items[i] += "=" + base64.RawStdEncoding.EncodeToString([]byte(u.taken))
		}
	}
	return strings.Join(items, ",")
}

// parseUndo is the inverse of undoList.
func parseUndo(text string) (list []undoing, ok bool) {
	if text == "-" {
		return nil, true
	}
	for item := range strings.SplitSeq(text, ",") {
		numbers, taken, _ := strings.Cut(item, "=")
		n := sum(numbers, 2)
		original, err := base64.RawStdEncoding.DecodeString(taken)
		if n == nil || err != nil {
			return nil, false
		}
		list = append(list, undoing{gap: n[0], size: n[1], taken: string(original)})
	}
	return list, true
}

// undo takes edits back. They are all where they were put.
func undo(text []byte, list []undoing) ([]byte, bool) {
	out := make([]byte, 0, len(text))
	for _, u := range list {
		if u.gap+u.size > len(text) {
			return nil, false
		}
		out = append(append(out, text[:u.gap]...), u.taken...)
		text = text[u.gap+u.size:]
	}
	return append(out, text...), true
}

// checksMark begins the checks of a marker.
const checksMark = "~"

// checks are what tells where edits are in a text that was changed since:
//
//	~8QhYwAVbX,9Gq0,pbM0,1Ws24;LCBuaWw
//
// that is: checks of all the rest of the marker but its checksum, of the header and of the footer; for each edit a check of the text since the one before, and the
// index of what was put in in the list at the end, in base64; a check of the text after the last one, and its length.
// If there are no edits, there are only the first three.
type checks struct {
	header, footer string
	tail           string
	tailSize       int
}

// addChecks adds the checks to a marker whose other fields are set.
func (w *wrapping) addChecks(header, footer string, list []undoing, tail string) {
	text := []byte(headerCheck([]byte(header)) + w.footerCheck([]byte(footer)))
	var puts []string
	index := map[string]int{}
	for _, u := range list {
		text = append(append(text, ','), u.check...)
		if u.put == "" {
			continue
		}
		i, ok := index[u.put]
		if !ok {
			i = len(puts)
			index[u.put] = i
			puts = append(puts, base64.RawStdEncoding.EncodeToString([]byte(u.put)))
		}
		text = strconv.AppendInt(text, int64(i), 10)
	}
	if list != nil {
		text = append(append(text, ','), hashOf([]byte(tail)).check()...)
		text = strconv.AppendInt(text, int64(len(tail)), 10)
		text = append(append(text, ';'), strings.Join(puts, ",")...)
	}
	w.checks = string(text)
}

// headerCheck returns the check of a header. Its indentation does not count.
func headerCheck(header []byte) string { return hashOf(bytes.TrimSpace(header)).check() }

// footerCheck returns the check of a footer. White space does not count in a block's, where nothing of it is the user's.
func (w *wrapping) footerCheck(footer []byte) string {
	if w.unit != "" {
		footer = bytes.Join(bytes.Fields(footer), nil)
	}
	return hashOf(bytes.TrimRight(footer, "\r\n")).check()
}

// parseChecks adds what the checks say to a list of edits.
func parseChecks(text string, list []undoing) (c checks, ok bool) {
	items, puts, _ := strings.Cut(text, ";")
	fields := strings.Split(items, ",")
	if len(fields[0]) != 2*checkSize || len(fields) != 1 && len(fields) != len(list)+2 || len(fields) == 1 && len(list) > 0 {
		return c, false
	}
	c.header, c.footer = fields[0][:checkSize], fields[0][checkSize:]
	if len(list) == 0 {
		return c, true
	}
	var texts []string
	for put := range strings.SplitSeq(puts, ",") {
		text, err := base64.RawStdEncoding.DecodeString(put)
		if err != nil {
			return c, false
		}
		texts = append(texts, string(text))
	}
	if slices.ContainsFunc(fields[1:], func(f string) bool { return len(f) < checkSize }) {
		return c, false
	}
	for i, f := range fields[1 : len(list)+1] {
		u := &list[i]
		if u.check = f[:checkSize]; u.size == 0 {
			continue
		}
		n, err := strconv.ParseUint(f[checkSize:], 10, 31)
		if err != nil || n >= uint64(len(texts)) || len(texts[n]) != u.size {
			return c, false
		}
		u.put = texts[n]
	}
	last := fields[len(list)+1]
	n, err := strconv.ParseUint(last[checkSize:], 10, 31)
	c.tail, c.tailSize = last[:checkSize], int(n)
	return c, err == nil
}

// hash is a polynomial of a text's bytes, so that those of all parts of a text follow from those of its starts.
type hash uint64

const hashBase = 0x9e3779b97f4a7c15

func hashOf(text []byte) (h hash) {
	for _, c := range text {
		h = h*hashBase + hash(c) + 1
	}
	return h
}

// checkSize is the length of a check: 18 bits, for it only has to tell a text from what somebody made of it.
const checkSize = 3

func (h hash) check() string {
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return string([]byte{digits[h>>58], digits[h>>52&63], digits[h>>46&63]})
}

// hashes are the hashes of the starts of a text, and the powers that it takes to have those of the parts.
type hashes struct{ starts, powers []hash }

func newHashes(text []byte) hashes {
	h := hashes{make([]hash, len(text)+1), make([]hash, len(text)+1)}
	h.powers[0] = 1
	for i, c := range text {
		h.starts[i+1] = h.starts[i]*hashBase + hash(c) + 1
		h.powers[i+1] = h.powers[i] * hashBase
	}
	return h
}

// check returns the check of the part [start, end) of the text.
func (h hashes) check(start, end int) string {
	return (h.starts[end] - h.starts[start]*h.powers[end-start]).check()
}
