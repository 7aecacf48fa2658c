// Package notebook reads the files that hold more than one cell.
//
// The percent format is Jupytext's: a Go file in which a comment line that begins
// with "// %%" starts a cell, and what follows on that line is its title. A title
// that begins with [markdown] starts a cell of text.
package notebook

import (
	"bytes"
	"go/scanner"
	"go/token"
	"strings"
)

// Cell is where a cell's text stands in a file: the bytes [Start, End), which are
// whole lines, and do not include the line that starts the cell.
type Cell struct {
	Start, End int
	Line       int // 1-based number of the first line of the text
	Top        int // of the line that starts the cell; Line if there is none
	Markdown   bool
}

// Percent returns the cells of a percent-format file, in order. Lines before the first
// marker are a cell if they are not all blank; so is a file without markers. A line of a raw
// string or block comment is no marker.
func Percent(src []byte) []Cell {
	var cells []Cell
	add := func(c Cell, end int) {
		c.End = end
		if c.Top < c.Line || len(bytes.TrimSpace(src[c.Start:end])) > 0 {
			cells = append(cells, c)
		}
	}
	cur := Cell{Line: 1, Top: 1}
	file := token.NewFileSet().AddFile("", -1, len(src))
	var sc scanner.Scanner
	sc.Init(file, src, func(token.Position, string) {}, scanner.ScanComments)
	for {
		pos, tok, lit := sc.Scan()
		if tok == token.EOF {
			add(cur, len(src))
			return cells
		}
		title, ok := strings.CutPrefix(lit, "// %%")
		if tok != token.COMMENT || !ok {
			continue
		}
		off := file.Offset(pos)
		start := bytes.LastIndexByte(src[:off], '\n') + 1
		if len(bytes.TrimSpace(src[start:off])) > 0 {
			continue // a comment behind code
		}
		add(cur, start)
		end := len(src)
		if i := bytes.IndexByte(src[off:], '\n'); i >= 0 {
			end = off + i + 1
		}
		line := file.PositionFor(pos, false).Line
		cur = Cell{Start: end, Line: line + 1, Top: line, Markdown: strings.HasPrefix(strings.TrimSpace(title), "[markdown]")}
	}
}
