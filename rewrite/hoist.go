package rewrite

import (
	"bytes"
	"go/ast"
	"go/token"
	"slices"
	"sort"
	"strings"
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
	t := f.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.ParenExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
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
		switch t := typ.(type) {
		case *ast.ParenExpr:
			typ = t.X
		case *ast.StarExpr:
			typ = t.X
		case *ast.IndexExpr:
			typ = t.X
		case *ast.IndexListExpr:
			typ = t.X
		case *ast.Ident:
			spec := p.typeSpec(t)
			if spec == nil {
				return typ
			}
			typ = spec.Type
		default:
			return typ
		}
	}
	return typ
}

// typeSpec returns the cell's declaration of the type that id names, or nil.
func (p *planner) typeSpec(id *ast.Ident) *ast.TypeSpec {
	if id.Obj != nil {
		spec, _ := id.Obj.Decl.(*ast.TypeSpec)
		return spec
	}
	if it := p.named[id.Name]; it != nil {
		if d, ok := it.node.(*ast.GenDecl); ok {
			for _, s := range d.Specs {
				if s, ok := s.(*ast.TypeSpec); ok && s.Name.Name == id.Name {
					return s
				}
			}
		}
	}
	return nil
}

// planDecls decides which declarations go to package level and which stay in the
// body, as closures if they are functions.
func (p *planner) planDecls() *Error {
	p.findStaying()
	p.findRuns()
	for _, it := range p.items {
		if !it.stays {
			p.plan.hoists = append(p.plan.hoists, it.decl)
			p.deleteLines(it.start, it.end)
			continue
		}
		if err := p.checkStaying(it); err != nil {
			return err
		}
	}
	for _, id := range p.free {
		if it := p.named[id.name]; it != nil && it.stays && id.off < it.kw {
			return p.errorf(id.off, "%s is used before its declaration, which stays in the body (%s)", id.name, it.why)
		}
	}
	p.planClosures()
	return nil
}

// deleteLines deletes [start, end), with the line's end if nothing else is on its
// lines.
func (p *planner) deleteLines(start, end int) {
	if p.startsLine(start) && len(bytes.TrimSpace(p.text[end:p.lineEnd(end)])) == 0 {
		start, end = p.lineStart(start), p.next(end)
	}
	p.plan.edits.replace(start, end, "")
}

// findStaying marks what stays in the body: what uses a variable of the body or
// another declaration that stays, and what would take a name that the emitted code needs.
// For a block everything does.
func (p *planner) findStaying() {
	users := map[string][]*item{}
	for _, it := range p.items {
		for _, id := range it.refs {
			users[id.name] = append(users[id.name], it)
		}
	}
	var queue []*item
	stay := func(it *item, why string) {
		if !it.stays {
			it.stays, it.why = true, why
			queue = append(queue, it)
		}
	}
	for _, it := range p.items {
		if p.opts.Target == Block {
			stay(it, "a block is part of a function")
		}
		for _, id := range it.names {
			if id.name == "error" || id.name == "any" || id.name == "nil" {
				stay(it, "the emitted code needs the predeclared "+id.name)
			}
		}
		for _, id := range it.refs {
			if _, ok := p.locals[id.name]; ok {
				stay(it, "it uses the cell's variable "+id.name)
			}
		}
	}
	for len(queue) > 0 {
		it := queue[0]
		queue = queue[1:]
		for _, id := range it.names {
			for _, user := range users[id.name] {
				stay(user, "it uses "+id.name+", which stays in the body")
			}
		}
		for _, m := range it.methods {
			stay(m, "its type stays in the body")
		}
	}
}

// findRuns numbers the funcs that stay and have no statement between them: they
// may use each other.
func (p *planner) findRuns() {
	run := -1
	prev := -1
	for i, it := range p.items {
		next := sort.Search(len(p.list), func(i int) bool { return p.stmts.off(p.list[i].Pos()) > it.kw })
		if run < 0 || next != prev || !it.stays || it.function() == nil || p.items[run].function() == nil || !p.items[run].stays {
			run = i
		}
		it.run, prev = run, next
	}
}

