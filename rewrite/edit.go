package rewrite

import (
	"cmp"
	"go/token"
	"slices"
)

// edit replaces the text [start, end) of the cell.
type edit struct {
	start, end int
	text       string
	// rank orders insertions at one offset, lowest first: those that end a node come
	// first, inner node before outer, and the closure's end behind them; then those that start one, outer before inner.
	rank int
	// renames: the text is another name for what it replaces, and has its position.
	renames bool
	// stands: the text is in the place of what it replaces, and has its position.
	stands bool
	why    reason
}

// reason is why an edit is made, where the output is a cell again and may not need it.
type reason int

const (
	_       reason = iota
	moves          // what it deletes stands elsewhere in a file
	closure        // it makes a func a closure
)

const (
	rankEnd    = iota
	rankBehind // statements behind one
	rankClose  // the end of the closure around them
	rankStart
	rankReplace // replacements come after insertions
)

// An Edit is one change to the cell's text: the text from Start to End was
// replaced by New. Moving a declaration out of the body is a deletion there.
type Edit struct {
	Start, End token.Position
	New        string
}

// edits is the set of changes to a cell.
type edits []edit

func (e *edits) insert(off int, text string, rank int) {
	*e = append(*e, edit{start: off, end: off, text: text, rank: rank})
}

func (e *edits) replace(start, end int, text string) {
	*e = append(*e, edit{start: start, end: end, text: text, rank: rankReplace})
}

// standFor replaces text by text of ours that stands for it: an error there is one about that place.
func (e *edits) standFor(start, end int, text string) {
	*e = append(*e, edit{start: start, end: end, text: text, rank: rankReplace, stands: true})
}

// move deletes what stands elsewhere.
func (e *edits) move(start, end int) {
	*e = append(*e, edit{start: start, end: end, rank: rankReplace, why: moves})
}

// rename calls an identifier something else.
func (e *edits) rename(id ident, name string) {
	if name != id.name && name != "" {
		*e = append(*e, edit{start: id.off, end: id.off + len(id.name), text: name, rank: rankReplace, renames: true})
	}
}

func (e edits) sort() {
	slices.SortStableFunc(e, func(a, b edit) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.rank, b.rank))
	})
}

// public returns the edits in the form that callers see.
func (e edits) public(src *source) []Edit {
	out := make([]Edit, len(e))
	for i, x := range e {
		out[i] = Edit{src.position(x.start), src.position(x.end), x.text}
	}
	return out
}

// fragment is text made of stretches of the cell and of text of ours.
type fragment struct {
	text   []byte
	pieces []piece
}

// piece says that n bytes of a fragment's text at `at` are the cell's at src, or if n is 0, that the
// text of ours there stands for what is at src.
type piece struct{ at, src, n int }

func (f *fragment) copy(src *source, start, end int) {
	if start < end {
		f.pieces = append(f.pieces, piece{len(f.text), start, end - start})
		f.text = append(f.text, src.text[start:end]...)
	}
}

func (f *fragment) add(s string) { f.text = append(f.text, s...) }

// mark says that the text which comes next stands for the cell's at off.
func (f *fragment) mark(off int) { f.pieces = append(f.pieces, piece{len(f.text), off, 0}) }

func (f *fragment) append(g *fragment) {
	for _, p := range g.pieces {
		f.pieces = append(f.pieces, piece{len(f.text) + p.at, p.src, p.n})
	}
	f.text = append(f.text, g.text...)
}

// apply returns the cell's text [start, end) with those of the edits that are in it. They are
// sorted and do not overlap.
func (e edits) apply(src *source, start, end int) *fragment {
	f := &fragment{text: make([]byte, 0, end-start+64)}
	at := start
	for _, x := range e {
		if x.start < at || x.end > end {
			continue
		}
		f.copy(src, at, x.start)
		if x.renames || x.stands {
			f.mark(x.start)
		}
		f.add(x.text)
		at = x.end
	}
	f.copy(src, at, end)
	return f
}

// offset returns where in the cell the byte at of the fragment's text is.
func (f *fragment) offset(at int) (int, bool) {
	i, ok := slices.BinarySearchFunc(f.pieces, at, func(p piece, at int) int { return cmp.Compare(p.at, at) })
	if !ok {
		i--
	}
	for ok && i+1 < len(f.pieces) && f.pieces[i+1].at == at {
		i++ // behind a mark
	}
	switch {
	case i < 0:
		return 0, false
	case f.pieces[i].n == 0:
		return f.pieces[i].src, true
	case at >= f.pieces[i].at+f.pieces[i].n:
		return 0, false
	}
	return f.pieces[i].src + at - f.pieces[i].at, true
}

// lineIn returns a function that gives the cell's line of the first byte in [off, end) of
// the fragment that is the cell's, or 0 if all of it is ours. Offsets must not decrease
// between calls.
func (f *fragment) lineIn(src *source) func(off, end int) int {
	i, line := 0, 0
	return func(off, end int) int {
		for i < len(f.pieces) && f.pieces[i].at+f.pieces[i].n <= off {
			i++
		}
		if i == len(f.pieces) || f.pieces[i].at >= end {
			return 0
		}
		at := f.pieces[i].src + max(off-f.pieces[i].at, 0)
		if line == 0 || int(src.lines[line-1]) > at {
			line = src.index(at) + 1
		}
		for line < len(src.lines) && int(src.lines[line]) <= at {
			line++
		}
		return src.first + line - 1
	}
}
