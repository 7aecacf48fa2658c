package rewrite

import "go/token"

// doubts are words whose meaning a session cannot tell, each with the cell that is the reason. A doubt goes when
// that cell is run again, and when a cell that is good declares or uses the word.
type doubts struct {
	words map[string]string
	cells map[string]int // how many words there are of each
}

func newDoubts() *doubts { return &doubts{map[string]string{}, map[string]int{}} }

func (d *doubts) has(word string) bool {
	_, ok := d.words[word]
	return ok
}

// raise puts a word in doubt.
func (d *doubts) raise(word, cell string) {
	d.settle(word)
	d.words[word] = cell
	d.cells[cell]++
}

// raiseAll puts all identifiers of a cell in doubt.
func (d *doubts) raiseAll(src []byte, cell string) {
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
func (d *doubts) forget(cell string) {
	if d.cells[cell] == 0 {
		return
	}
	for word, of := range d.words {
		if of == cell {
			d.settle(word)
		}
	}
}
