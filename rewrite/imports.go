package rewrite

import (
	"bytes"
	"cmp"
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/cellwrap/cellwrap/templates"
)

// importSpec is one import of the emitted file.
type importSpec struct {
	templates.Import
	path  string // unquoted
	off   int    // in the cell, or -1 if it is ours
	group int    // 0: the standard library's; 1: others
}

// localName returns the name that the file uses the package by, as well as its path
// tells: without types, the package's own name is a guess.
func (i importSpec) localName() string {
	if i.Name != "" {
		return i.Name
	}
	return packageName(i.path)
}

// isVersion reports whether an element of a path is a major version, such as v2.
func isVersion(s string) bool {
	digits, ok := strings.CutPrefix(s, "v")
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}

// packageName guesses a package's name from its import path, by the conventions
// of modules: example.com/go-yaml/v3, gopkg.in/yaml.v3, math/rand/v2.
func packageName(p string) string {
	dir, name := path.Split(p)
	if isVersion(name) && dir != "" {
		name = path.Base(dir)
	}
	if base, v, ok := strings.Cut(name, "."); ok && isVersion(v) {
		name = base
	}
	name = strings.TrimSuffix(strings.TrimPrefix(name, "go-"), "-go")
	if i := strings.LastIndexAny(name, "-."); i >= 0 && !token.IsIdentifier(name) {
		name = name[i+1:]
	}
	return name
}

// standardRoots are the first elements of the standard library's import paths, which Go
// reserves.
var standardRoots = strings.Fields(`archive bufio bytes cmp compress container context crypto
	database debug embed encoding errors expvar flag fmt go hash html image index io iter log
	maps math mime net os path plugin reflect regexp runtime slices sort strconv strings structs
	sync syscall testing text time unicode unique unsafe weak`)

// standard reports whether an import path is the standard library's, where a package has the
// name that its path says.
func standard(p string) bool {
	first, _, _ := strings.Cut(p, "/")
	return slices.Contains(standardRoots, first)
}

// group returns the group of imports that path belongs to.
func group(path string, opts *Options) int {
	if standard(path) && path != opts.Runtime {
		return 0
	}
	return 1
}

// planImports collects the cell's imports, less those that it surely does not use,
// and adds the runtime's.
func (p *planner) planImports() *Error {
	if u := p.syntax.imports; u != nil {
		if p.opts.traits.inside {
			return p.errorf(u.off(u.Decls[0].Pos()), "a block cannot import (put the import at the top of the file)")
		}
		for _, d := range p.cell.decls {
			if d.tok == token.IMPORT {
				p.deleteLines(d.start, d.end)
			}
		}
		if err := p.collectImports(u); err != nil {
			return err
		}
	}
	if p.member != nil {
		p.borrowImports()
	} else if err := p.chooseRuntime(); err != nil {
		return err
	}
	if r := p.know.result; r != nil {
		p.plan.imports = append(p.plan.imports, r.imports...)
	}
	p.plan.imports = append(p.plan.imports, p.know.needed...)
	slices.SortStableFunc(p.plan.imports, func(a, b importSpec) int {
		return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(a.path, b.path), cmp.Compare(a.Name, b.Name))
	})
	p.imported = map[string]bool{}
	for i, imp := range p.plan.imports {
		p.imported[imp.localName()] = true
		p.plan.imports[i].Apart = i > 0 && p.plan.imports[i].group != p.plan.imports[i-1].group
	}
	return nil
}

// collectImports reads the cell's imports with their comments.
func (p *planner) collectImports(u *unit) *Error {
	comments := u.Comments
	seen, used := map[string]bool{}, p.selected()
	for _, spec := range u.Imports {
		imp := importSpec{off: u.off(spec.Pos())}
		imp.Path, imp.path = spec.Path.Value, unquote(spec.Path.Value)
		if spec.Name != nil {
			imp.Name = spec.Name.Name
		}
		imp.Doc, imp.Comment, comments = commentsAt(u, spec, comments)
		imp.group = group(imp.path, p.opts)
		name := imp.localName()
		switch {
		case name == "nil" || name == "any" || name == "error":
			return p.errorf(imp.off, "an import cannot be called %s, which the emitted code needs", name)
		case imp.path == "C":
			return p.errorf(imp.off, "a cell cannot use cgo (import \"C\" needs a file of its own)")
		case name == p.plan.name && name != "_" && p.member == nil:
			return p.errorf(imp.off, "%s is imported here and is also the variable of the result (choose another name)", name)
		case seen[name+imp.Path], p.know.dropped[imp.off]:
			continue
		case imp.group == 0 && !p.opts.traits.cell && name != "_" && name != "." && !used[name]:
			continue
		}
		seen[name+imp.Path] = true
		p.plan.imports = append(p.plan.imports, imp)
	}
	if n := len(p.plan.imports); n > 0 {
		// Comments behind the last import stay with it.
		for _, c := range comments {
			p.plan.imports[n-1].addComment(c)
		}
	}
	return nil
}

// selected returns the names that the cell selects something from and does not declare: a package may be
// used by them.
func (p *planner) selected() map[string]bool {
	names := map[string]bool{}
	for _, u := range []*unit{p.stmts, p.syntax.decls} {
		if u == nil {
			continue
		}
		ast.Inspect(u.File, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if id, ok := sel.X.(*ast.Ident); ok && id.Obj == nil {
					names[id.Name] = true
				}
			}
			return true
		})
	}
	return names
}

