package rewrite

import (
	"context"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode"

	"github.com/cellwrap/cellwrap/internal/importer"
	"github.com/cellwrap/cellwrap/templates"
)

// definition is what a cell makes of a name. A later cell that defines the name again makes
// another one, to which the package may give the same variable.
type definition struct {
	ident
	by       *member
	tok      token.Token // VAR, FUNC, TYPE, CONST or IMPORT
	imp      importSpec  // of IMPORT
	previous *definition // what the name meant before, or nil

	emitted  string       // what code calls it; "" for a variable that stays local
	declared string       // what it is declared as, which is not the same for a late-bound function
	obj      types.Object // the package's
	again    bool         // the variable is an earlier cell's, to which this one assigns
	private  string       // the type that keeps a variable local
}

// reference is a use of what an earlier cell defines.
type reference struct {
	ident
	def *definition
}

// load loads the packages that the cells import, and those of the standard library that they may
// use without an import. All cells share them: types of two loads are not identical.
func (p *program) load(ctx context.Context) error {
	all := &ast.File{Name: ast.NewIdent("main")}
	unimported := map[string]bool{}
	for _, m := range p.good() {
		for _, u := range m.syntax.units() {
			all.Decls = append(all.Decls, u.Decls...)
			for _, id := range u.Unresolved {
				for _, path := range standardCalled()[id.Name] {
					unimported[path] = true
				}
				if id.Name == "reactor" {
					unimported[p.opts.Runtime] = true
				}
			}
		}
		if u := m.syntax.imports; u != nil {
			all.Imports = append(all.Imports, u.Imports...)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(unimported)) {
		spec := &ast.ImportSpec{Path: &ast.BasicLit{Kind: token.STRING, Value: strconv.Quote(path)}}
		if path == p.opts.Runtime {
			spec.Name = ast.NewIdent("reactor")
		}
		all.Imports = append(all.Imports, spec)
	}
	want := wanted([]*ast.File{all}, p.opts.Runtime)
	if list := want[p.opts.Runtime]; list != nil {
		want[p.opts.Runtime] = append(list, "RunCoroutine", "RunDeferredCoroutine", "Coroutine", "WaitFor", "Await", "MustAwait", "FromChannel", "Seconds", "Forever")
	}
	delete(want, p.opts.Host) // is made here
	found, err := p.opts.Env.packages.Load(ctx, want)
	p.use(found)
	return err
}

// use makes packages all that there will be.
func (p *program) use(found *importer.Packages) {
	p.found, p.loader = found, &loader{found: found, fixed: true}
}

// units returns what there is of declarations and statements.
func (s *syntax) units() []*unit {
	if s.decls == nil {
		return []*unit{s.stmts}
	}
	return []*unit{s.decls, s.stmts}
}

// good returns the cells of which no error is known yet.
func (p *program) good() []*member {
	return slices.DeleteFunc(slices.Clone(p.members), func(m *member) bool { return m.errs != nil })
}

// link finds out what each name means in each cell.
func (p *program) link() {
	for _, m := range p.members {
		m.findDefined()
	}
	definers := map[string][]int{}
	for i, m := range p.members {
		for _, d := range m.defines {
			definers[d.name] = append(definers[d.name], i)
		}
	}
	table := map[string]*definition{}
	for i, m := range p.members {
		if m.errs == nil {
			m.link(table, func(name string) *member {
				list := definers[name]
				if j := sort.SearchInts(list, i+1); j < len(list) {
					return p.members[list[j]]
				}
				return nil
			})
		}
		for _, d := range m.defines {
			d.previous = table[d.name]
			table[d.name] = d
		}
	}
	p.names = newNames(p)
	for _, m := range p.members {
		m.nameDeclarations()
	}
}

// findDefined finds the names that the cell defines for later ones.
func (m *member) findDefined() {
	m.own, m.outer, m.shared = map[string]*definition{}, map[string]*definition{}, map[string]bool{}
	define := func(id ident, tok token.Token, imp importSpec) {
		d := &definition{ident: id, by: m, tok: tok, imp: imp}
		m.defines = append(m.defines, d)
		if tok != token.IMPORT {
			m.own[id.name] = d
		}
	}
	if m.syntax == nil {
		for _, id := range roughlyDefined(m.Source) {
			define(id, token.ILLEGAL, importSpec{})
		}
		return
	}
	if u := m.syntax.imports; u != nil {
		for _, spec := range u.Imports {
			imp := importSpec{path: unquote(spec.Path.Value), off: u.off(spec.Pos())}
			imp.Path = spec.Path.Value
			if spec.Name != nil {
				imp.Name = spec.Name.Name
			} else {
				imp.Name = m.nameOf(imp.path)
			}
			if imp.Name != "_" && imp.Name != "." {
				define(ident{imp.Name, imp.off}, token.IMPORT, imp)
			}
		}
	}
	p := &planner{syntax: m.syntax, opts: m.opts, know: &facts{checked: true}}
	p.findLocals()
	m.survey = p
	if m.isPlain() {
		for _, name := range slices.Sorted(maps.Keys(p.locals)) {
			define(ident{name, p.locals[name]}, token.VAR, importSpec{})
		}
	} else if m.name.name != "_" {
		m.result = &definition{ident: m.name, by: m, tok: token.VAR}
		m.defines = append(m.defines, m.result)
	}
	if m.syntax.decls == nil {
		return
	}
	for _, d := range m.syntax.decls.Decls {
		tok := token.FUNC
		if g, ok := d.(*ast.GenDecl); ok {
			tok = g.Tok
		}
		for _, id := range declaredNames(m.syntax.decls, d) {
			if id.name != "_" && id.name != "init" {
				define(id, tok, importSpec{})
			}
		}
	}
}

// nameOf returns the name of a package.
func (p *program) nameOf(path string) string {
	if pkg, err := p.found.Import(path); err == nil {
		return pkg.Name()
	}
	return packageName(path)
}

// isPlain reports whether the cell's own scope is the notebook's: nobody asked for an
// EventualResult.
func (m *member) isPlain() bool { return !m.syntax.wraps }

// roughlyDefined returns the names that a text which cannot be parsed seems to define.
func roughlyDefined(text []byte) []ident {
	var ids, list []ident
	depth := 0
	last := token.SEMICOLON
	for t := newTokens(text); t.next(); {
		switch t.tok {
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth--
		case token.COMMENT:
			continue
		}
		if depth <= 0 {
			switch {
			case t.tok == token.IDENT && (last == token.FUNC || last == token.TYPE || last == token.VAR || last == token.CONST):
				ids = append(ids, ident{t.lit, t.off})
			case t.tok == token.IDENT && (last == token.SEMICOLON || last == token.COMMA):
				list = append(list, ident{t.lit, t.off})
			case t.tok == token.DEFINE:
				ids, list = append(ids, list...), nil
			case t.tok != token.COMMA:
				list = nil
			}
		}
		last = t.tok
	}
	return ids
}

// link finds what the cell uses of earlier cells, by what names mean before it.
func (m *member) link(table map[string]*definition, later func(string) *member) {
	p := m.survey
	m.before = table
	if err := p.findDecls(); err != nil {
		m.errs = ErrorList{err}
		return
	}
	m.before = nil
	locals := maps.Clone(p.locals)
	if !m.isPlain() {
		m.findClosures()
	}
	selected := map[string]map[string]bool{}
	for _, u := range m.syntax.units() {
		for name, names := range selections(u.File) {
			if selected[name] == nil {
				selected[name] = map[string]bool{}
			}
			maps.Copy(selected[name], names)
		}
	}
	seen := map[string]bool{}
	resolve := func(id ident) {
		if seen[id.name] {
			return
		}
		seen[id.name] = true
		def := table[id.name]
		switch {
		case def != nil && def.tok == token.IMPORT:
			if _, err := m.found.Import(def.imp.path); err != nil {
				m.errs = append(m.errs, m.syntax.errorf(id.off, "%v (cell %d imports it)", err, def.by.Number))
			}
			m.borrow(def.imp)
		case def != nil:
			m.outer[id.name] = def
			m.uses = append(m.uses, reference{id, def})
			m.need(def.by)
			def.by.share(def)
		case types.Universe.Lookup(id.name) != nil:
		case id.name == "reactor":
			m.borrow(importSpec{path: m.opts.Runtime, Import: templates.Import{Name: id.name}})
		case selected[id.name] != nil && m.borrowStandard(id.name, selected[id.name]):
		case later(id.name) != nil:
			m.errs = append(m.errs, m.syntax.errorf(id.off, "%s is defined in cell %d, after cell %d uses it", id.name, later(id.name).Number, m.Number))
		}
	}
	imports := func(name string) bool {
		return slices.ContainsFunc(m.defines, func(d *definition) bool { return d.tok == token.IMPORT && d.name == name })
	}
	for _, id := range p.free {
		if p.named[id.name] == nil && !imports(id.name) {
			resolve(id)
		}
	}
	for _, it := range p.items {
		for _, id := range it.refs {
			_, local := locals[id.name]
			switch {
			case p.named[id.name] != nil:
			case local && m.isPlain():
				m.share(m.own[id.name])
				if prev := table[id.name]; prev != nil && prev.tok == token.VAR {
					prev.by.share(prev) // until the cell assigns to it, the declaration sees this
					m.need(prev.by)
				}
			case local || imports(id.name):
			default:
				resolve(id)
			}
		}
	}
	slices.SortFunc(m.errs, func(a, b *Error) int { return a.Pos.Line<<16 + a.Pos.Column - b.Pos.Line<<16 - b.Pos.Column })
	// What an earlier cell's code uses has to be assigned.
	for _, d := range m.defines {
		if prev := table[d.name]; d.tok == token.VAR && d != m.result && prev != nil && prev.by.shares(prev) {
			m.share(d)
		}
	}
}

// findClosures finds the declarations that have to stay in the body, of a cell in the background,
// so that no other cell sees them.
func (m *member) findClosures() {
	p := m.survey
	if p.promote() != nil {
		return // the plan will say so
	}
	p.findStaying()
	for _, it := range p.items {
		if it.stays {
			for _, id := range it.names {
				delete(m.own, id.name)
				m.defines = slices.DeleteFunc(m.defines, func(d *definition) bool { return d != m.result && d.ident == id })
			}
		}
	}
}

// itemOf returns the declaration of what a name that the cell uses means.
func (m *member) itemOf(name string) *item {
	def := m.outer[name]
	if def == nil {
		def = m.before[name]
	}
	if def == nil || def.by.survey == nil {
		return nil
	}
	return def.by.survey.named[name]
}

// share notes that others than the cell's statements use a variable.
func (m *member) share(d *definition) {
	if d.tok == token.VAR && d != m.result {
		m.shared[d.name] = true
	}
}

// shares reports whether d is a variable that the package will have.
func (m *member) shares(d *definition) bool {
	return d == m.result || m.shared[d.name] && m.own[d.name] == d
}

func (m *member) need(other *member) {
	if !slices.Contains(m.needs, other) {
		m.needs = append(m.needs, other)
	}
}

// borrow imports what the cell uses and does not import.
func (m *member) borrow(imp importSpec) {
	imp.off = -1
	imp.Path = strconv.Quote(imp.path)
	m.borrowed = append(m.borrowed, imp)
}

// borrowStandard imports the standard library's package that has all the names which the cell
// selects, and reports whether there is one.
func (m *member) borrowStandard(name string, selected map[string]bool) bool {
	path, ok := standardWith(name, selected, m.found, func(path string) bool {
		return slices.ContainsFunc(m.members, func(other *member) bool {
			return slices.ContainsFunc(other.defines, func(d *definition) bool { return d.tok == token.IMPORT && d.imp.path == path })
		})
	})
	if ok {
		m.borrow(importSpec{path: path})
	}
	return ok
}

// names are those that a program takes.
type names struct {
	words   map[string]bool // every identifier of the cells
	kept    map[string]bool // what no declaration can be called
	taken   map[string]bool // by declarations of the package
	users   map[string]string
	runtime string // the name by which files import it
	host    string
}

func newNames(p *program) *names {
	n := &names{words: map[string]bool{}, kept: map[string]bool{"main": true, "init": true, "_": true}, taken: map[string]bool{}, users: map[string]string{}}
	for _, name := range types.Universe.Names() {
		n.kept[name] = true
	}
	bound := false // whether reactor is anything but the runtime
	for _, m := range p.members {
		for t := newTokens(m.Source); t.next(); {
			if t.tok == token.IDENT {
				n.words[t.lit] = true
			}
		}
		for _, d := range m.defines {
			if d.tok == token.IMPORT {
				n.kept[d.name] = true
			}
			bound = bound || d.name == "reactor" && d.imp.path != p.opts.Runtime
		}
		for _, imp := range m.borrowed {
			n.kept[imp.localName()] = true
		}
		if m.errs == nil && !bound {
			_, bound = m.survey.binds("reactor")
		}
		n.kept[m.function()] = true
	}
	n.runtime, n.host = "reactor", "host"
	if bound {
		n.runtime = numbered(n.runtime, n.words)
	}
	if n.words[n.host] {
		n.host = numbered(n.host, n.words)
	}
	n.kept["reactor"], n.kept[n.runtime], n.kept[n.host] = true, true, true
	return n
}

// function returns the name of the function that runs the cell.
func (m *member) function() string { return "cell_" + strconv.Itoa(m.Number) }

// take returns a name for what cell m defines: its own, or that with the cell's number behind it.
func (n *names) take(name string, m *member) string {
	if n.kept[name] || n.taken[name] {
		return n.takeNumbered(name, m)
	}
	n.taken[name] = true
	return name
}

func (n *names) takeNumbered(name string, m *member) string {
	s := name + "_" + strconv.Itoa(m.Number)
	for n.kept[s] || n.taken[s] || n.words[s] {
		s += "_"
	}
	n.taken[s], n.users[s] = true, name
	return s
}

// fresh returns a name for a local variable of ours that stands for name.
func (n *names) fresh(name string) string {
	s := "new_" + name
	for n.kept[s] || n.taken[s] || n.words[s] {
		s += "_"
	}
	return s
}

// restore returns a message with the user's names for those that the output has instead.
func (n *names) restore(msg string) string {
	if len(n.users) == 0 {
		return msg
	}
	var b strings.Builder
	for len(msg) > 0 {
		i := strings.IndexFunc(msg, isWord)
		if i < 0 {
			i = len(msg)
		}
		b.WriteString(msg[:i])
		msg = msg[i:]
		end := strings.IndexFunc(msg, func(r rune) bool { return !isWord(r) })
		if end < 0 {
			end = len(msg)
		}
		word := msg[:end]
		if user, ok := n.users[word]; ok {
			word = user
		}
		b.WriteString(word)
		msg = msg[end:]
	}
	return b.String()
}

func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// nameDeclarations gives the cell's functions, types and constants the names that they are emitted
// by.
func (m *member) nameDeclarations() {
	for _, d := range m.defines {
		if d.tok == token.FUNC || d.tok == token.TYPE || d.tok == token.CONST {
			d.emitted = m.take(d.name, m)
			d.declared = d.emitted
		}
	}
}
