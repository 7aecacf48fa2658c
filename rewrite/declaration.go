package rewrite

import (
	"go/ast"
	"go/token"
	"slices"
)

// declaration is one declaration of an earlier cell of a session, without the bodies of functions.
type declaration struct {
	file  *ast.File // the imports of its cell, and it
	names []string  // that it declares and no later cell does; none: it is dead, unless it is a method
	base  string    // of a method: the name of its receiver's type
	alias string    // of an alias of one name: that
	dead  bool

	number   int       // in the order in which they were noted
	mentions []string  // the names by which users has it
	start    token.Pos // of its cell's file
}

// method returns the name of the method that d is.
func (d *declaration) method() string {
	return d.file.Decls[len(d.file.Decls)-1].(*ast.FuncDecl).Name.Name
}

// note takes note of declarations in f, which replace earlier ones.
func (p *past) note(f *ast.File, decls []ast.Decl) []*declaration {
	all := *f
	all.Decls = decls
	own := declaredIn(&all)
	for name := range own {
		p.drop(name)
	}
	var list []*declaration
	imports := importDecls(f)
	for _, decl := range withoutBodies(&all).Decls {
		if g, ok := decl.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			continue
		}
		file := *f
		file.Decls = append(imports[:len(imports):len(imports)], decl)
		p.noted++
		d := &declaration{file: &file, number: p.noted, start: f.FileStart}
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Recv != nil {
				d.base = receiverName(decl)
				p.dropMethod(d.base, decl.Name.Name)
			} else if decl.Name.Name == "main" || decl.Name.Name == "init" {
				continue
			}
		case *ast.GenDecl:
			d.alias = aliased(decl)
		}
		one := ast.File{Decls: []ast.Decl{decl}}
		for name := range declaredIn(&one) {
			d.names = append(d.names, name)
			p.decls[name] = d
		}
		slices.Sort(d.names)
		switch {
		case d.base != "":
			p.methods[d.base] = append(p.methods[d.base], d)
		case d.names == nil:
			continue // blank: nothing can use it
		}
		for name := range mentionedIn(&one) {
			if p.users[name] == nil {
				p.users[name] = map[*declaration]bool{}
			}
			p.users[name][d] = true
			d.mentions = append(d.mentions, name)
		}
		p.kept[d.start]++
		list = append(list, d)
	}
	p.order = append(p.order, list...)
	if p.dead > len(p.order)/2 {
		p.order, p.dead = slices.DeleteFunc(p.order, func(d *declaration) bool { return d.dead }), 0
	}
	return list
}

// bury forgets a declaration, and what is of its cell's file if it was the last of that.
func (p *past) bury(d *declaration) {
	if d.dead {
		return
	}
	d.dead = true
	p.dead++
	for _, name := range d.mentions {
		if delete(p.users[name], d); len(p.users[name]) == 0 {
			delete(p.users, name)
		}
	}
	if p.kept[d.start]--; p.kept[d.start] > 0 {
		return
	}
	delete(p.kept, d.start)
	if f := p.opts.Env.fset.File(d.start); f != nil && f.Name() == emissionName { // and not the user's
		p.opts.Env.fset.RemoveFile(f)
	}
}

// drop forgets the declaration of a name and its methods.
func (p *past) drop(name string) {
	delete(p.objs, name)
	p.lost.settle(name)
	p.unsure.settle(name)
	if d := p.decls[name]; d != nil {
		delete(p.decls, name)
		d.names = slices.DeleteFunc(d.names, func(n string) bool { return n == name })
		d.file = without(d.file, map[string]bool{name: true})
		if len(d.names) == 0 {
			p.bury(d)
		}
	}
	for _, m := range p.methods[name] {
		p.bury(m)
	}
	delete(p.methods, name)
}

func (p *past) dropMethod(base, name string) {
	p.methods[base] = slices.DeleteFunc(p.methods[base], func(m *declaration) bool {
		if m.method() == name {
			p.bury(m)
		}
		return m.dead
	})
}

// filesOf returns the files of declarations, without what own has anew.
func filesOf(list []*declaration, own map[string]bool) []*ast.File {
	var files []*ast.File
	for _, d := range list {
		if f := d.file; !d.dead {
			if own != nil && slices.ContainsFunc(d.names, func(n string) bool { return own[n] }) {
				f = without(f, own)
			}
			files = append(files, f)
		}
	}
	return files
}

// aliased returns the name that an alias in g stands for, or "".
func aliased(g *ast.GenDecl) string {
	for _, spec := range g.Specs {
		if t, ok := spec.(*ast.TypeSpec); ok && t.Assign.IsValid() {
			typ := ast.Unparen(t.Type)
			if star, ok := typ.(*ast.StarExpr); ok {
				typ = ast.Unparen(star.X)
			}
			if id, ok := typ.(*ast.Ident); ok {
				return id.Name
			}
		}
	}
	return ""
}

// mentionedIn returns the identifiers in f, less those that follow a dot and the names of functions,
// parameters and fields.
func mentionedIn(f *ast.File) map[string]bool {
	names := map[string]bool{}
	for _, d := range f.Decls {
		var mention func(n ast.Node) bool
		mention = func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				ast.Inspect(n.X, mention)
				return false
			case *ast.Field:
				ast.Inspect(n.Type, mention)
				return false
			case *ast.Ident:
				names[n.Name] = true
			}
			return true
		}
		if fn, ok := d.(*ast.FuncDecl); ok {
			ast.Inspect(fn.Type, mention)
			if fn.Recv != nil {
				ast.Inspect(fn.Recv, mention)
			}
			if fn.Body != nil {
				ast.Inspect(fn.Body, mention)
			}
			continue
		}
		ast.Inspect(d, mention)
	}
	return names
}
