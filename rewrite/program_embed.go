package rewrite

import (
	"go/ast"
	"go/token"
)

// keepEmbedded lets types that structs embed keep their names, since the fields have those too.
//
//	type Base struct{ A, B int }     in a later cell than another Base
//	type Derived struct{ Base }      Derived{Base: …}.Base
//
// Of several types with the name, one can be embedded.
func (p *program) keepEmbedded() {
	for _, m := range p.good() {
		fields := m.embedded()
		if len(fields) == 0 {
			continue
		}
		keep := func(id ident) {
			d := m.own[id.name]
			if d == nil {
				d = m.outer[id.name]
			}
			switch {
			case !fields[id.off] || d == nil || d.tok != token.TYPE || d.emitted != "":
			case p.kept[d.name]:
				m.errs = append(m.errs, m.syntax.errorf(id.off, "%s cannot be embedded, since the field would have another name: the program needs %[1]s for something else (give the field a name)", d.name))
			case p.taken[d.name]:
				other := p.embeds[d.name]
				m.errs = append(m.errs, m.syntax.errorf(id.off, "%s of cell %d cannot be embedded, since the field would have another name: %[1]s of cell %[3]d is embedded too (give the field a name)", d.name, d.by.Number, other.by.Number))
			default:
				p.embeds[d.name] = d
				d.emitted = p.take(d.name, d.by)
				d.declared = d.emitted
			}
		}
		for _, id := range m.survey.free {
			keep(id)
		}
		for _, it := range m.survey.items {
			for _, id := range it.refs {
				keep(id)
			}
		}
		sortErrors(m.errs)
	}
}

// embedded returns where the cell's structs embed a type by its name alone.
func (m *member) embedded() map[int]bool {
	offs := map[int]bool{}
	for _, u := range m.syntax.units() {
		ast.Inspect(u.File, func(n ast.Node) bool {
			if s, ok := n.(*ast.StructType); ok {
				for _, f := range s.Fields.List {
					if id, ok := bareType(f.Type).(*ast.Ident); ok && f.Names == nil {
						offs[u.off(id.Pos())] = true
					}
				}
			}
			return true
		})
	}
	return offs
}
