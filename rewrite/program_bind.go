package rewrite

import (
	"go/ast"
	"go/token"
	"go/types"
)

// bind makes a variable of the cell, whose type is known now, one of the package's: that of the same
// name in an earlier cell if it has the same type, else a new one. A variable with a lock is always
// new, since nothing may be assigned to it.
func (m *member) bind(id ident, typ types.Type) {
	d := m.own[id.name]
	if d == nil || d.tok != token.VAR { // of a closure, which no other cell sees
		d = &definition{ident: id, by: m, tok: token.VAR}
		m.own[id.name] = d
	}
	if d.emitted == "" && d.private == "" {
		m.bindTo(d, typ)
	}
}

func (m *member) bindTo(d *definition, typ types.Type) {
	s := &speller{opts: m.opts, pkg: m.pkg, file: &ast.File{Name: ast.NewIdent("main")}, scope: m.pkg.Scope(),
		taken: func() map[string]bool { return nil }} // its file is empty
	if _, ok := s.spell(typ); !ok {
		d.private = types.TypeString(typ, (*types.Package).Name)
		return
	}
	prev := d.previous.standing()
	if prev != nil && prev.tok == token.VAR && prev.emitted != "" && types.Identical(prev.obj.Type(), typ) && !m.holdsLock(typ) {
		d.emitted, d.obj, d.again = prev.emitted, prev.obj, true
		return
	}
	d.emitted = m.take(d.name, m)
	d.obj = types.NewVar(token.NoPos, m.pkg, d.emitted, typ)
	m.pkg.Scope().Insert(d.obj)
	m.vars = append(m.vars, d)
}

// holdsLock reports whether a value of type t cannot be copied, by the rule of go vet: it has, or a
// part of it has, the methods Lock and Unlock of a pointer. Of another package's hidden fields there
// is only the shape, so there it counts how they are called: sync and sync/atomic have a field noCopy,
// or a blank one of that type.
func (p *program) holdsLock(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Struct:
		if isLocker(types.NewPointer(t)) && !isLocker(t) {
			return true
		}
		for f := range u.Fields() {
			foreign := f.Pkg() != p.pkg
			if foreign && (f.Name() == "noCopy" || f.Name() == "_" && isEmpty(f.Type())) || p.holdsLock(f.Type()) {
				return true
			}
		}
	case *types.Array:
		return p.holdsLock(u.Elem())
	}
	return false
}

func isEmpty(t types.Type) bool {
	s, ok := t.Underlying().(*types.Struct)
	return ok && s.NumFields() == 0
}

func isLocker(t types.Type) bool {
	set := types.NewMethodSet(t)
	return set.Lookup(nil, "Lock") != nil && set.Lookup(nil, "Unlock") != nil
}

// bindLate makes functions that have the signature of an earlier one of their name, and follow it,
// values of one variable, so that whoever called the earlier one calls the later. Of generic ones there
// are no values: see genericGroup.
func (p *program) bindLate() {
	generics := map[string]*genericGroup{} // by what code calls them
	for _, m := range p.good() {
		for _, d := range m.defines {
			if d.tok != token.FUNC || m.own[d.name] != d {
				continue
			}
			d.obj = p.pkg.Scope().Lookup(d.declared)
			prev := d.previous.standing()
			if d.name == "main" || prev == nil || prev.tok != token.FUNC || d.obj == nil || prev.obj == nil {
				continue
			}
			sig := d.obj.Type().(*types.Signature)
			if !types.Identical(sig, prev.obj.Type()) || !canForward(prev.obj.Type().(*types.Signature)) {
				continue
			}
			if sig.TypeParams() != nil {
				g := generics[prev.emitted]
				if g == nil {
					g = &genericGroup{value: p.takeFor(prev.name+"_now", prev.name, prev.by), sig: prev.obj.Type().(*types.Signature)}
					generics[prev.emitted] = g
					p.generics = append(p.generics, g)
					g.add(prev)
				}
				g.add(d)
			}
			if prev.declared == prev.emitted {
				if sig.TypeParams() == nil {
					p.vars = append(p.vars, &definition{ident: prev.ident, by: prev.by, tok: token.VAR, emitted: prev.emitted, obj: prev.obj})
				}
				prev.declared = p.takeNumbered(prev.name, prev.by)
			}
			d.emitted = prev.emitted
		}
	}
}
