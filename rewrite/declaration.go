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

	number int // in the order in which they were noted
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
		d := &declaration{file: &file, number: p.noted}
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Recv != nil {
				d.base = receiverName(decl)
				p.dropMethod(d.base, decl.Name.Name)
				p.methods[d.base] = append(p.methods[d.base], d)
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
		for name := range mentionedIn(&one) {
			p.users[name] = append(p.users[name], d)
		}
		list = append(list, d)
	}
	p.order = append(p.order, list...)
	if len(p.order) > 2*len(p.decls)+1000 {
		p.order = slices.DeleteFunc(p.order, func(d *declaration) bool { return d.dead })
	}
	return list
}

// drop forgets the declaration of a name and its methods.
func (p *past) drop(name string) {
	delete(p.objs, name)
	if d := p.decls[name]; d != nil {
		delete(p.decls, name)
		d.names = slices.DeleteFunc(d.names, func(n string) bool { return n == name })
		d.file = without(d.file, map[string]bool{name: true})
		d.dead = len(d.names) == 0
	}
	for _, m := range p.methods[name] {
		m.dead = true
	}
	delete(p.methods, name)
}

func (p *past) dropMethod(base, name string) {
	p.methods[base] = slices.DeleteFunc(p.methods[base], func(m *declaration) bool {
		m.dead = m.dead || m.method() == name
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
