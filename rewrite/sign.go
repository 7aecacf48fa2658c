package rewrite

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
)

// gonbComment is how GoNB's magics are written in Go files.
const gonbComment = "//gonb:"

// jupytextComment is what Jupytext makes the first magics of a percent-format file's cell comments with.
const jupytextComment = "// "

// jupytext is a magic that is a comment in Jupytext's way. A "// %d" is none: it is rather prose.
var jupytext = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^// (%%|%|!)[A-Za-z_]{2}`) })

// signOf returns the length of the comment sign that a magic in a percent-format file's comment stands after, or 0 if
// the comment is no magic. At the top of a cell it may be Jupytext's.
func signOf(comment string, top bool) int {
	text, ok := strings.CutPrefix(comment, gonbComment)
	switch {
	case ok && (strings.HasPrefix(text, "%") || strings.HasPrefix(text, "!")):
		return len(gonbComment)
	case top && jupytext().MatchString(comment):
		return len(jupytextComment)
	}
	return 0
}

// keptLine is what a line becomes that would be the last one of a percent-format file's cell and blank. Above the next
// cell's marker, a blank line is no part of the cell.
const keptLine = "//"

// keepEnd has the last line of the cell not become blank.
func (e *edits) keepEnd(c *cell, start int, opts *Options) {
	end := len(bytes.TrimRight(c.text, " \t\r\n"))
	if !opts.Percent || end <= start {
		return
	}
	text := e.apply(c.source, start, end).text
	if blankText(text[bytes.LastIndexByte(text, '\n')+1:]) {
		e.insert(end, keptLine, rankEnd)
		e.sort()
	}
}

func blankText(text []byte) bool { return len(bytes.TrimSpace(text)) == 0 }

// planSigns has the kernel's magics stay magics: below what is not one, Jupytext's sign does not say so.
func (w *wrapper) planSigns() {
	for _, m := range w.c.magics {
		if sign := w.c.text[m.sign:m.start]; !m.ours && string(sign) == jupytextComment {
			w.edits.replace(m.sign, m.start, gonbComment)
		}
	}
}
