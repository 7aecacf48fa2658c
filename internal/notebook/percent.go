package notebook

import (
	"bytes"
	"strings"
)

// Percent returns the cells of a percent-format file, in order. A comment line such as "// %%"
// starts a cell. What follows, apart by a space, is its title; [markdown], [md] or [raw] in it makes
// a cell of text, whose lines are comments, and Jupytext's options, {…} or key=value, end it.
//
// The blank lines above a marker are no part of the cell that it ends.
//
// Lines before the first marker are a cell if they are not all blank; so is a file without markers.
// Jupytext's header is no cell. A line of a raw string or block comment is no marker.
//
// A magic may be a comment, so that the file is Go: which ones are is for those to say who know magics.
func Percent(src []byte) []Cell {
	var cells []Cell
	add := func(c Cell, end int) {
		c.End = end
		if c.Top < c.Line || !blank(src[c.Start:end]) {
			cells = append(cells, c)
		}
	}
	cur := Cell{Kind: Code, Line: 1, Top: 1, Start: headerSize(src)}
	cur.Line += bytes.Count(src[:cur.Start], []byte("\n"))
	cur.Top = cur.Line
	for l := range ownLines(src) {
		title, kind, ok := marker(l.comment)
		if !ok || l.start < cur.Start { // a line of the header is no marker
			continue
		}
		add(cur, textEnd(src, cur.Start, l.start))
		cur = Cell{Kind: kind, Title: title, Start: l.end, Line: l.number + 1, Top: l.number}
	}
	add(cur, len(src))
	return cells
}

// textEnd returns the end of the last line from start to end that is not blank, or end if all are.
func textEnd(src []byte, start, end int) int {
	text := bytes.TrimRight(src[start:end], " \t\r\n")
	if len(text) == 0 {
		return end
	}
	return start + len(text) + bytes.IndexByte(src[start+len(text):end], '\n') + 1
}

// marker returns what a comment says that starts a cell.
func marker(comment string) (title string, kind Kind, ok bool) {
	rest, ok := strings.CutPrefix(strings.TrimLeft(strings.TrimPrefix(comment, "//"), " \t"), "%%")
	rest = strings.TrimLeft(rest, "%") // a cell below another one
	if !ok || rest != "" && rest[0] != ' ' && rest[0] != '\t' {
		return "", "", false
	}
	kind = Code
	rest, _, _ = strings.Cut(rest, "{")
	var words []string
	for word := range strings.FieldsSeq(rest) {
		if strings.Contains(word, "=") {
			break
		}
		switch word {
		case "[markdown]", "[md]":
			kind = Markdown
		case "[raw]":
			kind = Raw
		case "[code]":
		default:
			words = append(words, word)
		}
	}
	return strings.Join(words, " "), kind, true
}

// headerSize returns the length of Jupytext's header, comments between two lines "// ---", or 0.
func headerSize(src []byte) int {
	size, rules, jupyter := 0, 0, false
	for line := range bytes.Lines(src) {
		text := string(bytes.TrimRight(bytes.TrimPrefix(line, []byte(byteOrderMark)), " \t\r\n"))
		switch {
		case text == "// ---":
			rules++
		case text == "// jupyter:":
			jupyter = true
		case rules == 0 && !strings.HasPrefix(text, "// -*-") || !strings.HasPrefix(text, "//"):
			return 0
		}
		size += len(line)
		if rules == 2 {
			break
		}
	}
	if !jupyter || rules < 2 {
		return 0
	}
	return size
}