// staysAfter reports whether a declaration behind off stays in the body.
func (p *planner) staysAfter(off int) bool {
	return slices.ContainsFunc(p.items, func(it *item) bool { return it.stays && it.kw > off })
}

// checkStaying refuses a declaration that can neither go to package level nor stay.
func (p *planner) checkStaying(it *item) *Error {
	if f := it.function(); f != nil {
		off := p.syntax.decls.off(f.Name.Pos())
		switch {
		case f.Recv != nil:
			return p.errorf(off, "method %s cannot be declared inside the closure, and must be: %s", f.Name.Name, it.why)
		case f.Type.TypeParams != nil:
			return p.errorf(off, "generic function %s cannot be a closure, and must be: %s", f.Name.Name, it.why)
		case f.Name.Name == "init":
			return p.errorf(off, "func init cannot be a closure, and must be: %s", it.why)
		case f.Body == nil:
			return p.errorf(off, "func %s has no body and cannot be a closure, and must be: %s", f.Name.Name, it.why)
		case p.jumps(it.kw):
			return p.errorf(off, "a goto jumps over func %s, which must be a closure: %s", f.Name.Name, it.why)
		}
	}
	for _, id := range it.refs {
		off, ok := p.locals[id.name]
		if other := p.named[id.name]; !ok && other != nil && other.stays && other.run != it.run {
			off, ok = other.kw, true
		}
		if ok && off > it.kw {
			at := p.position(off)
			return p.errorf(id.off, "%s is used here and declared later, at %d:%d (%s, so it stays where it stands)", id.name, at.Line, at.Column, it.why)
		}
	}
	return nil
}

// planClosures turns the funcs that stay into closures.
//
//	func f(n int) int { … }    ⇒    f := func(n int) int { … }
//
// One that calls itself, or is used by one before it, is declared first:
//
//	var f func(n int) int; f = func(n int) int { … }
//
// One that nothing uses is marked as used.
func (p *planner) planClosures() {
	used := map[string]bool{}
	early := map[*item]bool{} // used before its closure is complete
	for _, id := range p.free {
		used[id.name] = true
	}
	for _, it := range p.items {
		for _, id := range it.refs {
			used[id.name] = true
			if other := p.named[id.name]; other != nil && other.stays && other.function() != nil && other.kw >= it.kw {
				early[other] = true
			}
		}
	}
	declare := map[int][]string{} // by run
	for _, it := range p.items {
		if early[it] {
			declare[it.run] = append(declare[it.run], "var "+it.names[0].name+" "+p.signature(it.function())+"; ")
		}
	}
	for i, it := range p.items {
		f := it.function()
		if !it.stays || f == nil {
			continue
		}
		name := f.Name.Name
		assign := " := "
		if early[it] || name == "_" {
			assign = " = "
		}
		p.plan.edits.insert(it.kw, strings.Join(declare[i], "")+name+assign, rankStart)
		start, end := p.syntax.decls.off(f.Name.Pos()), p.syntax.decls.end(f.Name)
		if kw := it.kw + len("func"); len(bytes.TrimSpace(p.text[kw:start])) == 0 {
			start = kw
		}
		p.plan.edits.replace(start, end, "")
		if !used[name] && name != "_" {
			p.plan.edits.insert(it.stop, "; _ = "+name, rankEnd)
		}
	}
}

// signature returns a function's type, on one line.
func (p *planner) signature(f *ast.FuncDecl) string {
	u := p.syntax.decls
	text := p.text[u.end(f.Name):u.end(f.Type)]
	if bytes.IndexByte(text, '\n') < 0 {
		return "func" + string(text)
	}
	var b strings.Builder
	b.WriteString("func")
	for t := newTokens(text); t.next(); {
		switch {
		case t.tok == token.COMMENT:
		case t.tok == token.SEMICOLON:
			b.WriteString("; ")
		case t.tok.IsLiteral() || t.tok.IsKeyword():
			b.WriteString(" " + t.lit)
		default:
			b.WriteString(t.tok.String())
		}
	}
	return strings.TrimSuffix(b.String(), "; ")
}
