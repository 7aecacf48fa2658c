package notebook

import "bytes"

// signs returns the comment signs of a cell of text that are no part of its source, a line one at most. A cell of code
// has none: how its magics are spelled is a matter of theirs.
func signs(kind Kind, text []byte) []span {
	if kind == Code {
		return nil
	}
	var found []span
	at := 0
	for line := range bytes.Lines(text) {
		body := bytes.TrimLeft(line, " \t")
		if bytes.HasPrefix(body, []byte("//")) {
			body = bytes.TrimPrefix(body[len("//"):], []byte(" "))
			found = append(found, span{at, at + len(line) - len(body)})
		}
		at += len(line)
	}
	return found
}

// uncomment returns a text without signs.
func uncomment(text []byte, signs []span) []byte {
	if len(signs) == 0 {
		return text
	}
	var out []byte
	at := 0
	for _, s := range signs {
		out = append(out, text[at:s.start]...)
		at = s.end
	}
	return append(out, text[at:]...)
}

// signWidth returns the width of the sign in a line, from 1, of a cell.
func signWidth(kind Kind, text []byte, line int) int {
	at, number := 0, 1
	for _, s := range signs(kind, text) {
		number += bytes.Count(text[at:s.start], []byte("\n"))
		at = s.start
		if number == line {
			return s.end - s.start
		}
	}
	return 0
}

// comment returns the lines of a cell whose source becomes src. Lines of text that stay have the sign that they had. It
// fails if what it returns would not be read as one cell.
func (b *Book) comment(c *Cell, src []byte) ([]byte, bool) {
	old := b.text[c.Start:c.End]
	plain := uncomment(old, signs(c.Kind, old))
	if bytes.Equal(plain, src) {
		return old, true
	}
	newline := "\n"
	if bytes.Contains(b.text, []byte("\r\n")) {
		newline = "\r\n"
	}
	var out []byte
	if c.Start > 0 && b.text[c.Start-1] != '\n' {
		out = append(out, newline...) // a marker ends the file
	}
	if c.Kind == Code {
		out = append(out, src...)
	} else {
		out = appendCommented(out, src, plain, old)
	}
	if c.End < len(b.text) && len(out) > 0 && out[len(out)-1] != '\n' {
		out = append(out, newline...)
	}
	probe := "// %%\n" + string(out) + "\n"
	cells := Percent([]byte(probe + "// %%\n"))
	return out, len(cells) == 2 && cells[1].Start == len(probe)+len("// %%\n")
}

// appendCommented appends lines of text as comments: those of a text that is commented already as they are there.
func appendCommented(dst, text, old, commented []byte) []byte {
	spelled := map[string][]byte{}
	lines := bytes.SplitAfter(commented, []byte("\n"))
	for i, line := range bytes.SplitAfter(old, []byte("\n")) {
		spelled[string(line)] = lines[i]
	}
	for line := range bytes.Lines(text) {
		switch raw, ok := spelled[string(line)]; {
		case ok:
			dst = append(dst, raw...)
		case len(bytes.TrimRight(line, "\r\n")) == 0:
			dst = append(append(dst, "//"...), line...)
		default:
			dst = append(append(dst, "// "...), line...)
		}
	}
	return dst
}
