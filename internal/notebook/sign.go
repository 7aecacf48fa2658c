package notebook

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
)

// gonb is GoNB's prefix that makes a magic a comment.
const gonb = "//gonb:"

// jupytext is a magic that Jupytext has made a comment. Only the first lines of a cell are taken for
// one, and a "// %d" never: it is rather prose.
var jupytext = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^// (%%|%|!)[A-Za-z_]{2}`) })

// signs returns the comment signs of a cell that are no part of its source, a line one at most.
func signs(kind Kind, text []byte) []span {
	var found []span
	if kind != Code {
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
	top, first := 0, true // end of the magics that come first, and whether there is nothing else
	for l := range ownLines(text) {
		first = first && blank(text[top:l.off])
		size := 0
		switch {
		case !l.magical:
			continue
		case l.comment == "": // it has no sign
		case strings.HasPrefix(l.comment, gonb) && isMagic(text[l.off+len(gonb):]):
			size = len(gonb)
		case first && jupytext().MatchString(l.comment):
			size = len("// ")
		default:
			continue
		}
		if size > 0 {
			found = append(found, span{l.off, l.off + size})
		}
		top = l.end
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

// comment returns the lines of a cell whose source becomes src. Lines that need a sign and stay have
// the one that they had. It fails if what it returns would not be read as one cell.
func (b *Book) comment(c *Cell, src []byte) ([]byte, bool) {
	old := b.text[c.Start:c.End]
	plain := uncomment(old, signs(c.Kind, old))
	if bytes.Equal(plain, src) {
		return old, true
	}
	was := bytes.SplitAfter(old, []byte("\n"))
	spelled := map[string][]byte{} // lines that need a sign
	before, now := signed(c.Kind, plain), signed(c.Kind, src)
	at := 0
	for i, line := range bytes.SplitAfter(plain, []byte("\n")) {
		if _, ok := before[at]; ok {
			spelled[string(line)] = was[i]
		}
		at += len(line)
	}
	newline := "\n"
	if bytes.Contains(b.text, []byte("\r\n")) {
		newline = "\r\n"
	}
	var out []byte
	if c.Start > 0 && b.text[c.Start-1] != '\n' {
		out = append(out, newline...) // a marker ends the file
	}
	at = 0
	for line := range bytes.Lines(src) {
		indent, needs := now[at]
		at += len(line)
		raw, ok := spelled[string(line)]
		switch {
		case needs && ok:
			out = append(out, raw...)
		case needs:
			out = append(append(append(out, line[:indent]...), sign(c.Kind, line)...), line[indent:]...)
		default:
			out = append(out, line...)
		}
	}
	if c.End < len(b.text) && len(out) > 0 && out[len(out)-1] != '\n' {
		out = append(out, newline...)
	}
	probe := "// %%\n" + string(out) + "\n"
	cells := Percent([]byte(probe + "// %%\n"))
	return out, len(cells) == 2 && cells[1].Start == len(probe)+len("// %%\n")
}

// signed returns, by the offsets of the lines of a source that need a sign, how far in it stands: before
// a magic, and before all of a line of text.
func signed(kind Kind, src []byte) map[int]int {
	found := map[int]int{}
	if kind != Code {
		at := 0
		for line := range bytes.Lines(src) {
			found[at] = 0
			at += len(line)
		}
		return found
	}
	for l := range ownLines(src) {
		if l.comment == "" {
			found[l.start] = l.off - l.start
		}
	}
	return found
}

// sign returns what a line needs to be a comment.
func sign(kind Kind, line []byte) []byte {
	switch {
	case kind == Code:
		return []byte(gonb)
	case len(bytes.TrimRight(line, "\r\n")) == 0:
		return []byte("//")
	}
	return []byte("// ")
}
