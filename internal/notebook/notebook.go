// Package notebook reads and edits the files that hold more than one cell, in place: what is not
// changed stays byte for byte.
//
// An .ipynb file is JSON (nbformat 4). It is scanned once, and only what is asked for is decoded.
// A change replaces the bytes of one value, in the manner of the value that stood there: its
// layout, its line ends and its choice of escapes.
//
// A percent-format file is Jupytext's: a Go file in which comment lines such as "// %% title" start
// the cells. See [Percent].
package notebook

import (
	"bytes"
	"cmp"
	"fmt"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// Kind is what a cell holds.
type Kind string

const (
	Code     Kind = "code"
	Markdown Kind = "markdown"
	Raw      Kind = "raw"
)

// Cell is where a cell stands in its file. Cells are counted from 1, those that are not code too,
// as editors do.
type Cell struct {
	Kind  Kind
	ID    string   // of an .ipynb's cell, since nbformat 4.5
	Title string   // of a percent-format file's cell
	Tags  []string // of an .ipynb's cell, such as "raises-exception"

	// The source's bytes are [Start, End): a JSON value, or whole lines without the one that
	// starts the cell.
	Start, End int

	Line int // number of the source's first line in messages: 1-based in the file, or 1 in an .ipynb
	Top  int // of the line that starts the cell in the file; in a percent-format file Line if there is none

	object         span // of an .ipynb's cell
	first, last    int  // begin of its first key, end of its last value
	outputs, count span
	meta           member // its metadata, if it has any
}

// Book is a notebook. It is not safe for concurrent use.
type Book struct {
	Name     string // in messages
	Cells    []Cell // in order; not to be changed
	Language string // of the code cells: "go"; or "" if the notebook does not say
	Kernel   string // the name of the kernel, such as "gonb"; or ""

	text   []byte
	edits  []edit
	json   *layout // of an .ipynb, or nil
	manner *manner // of the whole text, once it is needed
}

// edit replaces the bytes of a field of a cell. Of two that replace the same the later one counts.
type edit struct {
	span
	cell  int
	field string
	text  []byte
}

// Parse reads a notebook: nbformat 4 if the name ends in .ipynb, and the percent format otherwise.
// The text must not change while the Book is in use. An error is an *Error.
func Parse(name string, text []byte) (*Book, error) {
	if strings.EqualFold(filepath.Ext(name), ".ipynb") {
		return parseJSON(name, text)
	}
	return &Book{Name: name, Cells: Percent(text), Language: "go", text: text}, nil
}

// Source returns the text of the cell with an index into Cells, as it was parsed. It must not be
// changed. A text of an .ipynb that no UTF-8 can hold is an *Error.
//
// The comment signs of a percent-format file's text are no part of it.
func (b *Book) Source(i int) ([]byte, error) {
	c := &b.Cells[i]
	if b.json == nil {
		return uncomment(b.text[c.Start:c.End], signs(c.Kind, b.text[c.Start:c.End])), nil
	}
	src, err := b.decode(c)
	if err != nil {
		return nil, err
	}
	return src.text, nil
}

// SetSource changes the text of a cell. Its lines that stay keep their spelling in the file. An error
// says that the text cannot stand there.
//
// [Book.Restore], in a Book of the changed file, undoes it byte for byte. Where the spelling of an .ipynb's source cannot be
// told from the new text, the cell's metadata hold it until then.
func (b *Book) SetSource(i int, src []byte) error {
	return b.change(i, src, func(c *Cell, old *source) []byte {
		value := b.encode(c, old, src, b.mannerOfAll())
		b.setRecord(i, old, value)
		return value
	})
}

// Restore changes the text of a cell to what it was before [Book.SetSource], spelled as it was then. If it was another text,
// Restore is as SetSource, and forgets that spelling.
func (b *Book) Restore(i int, src []byte) error {
	return b.change(i, src, func(c *Cell, old *source) []byte {
		value, r, ok := b.restored(c, old, src)
		if ok {
			b.dropRecord(i, r)
		}
		return value
	})
}

// change changes the text of a cell. Of an .ipynb's, value returns it as JSON.
func (b *Book) change(i int, src []byte, value func(c *Cell, old *source) []byte) error {
	c := &b.Cells[i]
	if at := invalidUTF8(src); at >= 0 {
		line, col := lineColumn(src, at)
		return &Error{b.Position(i, line, col), "invalid UTF-8"}
	}
	if b.json == nil {
		text, ok := b.comment(c, src)
		if !ok {
			return &Error{b.Position(i, 1, 1), "the new text holds a line that starts a cell, or an open string or comment (it cannot stand in a percent-format file)"}
		}
		b.set(i, "source", span{c.Start, c.End}, text)
		return nil
	}
	old, err := b.decode(c)
	if err != nil {
		return err
	}
	b.set(i, "source", span{c.Start, c.End}, value(c, old))
	return nil
}

// Bytes returns the file's text with all changes. Without any it is the text that was parsed itself.
func (b *Book) Bytes() []byte {
	if len(b.edits) == 0 {
		return b.text
	}
	slices.SortStableFunc(b.edits, func(e, f edit) int {
		return cmp.Or(cmp.Compare(e.cell, f.cell), cmp.Compare(e.start, f.start), cmp.Compare(e.field, f.field))
	})
	size := len(b.text)
	last := b.edits[:0]
	for _, e := range b.edits {
		if n := len(last); n > 0 && last[n-1].cell == e.cell && last[n-1].field == e.field {
			size -= len(last[n-1].text) - (e.end - e.start)
			last = last[:n-1]
		}
		size += len(e.text) - (e.end - e.start)
		last = append(last, e)
	}
	b.edits = last
	out := make([]byte, 0, size)
	at := 0
	for _, e := range last {
		out = append(append(out, b.text[at:e.start]...), e.text...)
		at = e.end
	}
	return append(out, b.text[at:]...)
}

// set makes a change.
func (b *Book) set(cell int, field string, at span, text []byte) {
	if len(b.edits) == 0 && bytes.Equal(b.text[at.start:at.end], text) {
		return
	}
	b.edits = append(b.edits, edit{at, cell, field, text})
}

// CellName returns the name of a cell's text in messages, in which Cell.Line is the number of
// its first line: "book.ipynb:cell 3", or the name of a percent-format file.
func (b *Book) CellName(i int) string {
	if b.json == nil {
		return b.Name
	}
	return fmt.Sprintf("%s:cell %d", b.Name, i+1)
}

// Position returns the place in messages of a line and column, both from 1 and columns in bytes, of
// a cell's source: "book.ipynb:cell 3:2:5", or the line and column in a percent-format file.
func (b *Book) Position(i, line, col int) token.Position {
	c := &b.Cells[i]
	if b.json == nil {
		col += signWidth(c.Kind, b.text[c.Start:c.End], line)
	}
	return token.Position{Filename: b.CellName(i), Line: c.Line + line - 1, Column: col}
}

// invalidUTF8 returns the offset of what is not UTF-8 in text, or -1.
func invalidUTF8(text []byte) int {
	if utf8.Valid(text) {
		return -1
	}
	at := 0
	for {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
}
