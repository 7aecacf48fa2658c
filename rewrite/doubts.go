package rewrite

import (
	"fmt"
	"go/token"
	"strings"
)

// origin is which cell of a session something is from: cells of a percent-format file differ by their lines alone.
type origin struct {
	file string
	line int // of its first line
}

func (p Place) origin() origin { return origin{p.Filename, max(p.FirstLine, 1)} }

func (o *Options) origin() origin { return origin{o.Filename, max(o.FirstLine, 1)} }

// seenFrom returns what a message about another cell calls the cell: "cell 2" of book.ipynb:cell 2.
func (o origin) seenFrom(other origin) string {
	if o.file == other.file {
		return fmt.Sprintf("the cell at line %d", o.line)
	}
	return o.file[strings.LastIndexByte(o.file, ':')+1:]
}

// doubts are words whose meaning a session cannot tell, each with the cell that is the reason. A doubt goes when
// that cell is run again, and when a cell that is good declares or uses the word.
type doubts struct {
	words map[string]origin
	cells map[origin]int // how many words there are of each
}

func newDoubts() *doubts { return &doubts{map[string]origin{}, map[origin]int{}} }

func (d *doubts) has(word string) bool {
	_, ok := d.words[word]
	return ok
}

// raise puts a word in doubt.
func (d *doubts) raise(word string, cell origin) {
	d.settle(word)
	d.words[word] = cell
	d.cells[cell]++
}

// raiseAll puts all identifiers of a cell in doubt.
func (d *doubts) raiseAll(src []byte, cell origin) {
	for t := newTokens(src); t.next(); {
		if t.tok == token.IDENT {
			d.raise(t.lit, cell)
		}
	}
}

// settle takes back the doubt about a word.
func (d *doubts) settle(word string) {
	cell, ok := d.words[word]
	if !ok {
		return
	}
	delete(d.words, word)
	if d.cells[cell]--; d.cells[cell] == 0 {
		delete(d.cells, cell)
	}
}

// forget takes back the doubts that a cell is the reason of.
func (d *doubts) forget(cell origin) {
	if d.cells[cell] == 0 {
		return
	}
	for word, of := range d.words {
		if of == cell {
			d.settle(word)
		}
	}
}