// commentsAt takes from comments, which are in order, those that stand before spec or
// behind it on its line.
func commentsAt(u *unit, spec *ast.ImportSpec, comments []*ast.CommentGroup) (doc []string, behind string, rest []*ast.CommentGroup) {
	line := func(p token.Pos) int { return u.file.PositionFor(p, false).Line }
	imp := importSpec{}
	for len(comments) > 0 {
		c := comments[0]
		switch {
		case c.Pos() < spec.Pos():
			for _, c := range c.List {
				imp.Doc = append(imp.Doc, c.Text)
			}
		case line(c.Pos()) == line(spec.End()):
			imp.addComment(c)
		default:
			return imp.Doc, imp.Comment, comments
		}
		comments = comments[1:]
	}
	return imp.Doc, imp.Comment, nil
}

// addComment puts a comment behind an import. Only the last one on a line can be a
// // comment.
func (i *importSpec) addComment(g *ast.CommentGroup) {
	for _, c := range g.List {
		text := c.Text
		if i.Comment != "" && strings.HasPrefix(i.Comment, "//") {
			text = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(text, "//"), "/*"), "*/"))
		}
		i.Comment = strings.TrimSpace(i.Comment + " " + text)
	}
}

func unquote(s string) string {
	s, _ = strconv.Unquote(s) // the parser has checked it
	return s
}

// chooseRuntime decides what the runtime is called, and imports it by that name:
// the name of the cell's own import of it, else "reactor", else one that nothing in
// the cell or its package is called.
func (p *planner) chooseRuntime() *Error {
	base := "reactor"
	if p.opts.traits.dynamic {
		base = dynamicPackage
	}
	name, shared := base, false
	for _, imp := range p.plan.imports {
		if imp.path == p.opts.Runtime && imp.Name != "_" && imp.Name != "." {
			name, shared = imp.localName(), true
		}
	}
	if clause := clauseOf(p.opts.Before); p.opts.traits.inside && clause != nil {
		if as, ok := runtimeIn(clause, p.opts.Runtime); ok {
			name = as
		}
	}
	if p.opts.traits.sessions {
		p.chooseSession()
	}
	bound, isBound := p.binds(name)
	if p.opts.traits.inside {
		p.plan.runtime = name
		if isBound {
			return p.errorf(bound, "%s is declared here, and the emitted code needs the package of that name", name)
		}
		return nil
	}
	others := !shared && p.packageDeclares(name)
	taken := isBound || others || name == p.plan.name || p.named[name] != nil
	for _, imp := range p.plan.imports {
		taken = taken || imp.path != p.opts.Runtime && imp.localName() == name
	}
	if !taken {
		p.plan.runtime = name
		if !shared {
			p.importRuntime(name)
		}
		return nil
	}
	p.plan.runtime = p.spare(base)
	p.importRuntime(p.plan.runtime)
	if !shared && !others && p.usesFreely(name) {
		p.importRuntime(name) // the cell's own calls, where the name is not shadowed
	}
	return nil
}

// spare returns name with a number that nothing in the cell or its package is called.
func (p *planner) spare(name string) string {
	words := p.words()
	s := numbered(name, words)
	for p.packageDeclares(s) {
		words[s] = true
		s = numbered(name, words)
	}
	return s
}

// packageDeclares reports whether another file of the output's package declares name, as far as is
// known.
func (p *planner) packageDeclares(name string) bool {
	if past := p.opts.past; past != nil {
		return past.declares(name) || past.decls[name] != nil
	}
	return p.opts.Env != nil && p.opts.Env.declares(p.opts.Package, p.opts.OutputName, name)
}

// words returns the identifiers that the cell, its variable and the user's template take.
func (p *planner) words() map[string]bool {
	words := map[string]bool{p.plan.name: true}
	if p.opts.Template != nil {
		for _, name := range p.opts.Template.Identifiers() {
			words[name] = true
		}
	}
	for t := newTokens(p.code); t.next(); {
		if t.tok == token.IDENT {
			words[t.lit] = true
		}
	}
	return words
}

// numbered returns name with the first number that makes it another than words.
func numbered(name string, words map[string]bool) string {
	for i := 1; ; i++ {
		if s := name + strconv.Itoa(i); !words[s] {
			return s
		}
	}
}

func (p *planner) importRuntime(name string) {
	imp := importSpec{path: p.opts.Runtime, off: -1, group: 1}
	imp.Path = strconv.Quote(p.opts.Runtime)
	if name != packageName(p.opts.Runtime) {
		imp.Name = name
	}
	p.plan.imports = append(p.plan.imports, imp)
}

// usesFreely reports whether the cell uses a name that it neither declares nor
// imports.
func (p *planner) usesFreely(name string) bool {
	if _, ok := p.declaredAt(name); ok || name == p.plan.name {
		return false
	}
	for _, imp := range p.plan.imports {
		if imp.localName() == name {
			return false
		}
	}
	return slices.ContainsFunc(p.free, func(id ident) bool { return id.name == name }) || p.uses(name)
}

// binds returns where the cell declares a name, in any scope; fields, methods and
// labels do not count.
func (p *planner) binds(name string) (off int, ok bool) {
	if !bytes.Contains(p.code, []byte(name)) {
		return 0, false
	}
	for _, u := range []*unit{p.stmts, p.syntax.decls} {
		if u == nil {
			continue
		}
		fields := map[*ast.Ident]bool{}
		ast.Inspect(u.File, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.StructType:
				for _, f := range n.Fields.List {
					for _, id := range f.Names {
						fields[id] = true
					}
				}
			case *ast.Ident:
				if !ok && n.Name == name && n.Obj != nil && n.Obj.Kind != ast.Lbl && !fields[n] {
					off, ok = u.off(n.Pos()), true
				}
			}
			return !ok
		})
	}
	return off, ok
}
