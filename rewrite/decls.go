package rewrite

import (
	"go/ast"
	"go/token"
	"sort"
)

// item is a func, type or const declaration of the cell.
type item struct {
	decl
	node    ast.Decl
	names   []ident // what it declares; a method declares nothing
	refs    []ident // what it uses and does not declare inside
	methods []*item // of the types that it declares
	stays   bool    // in the body
	why     string  // what makes it stay
	run     int     // the first of the funcs that it stands beside, see findRuns
}

// ident is an identifier in the cell.
type ident struct {
	name string
	off  int
}

func (u *unit) ident(id *ast.Ident) ident { return ident{id.Name, u.off(id.Pos())} }

func (it *item) function() *ast.FuncDecl {
	f, _ := it.node.(*ast.FuncDecl)
	return f
}

// findDecls pairs the declarations with their syntax and finds what they declare
// and use.
func (p *planner) findDecls() *Error {
	u := p.syntax.decls
	if u == nil {
		p.free = p.freeIn(p.stmts)
		return nil
	}
	for _, d := range p.cell.decls {
		if d.tok != token.IMPORT {
			p.items = append(p.items, &item{decl: d})
		}
	}
	p.named = map[string]*item{}
	for _, d := range u.Decls {
		it := p.itemAt(u.off(d.Pos()))
		it.node = d
		it.names = declaredNames(u, d)
		for _, id := range it.names {
			if off, ok := p.declaredAt(id.name); ok {
				at := p.position(off)
				return p.errorf(id.off, "%s redeclared in the cell (also at %d:%d)", id.name, at.Line, at.Column)
			}
			if id.name != "_" && id.name != "init" {
				p.named[id.name] = it
			}
		}
	}
	for _, it := range p.items {
		if f := it.function(); f != nil && f.Recv != nil {
			if owner := p.named[receiverName(f)]; owner != nil {
				owner.methods = append(owner.methods, it)
			}
		}
	}
	p.free = p.freeIn(p.stmts)
	p.findRefs()
	return nil
}

// itemAt returns the declaration that holds off.
func (p *planner) itemAt(off int) *item {
	i := sort.Search(len(p.items), func(i int) bool { return p.items[i].stop > off })
	return p.items[i]
}

// inDeclaration reports whether off is in a declaration.
func (p *planner) inDeclaration(off int) bool {
	i := sort.Search(len(p.items), func(i int) bool { return p.items[i].stop > off })
	return i < len(p.items) && p.items[i].kw <= off
}

// declaredAt returns where the body's scope or a declaration has the name.
func (p *planner) declaredAt(name string) (int, bool) {
	if off, ok := p.locals[name]; ok {
		return off, true
	}
	if it := p.named[name]; it != nil {
		for _, id := range it.names {
			if id.name == name {
				return id.off, true
			}
		}
	}
	return 0, false
}

func declaredNames(u *unit, d ast.Decl) []ident {
	var names []ident
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			names = append(names, u.ident(d.Name))
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				names = append(names, u.ident(spec.Name))
			case *ast.ValueSpec:
				for _, id := range spec.Names {
					names = append(names, u.ident(id))
				}
			}
		}
	}
	return names
}

// receiverName returns the name of the type that f is a method of.
func receiverName(f *ast.FuncDecl) string {
	if len(f.Recv.List) == 0 {
		return ""
	}
	id, _ := bareType(f.Recv.List[0].Type).(*ast.Ident)
	if id == nil {
		return ""
	}
	return id.Name
}

// bareType returns a type without parentheses, pointers and type arguments.
func bareType(t ast.Expr) ast.Expr {
	for {
		switch x := t.(type) {
		case *ast.ParenExpr:
			t = x.X
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		default:
			return t
		}
	}
}

// findRefs finds what each declaration uses: what the parser could not resolve
// in it, and what it resolved to another declaration.
func (p *planner) findRefs() {
	u := p.syntax.decls
	add := func(id ident) {
		it := p.itemAt(id.off)
		it.refs = append(it.refs, id)
	}
	for _, id := range p.freeIn(u) {
		add(id)
	}
	ast.Inspect(u.File, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id.Obj != nil && u.Scope.Lookup(id.Name) == id.Obj && id.Obj.Pos() != id.Pos() {
			add(u.ident(id))
		}
		return true
	})
}

// freeIn returns the identifiers that a unit uses and does not declare. The parser leaves
// out the keys of composite literals, which may be fields.
func (p *planner) freeIn(u *unit) []ident {
	free := make([]ident, 0, len(u.Unresolved))
	for _, id := range u.Unresolved {
		free = append(free, u.ident(id))
	}
	for _, lit := range u.lits {
		free = append(free, p.keys(u, lit, lit.Type)...)
	}
	return free
}

// keys returns the keys of a literal of the given type that are no fields, and those of the
// literals in it that leave their type out.
func (p *planner) keys(u *unit, lit *ast.CompositeLit, typ ast.Expr) []ident {
	var list []ident
	_, foreign := typ.(*ast.SelectorExpr)
	var element ast.Expr
	values := false // whether keys are values
	switch t := p.underlying(typ).(type) {
	case *ast.MapType:
		element, values = t.Value, true
	case *ast.ArrayType:
		element, values = t.Elt, true
	}
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			// Another package's fields are exported.
			if id, ok := kv.Key.(*ast.Ident); ok && id.Obj == nil && (values || foreign && !id.IsExported()) {
				list = append(list, u.ident(id))
			}
			e = kv.Value
		}
		if inner, ok := e.(*ast.CompositeLit); ok && inner.Type == nil && values {
			list = append(list, p.keys(u, inner, element)...)
		}
	}
	return list
}

// underlying follows the names of types that the cell declares. It returns another type as it
// is.
func (p *planner) underlying(typ ast.Expr) ast.Expr {
	for range maxDepth { // a type may be declared as itself
		typ = bareType(typ)
		id, ok := typ.(*ast.Ident)
		if !ok {
			break
		}
		spec := p.typeSpec(id)
		if spec == nil {
			break
		}
		typ = spec.Type
	}
	return typ
}

// typeSpec returns the cell's declaration of the type that id names, or nil.
func (p *planner) typeSpec(id *ast.Ident) *ast.TypeSpec {
	if id.Obj != nil {
		spec, _ := id.Obj.Decl.(*ast.TypeSpec)
		return spec
	}
	it := p.named[id.Name]
	if it == nil && p.member != nil {
		it = p.member.itemOf(id.Name)
	}
	if it == nil {
		return nil
	}
	if d, ok := it.node.(*ast.GenDecl); ok {
		for _, s := range d.Specs {
			if s, ok := s.(*ast.TypeSpec); ok && s.Name.Name == id.Name {
				return s
			}
		}
	}
	return nil
}
