package notebook

import "bytes"

// piece is a part of a source in JSON: a string of a list, with its quotes, or a line of the only
// string, without.
type piece struct {
	raw  span // in the file
	text span // in the source
}

// source is a cell's source, decoded.
type source struct {
	text   []byte
	pieces []piece
	list   bool
}

// decode decodes the source of an .ipynb's cell.
func (b *Book) decode(c *Cell) (*source, error) {
	src := &source{list: b.text[c.Start] == '[', text: make([]byte, 0, c.End-c.Start)}
	s := &parser{name: b.Name, text: b.text, pos: c.Start}
	if !src.list {
		end := c.End - 1
		for at := c.Start + 1; at < end; {
			next := lineEnd(b.text, at, end)
			if err := src.add(s, span{at, next}, span{at, next}); err != nil {
				return nil, err
			}
			at = next
		}
		return src, nil
	}
	return src, s.list("", func() error {
		at, err := s.value()
		if err != nil {
			return err
		}
		return src.add(s, at, span{at.start + 1, at.end - 1})
	})
}

// lineEnd returns the end of the line that begins at an offset inside of a string that ends at end.
func lineEnd(text []byte, at, end int) int {
	for at < end {
		i := bytes.IndexByte(text[at:end], '\\')
		if i < 0 {
			return end
		}
		r, size := unescape(text[at+i:])
		at += i + size
		if r == '\n' {
			return at
		}
	}
	return end
}

// add decodes one more piece, whose text stands at inside.
func (src *source) add(s *parser, raw, inside span) error {
	start := len(src.text)
	text, lone := appendUnquoted(src.text, s.text[inside.start:inside.end])
	if lone >= 0 {
		s.pos = inside.start + lone
		return s.errorf("half of a surrogate pair, which no text can hold: %s", s.text[s.pos:s.pos+len(`\ud800`)])
	}
	src.text = text
	src.pieces = append(src.pieces, piece{raw, span{start, len(text)}})
	return nil
}

// keeps returns how many pieces at the start and at the end of the source stay when it becomes
// next. What is between them in next is whole lines.
func (src *source) keeps(next []byte) (head, tail int) {
	for i, p := range src.pieces {
		if p.text.end > len(next) || !bytes.Equal(next[p.text.start:p.text.end], src.text[p.text.start:p.text.end]) {
			break
		}
		if endsLine(next[:p.text.end]) {
			head = i + 1
		}
	}
	for i := len(src.pieces) - 1; i >= head; i-- {
		p := src.pieces[i].text
		shift := len(next) - len(src.text)
		if p.start+shift < src.end(head) || !bytes.Equal(next[p.start+shift:p.end+shift], src.text[p.start:p.end]) {
			break
		}
		if endsLine(next[:p.start+shift]) {
			tail = len(src.pieces) - i
		}
	}
	return head, tail
}

// end returns the length of the text of the first n pieces.
func (src *source) end(n int) int {
	if n == 0 {
		return 0
	}
	return src.pieces[n-1].text.end
}

func endsLine(text []byte) bool { return len(text) == 0 || text[len(text)-1] == '\n' }

// encode returns the JSON value of a cell whose source becomes next: list or string, as it was, and
// a line a string. Lines that stay are spelled as they were. The other manner is for what the cell does not show.
func (b *Book) encode(c *Cell, src *source, next []byte, other *manner) []byte {
	if bytes.Equal(src.text, next) {
		return b.text[c.Start:c.End]
	}
	head, tail := src.keeps(next)
	spelled := map[string]span{} // lines
	for _, p := range src.pieces {
		spelled[string(src.text[p.text.start:p.text.end])] = p.raw
	}
	manner := mannerOf(b.text[c.Start:c.End]).orElse(other).guess()
	lead, comma, trail := b.listLayout(c, src)

	out := append([]byte(nil), b.text[c.Start])
	if head > 0 {
		out = b.text[c.Start:src.pieces[head-1].raw.end:src.pieces[head-1].raw.end]
	} else if src.list && len(next) > 0 {
		out = append(out, lead...)
	}
	written := head > 0
	between := func(after int) { // that piece
		switch {
		case !src.list || !written:
		case after >= 0 && after+1 < len(src.pieces):
			out = append(out, b.text[src.pieces[after].raw.end:src.pieces[after+1].raw.start]...)
		default:
			out = append(out, comma...)
		}
		written = true
	}
	after, behind := head-1, len(src.pieces)-tail
	for line := range bytes.Lines(next[src.end(head) : len(next)-len(src.text)+src.end(behind)]) {
		between(after)
		after = -1
		raw, ok := spelled[string(line)]
		switch {
		case ok:
			out = append(out, b.text[raw.start:raw.end]...)
		case src.list:
			out = append(manner.appendText(append(out, '"'), line), '"')
		default:
			out = manner.appendText(out, line)
		}
	}
	if tail > 0 {
		between(behind - 1)
		return append(out, b.text[src.pieces[behind].raw.start:c.End]...)
	}
	if src.list && written {
		out = append(out, trail...)
	}
	return append(out, b.text[c.End-1])
}

// listLayout returns what stands before, between and behind the strings of a source's list.
func (b *Book) listLayout(c *Cell, src *source) (lead, comma, trail string) {
	if n := len(src.pieces); src.list && n > 0 {
		lead = string(b.text[c.Start+1 : src.pieces[0].raw.start])
		trail = string(b.text[src.pieces[n-1].raw.end : c.End-1])
		if n > 1 {
			return lead, string(b.text[src.pieces[0].raw.end:src.pieces[1].raw.start]), trail
		}
		if newline, _ := lineBreak([]byte(lead)); newline != "" {
			return lead, "," + lead, trail
		}
		return lead, b.json.comma, trail
	}
	newline, indent := b.keyLayout(c)
	if newline == "" {
		return "", b.json.comma, ""
	}
	trail = newline + indent
	lead = trail + b.json.unit
	return lead, "," + lead, trail
}

// keyLayout returns the line end and the indentation before the keys of a cell; no line end if they
// stand on one line.
func (b *Book) keyLayout(c *Cell) (newline, indent string) {
	return lineBreak(b.text[c.object.start+1 : c.first])
}

// mannerOfAll returns the manner of the whole text.
func (b *Book) mannerOfAll() *manner {
	if b.manner == nil {
		b.manner = mannerOf(b.text)
	}
	return b.manner
}
