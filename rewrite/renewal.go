package rewrite

import (
	"go/ast"
	"go/token"
	"slices"
)

// renewedBy returns the declarations that have to be checked again with f, in the order of the
// cells: those that use a name that f declares, or a type that it gives a method.
func (p *past) renewedBy(f *ast.File) []*declaration {
	own := declaredIn(f)
	anew := map[[2]string]bool{} // methods
	r := &renewal{past: p, own: own, seen: map[*declaration]bool{}}
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv != nil {
			anew[[2]string{receiverName(fn), fn.Name.Name}] = true
		}
	}
	r.replaced = func(d *declaration) bool {
		if d.base == "" {
			return !slices.ContainsFunc(d.names, func(n string) bool { return !own[n] })
		}
		return own[d.base] || anew[[2]string{d.base, d.method()}]
	}
	for name := range own {
		r.users(name)
		if d := p.decls[name]; d != nil {
			r.add(d)
			r.base(d.alias) // which may have methods by way of that name
		}
	}
	for m := range anew {
		r.base(m[0])
	}
	for _, d := range f.Decls {
		if g, ok := d.(*ast.GenDecl); ok && len(anew) > 0 {
			r.base(aliased(g))
		}
	}
	slices.SortFunc(r.list, func(a, b *declaration) int { return a.number - b.number })
	return r.list
}

// renewal finds what has to be checked again.
type renewal struct {
	*past
	own      map[string]bool // what the cell declares
	replaced func(*declaration) bool
	seen     map[*declaration]bool
	list     []*declaration
}

func (r *renewal) add(d *declaration) {
	if d == nil || d.dead || r.seen[d] || r.replaced(d) {
		return
	}
	r.seen[d] = true
	r.list = append(r.list, d)
	for _, name := range d.names {
		r.users(name)
	}
	r.base(d.base) // go/types wants a method's type to be declared with it
}

func (r *renewal) users(name string) {
	for d := range r.past.users[name] {
		r.add(d)
	}
}

// base renews the type of a method that is declared, and what an alias of it stands for.
func (r *renewal) base(name string) {
	for d := r.decls[name]; d != nil && !r.own[name]; d = r.decls[name] {
		seen := r.seen[d]
		r.add(d)
		if name = d.alias; seen {
			return
		}
	}
}

// parenthesized returns f with parentheses around types that are declared as a type among names. go/types
// follows such names to see whether they lead back, and wants each to be declared in what it checks.
//
//	type t u  ⇒  type t (u)
func parenthesized(f *ast.File, names func(string) bool) *ast.File {
	g := *f
	g.Decls = slices.Clone(f.Decls)
	for i, d := range f.Decls {
		d, ok := d.(*ast.GenDecl)
		if !ok || d.Tok != token.TYPE {
			continue
		}
		e := *d
		e.Specs = slices.Clone(d.Specs)
		for j, spec := range d.Specs {
			if spec, ok := spec.(*ast.TypeSpec); ok {
				if id, ok := spec.Type.(*ast.Ident); ok && names(id.Name) {
					s := *spec
					s.Type = &ast.ParenExpr{Lparen: id.Pos(), X: id, Rparen: id.End()}
					e.Specs[j] = &s
				}
			}
		}
		g.Decls[i] = &e
	}
	return &g
}
