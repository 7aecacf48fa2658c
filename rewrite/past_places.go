package rewrite

import (
	"cmp"
	"go/token"
	"slices"
)

// keepPlaces gives the emission of a cell that has passed the positions of its cell, for messages of
// later cells: "strings already declared" names the import of the cell that has it.
func (c *checker) keepPlaces() {
	type place struct{ at, off int } // in the emission, and in the cell
	var places []place
	for _, spec := range c.file.Imports {
		if off, ok := c.offset(spec.Pos()); ok {
			places = append(places, place{c.at(spec.Pos()), off})
		}
	}
	for id := range c.info.Defs {
		if _, ok := c.offset(id.Pos()); !ok && id.Name == c.name && c.inEmission(id.Pos()) {
			places = append(places, place{c.at(id.Pos()), c.cell.headerOff()}) // the result's variable
		}
	}
	for _, p := range c.text.pieces {
		if p.n > 0 {
			places = append(places, place{p.at, p.src})
		}
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Compare(a.at, b.at) })
	file := c.fset.File(c.file.FileStart)
	for _, p := range places {
		pos := c.cell.position(p.off)
		file.AddLineColumnInfo(p.at, pos.Filename, pos.Line, pos.Column)
	}
}

// at returns the offset of a position in the emission.
func (c *checker) at(pos token.Pos) int { return int(pos - c.file.FileStart) }
