package rewrite

import (
	"bytes"
	"slices"
)

// mainMark is how GoNB is told that a func main begins.
const mainMark = "%%\n"

// Marked returns src as one writes it for GoNB without cellwrap: with a line of its mark before the
// statements, at a byte offset, and blanks for our magics and awaits. So GoNB can be asked what stands in a
// cell, or could stand there, that is still being written. It reports false for a cell that GoNB takes as it is,
// and where offset is in a magic.
func Marked(src []byte, magicOnly bool, offset int) (code []byte, at int, ok bool) {
	s, err := newSource(src, "", 1)
	if err != nil || s.bom > 0 || isWrapped(src) || magicOnly && !MayChange(src) {
		return nil, 0, false
	}
	sp := newSplitter(s, nil, &Options{traits: GoNB.traits()})
	if sp.scanAll() != nil {
		// What was begun does not end.
		sp.end = len(src)
		sp.endDecl(-1)
	}
	c := sp.cell
	if c.main >= 0 || c.isGoNBsOwn() || slices.ContainsFunc(c.magics, func(m magicLine) bool {
		_, owns := ownsMain(src[m.start:m.end])
		return owns || m.start <= offset && offset <= m.end
	}) {
		return nil, 0, false
	}
	c.settings = []setting{{0, settings{autoawait: true}}}
	c.blankAwaits()
	c.declareVars()
	first := c.statements()
	if first < 0 {
		return nil, 0, false
	}
	at = c.lineStart(first)
	if len(bytes.TrimSpace(c.code[at:first])) > 0 {
		return nil, 0, false // a declaration ends on the line
	}
	return slices.Concat(c.code[:at], []byte(mainMark), c.code[at:]), at, true
}
