package rewrite

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"

	"github.com/cellwrap/cellwrap/templates"
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

// renewedBy returns the declarations that have to be checked again with f, in the order of the
// cells: those that stand on a name that f declares, and on a type that it gives a method.
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
	for _, d := range r.past.users[name] {
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

// importDecls returns the imports of f, those too that are not in its text.
func importDecls(f *ast.File) []ast.Decl {
	var decls []ast.Decl
	for _, spec := range f.Imports {
		decls = append(decls, &ast.GenDecl{Tok: token.IMPORT, Specs: []ast.Spec{spec}})
	}
	return decls
}

// importSpecs returns what the cell imports, whether it uses that or not.
func (c *cell) importSpecs() []*ast.ImportSpec {
	var specs []*ast.ImportSpec
	for _, d := range c.decls {
		if d.tok == token.IMPORT {
			src := "package p\n" + string(c.code[d.kw:d.stop])
			if f, err := parser.ParseFile(token.NewFileSet(), "", src, parser.ImportsOnly); err == nil {
				specs = append(specs, f.Imports...)
			}
		}
	}
	return specs
}

// spec returns an import as syntax.
func (i importSpec) spec() *ast.ImportSpec {
	spec := &ast.ImportSpec{Path: &ast.BasicLit{Kind: token.STRING, Value: strconv.Quote(i.path)}}
	if i.Name != "" {
		spec.Name = ast.NewIdent(i.Name)
	}
	return spec
}

// specOf returns an import of an earlier cell as one that later cells may use.
func specOf(spec *ast.ImportSpec, opts *Options) importSpec {
	path := unquote(spec.Path.Value)
	imp := importSpec{path: path, off: -1, group: group(path, opts), Import: templates.Import{Path: strconv.Quote(path)}}
	if spec.Name != nil {
		imp.Name = spec.Name.Name
	}
	return imp
}

// borrowImports imports in the next plan what the cell uses and earlier cells of its session have
// imported, and reports whether there is any.
func (c *checker) borrowImports() bool {
	past, more := c.opts.past, false
	if past == nil {
		return false
	}
	for _, e := range c.errs {
		name, ok := strings.CutPrefix(e.msg, "undefined: ")
		if imp, known := past.imports[name]; ok && known && c.inEmission(e.pos) && c.selects(e.pos, name) {
			more = c.need(imp) || more
		}
	}
	return more
}
