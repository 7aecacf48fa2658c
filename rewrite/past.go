package rewrite

import (
	"cmp"
	"context"
	"go/ast"
	"go/token"
	"go/types"
	"maps"

	"github.com/cellwrap/cellwrap/internal/importer"
)

// past is what the cells before have declared, for a session's next one.
//
// All checks are of one go/types package. What a cell declares is in it as objects: those that the
// next cell mentions are put into the package's scope, and only its own text is checked. So a
// cell's check does not depend on how many there were before. What stands on a declaration that a cell
// replaces, or on a type that it gives a method, is checked again with the cell.
type past struct {
	opts   *Options
	pkg    *types.Package
	loader *loader
	passed []passed // cells that were not looked at yet

	objs    map[string]types.Object
	decls   map[string]*declaration          // by the names that they declare
	methods map[string][]*declaration        // by the name of their receiver's type
	users   map[string]map[*declaration]bool // by the names that they mention
	order   []*declaration
	dead    int // how many of those are
	noted   int
	kept    map[token.Pos]int     // how many declarations there are of a cell's file, by its start
	imports map[string]importSpec // by the name that cells use them by
	lost    *doubts               // names that cells would declare which were refused
	unsure  *doubts               // words of cells that the host runs, and of which not all is known
	ended   *doubts               // names that ended with the process of GoNB's that had them
}

// passed is a cell that was left as it is.
type passed struct {
	src    []byte
	at     Place
	before settings
	host   bool // the host runs it; else it was rewritten earlier, and this is what it was
}

func newPast(opts *Options) *past {
	p := &past{
		opts:    opts,
		loader:  &loader{packages: opts.Env.packages},
		objs:    map[string]types.Object{},
		decls:   map[string]*declaration{},
		methods: map[string][]*declaration{},
		users:   map[string]map[*declaration]bool{},
		kept:    map[token.Pos]int{},
		imports: map[string]importSpec{},
		lost:    newDoubts(),
		unsure:  newDoubts(),
		ended:   newDoubts(),
	}
	files, _ := opts.Env.filesFor(opts.withDefaults().Package, "", "_", &ast.File{})
	for _, f := range files {
		p.note(f, f.Decls)
	}
	return p
}

// declares reports whether an earlier cell declares name.
func (p *past) declares(name string) bool { return p != nil && p.objs[name] != nil }

// doubts reports whether name may be what a cell declares that the host knows better.
func (p *past) doubts(name string) bool { return p != nil && p.unsure.has(name) }

// catchUp looks at the cells that were left as they are. One that does not compile is the host's to
// complain about, and declares nothing here.
func (p *past) catchUp(ctx context.Context) error {
	list := p.passed
	p.passed = nil // their own checks catch up with nothing
	for i, next := range list {
		opts := *p.opts
		opts.MagicOnly, opts.past = false, p
		opts.Filename, opts.FirstLine = next.at.Filename, next.at.FirstLine
		if next.host {
			opts.Target, opts.Template, opts.Assign = File, nil, ""
			opts.FixImports, opts.host, opts.Types = true, true, TypesAuto
		}
		src := next.src
		if next.host && p.opts.Target.traits().sessions {
			src = beforeMark(src, p.opts.Percent)
		}
		r, err := rewrite(ctx, src, opts.withDefaults(), next.before)
		switch {
		case ctx.Err() != nil:
			p.passed = list[i:]
			return ctx.Err()
		case next.host && (err != nil || r.checked == nil):
			p.readHosted(next, false)
		case next.host:
			p.readHosted(next, r.checked.know.incomplete == nil)
			p.learnFrom(r.checked, r.checked.shownLocals())
		case err == nil && r.checked != nil:
			p.learn(r.checked)
		}
	}
	return nil
}

// load loads what a check wants. If that is more than before, everything gets new types.
func (p *past) load(ctx context.Context, want importer.Names) error {
	if p.loader.found != nil && p.loader.covers(want) {
		return nil
	}
	want = want.All()
	maps.Copy(want, wanted(filesOf(p.order, nil), p.opts.withDefaults().Runtime).All())
	for path := range p.loader.names {
		want[path] = nil
	}
	if _, err := p.loader.load(ctx, want); err != nil {
		return err
	}
	clear(p.objs)
	p.pkg = types.NewPackage(cmp.Or(p.loader.found.Path, p.opts.withDefaults().Package), "")
	p.check(p.config(), filesOf(p.order, nil), &types.Info{})
	p.renew(p.order)
	return nil
}

func (p *past) config() *types.Config {
	return &types.Config{
		GoVersion:   p.loader.found.GoVersion,
		Importer:    p.loader.found,
		FakeImportC: true,
		Sizes:       targetSizes(),
		Error:       func(error) {},
	}
}

// check checks files with the objects that they mention and do not declare.
func (p *past) check(conf *types.Config, files []*ast.File, info *types.Info) *types.Package {
	// A name cannot be taken out of a scope, but the scope can be made empty. It has to stay the same
	// one, in the same package: by these go/types knows what is declared there.
	*p.pkg.Scope() = *types.NewPackage("", "").Scope()
	own := map[string]bool{}
	for _, f := range files {
		maps.Copy(own, declaredIn(f))
	}
	scope := p.pkg.Scope()
	for _, f := range files {
		for name := range mentionedIn(f) {
			if obj := p.objs[name]; obj != nil && !own[name] {
				scope.Insert(obj)
			}
		}
	}
	shielded := make([]*ast.File, len(files))
	for i, f := range files {
		shielded[i] = parenthesized(f, func(name string) bool { return p.objs[name] != nil && !own[name] })
	}
	types.NewChecker(conf, p.opts.Env.fset, p.pkg, info).Files(shielded) // Error has what it returns
	return p.pkg
}

// renew gives declarations the objects of the check that was last.
func (p *past) renew(list []*declaration) {
	for _, d := range list {
		for _, name := range d.names {
			if obj := p.pkg.Scope().Lookup(name); obj != nil {
				p.objs[name] = obj
			}
		}
	}
}

// learn makes what a cell declares known to later ones.
func (p *past) learn(c *checker) {
	if c.shape == waited || c.shape == inPlace {
		p.learnFrom(c, c.locals())
		return
	}
	p.learnFrom(c, c.resultLocal())
	p.endMain(c)
}

// local is a variable that later cells see, with its declaration for when it has to be checked again.
type local struct {
	obj     types.Object
	spec    ast.Spec
	imports []importSpec // that only its type needs
}

func (p *past) learnFrom(c *checker, locals []local) {
	c.keepPlaces()
	p.renew(c.renewed)
	if c.know.incomplete == nil {
		for name := range mentionedIn(c.file) {
			p.lost.settle(name)
			p.unsure.settle(name)
		}
	}
	var decls []ast.Decl
	for _, d := range c.file.Decls {
		if !c.holdsBody(d) {
			decls = append(decls, d)
		}
	}
	p.renew(p.note(c.file, decls))
	defer func() {
		if p.kept[c.file.FileStart] == 0 {
			c.forget()
		}
	}()
	for _, l := range locals {
		f := *c.file
		for _, imp := range l.imports {
			f.Imports = append(f.Imports[:len(f.Imports):len(f.Imports)], imp.spec())
		}
		p.note(&f, []ast.Decl{&ast.GenDecl{Tok: token.VAR, Lparen: 1, Specs: []ast.Spec{l.spec}, Rparen: 1}})
		p.objs[l.obj.Name()] = l.obj
	}
	for _, spec := range c.cell.importSpecs() {
		p.imports[localName(spec)] = specOf(spec, c.opts)
	}
	for _, imp := range c.imports {
		if c.opts.traits.dynamic && imp.off < 0 { // the cell's output imports it
			p.imports[imp.localName()] = imp
		}
	}
}

// imported reports whether an earlier cell imports the same by the same name.
func (p *past) imported(imp importSpec) bool {
	return p != nil && p.imports[imp.localName()].path == imp.path
}

// locals returns the variables that the body declares and whose types can be named.
func (c *checker) locals() []local {
	var list []local
	scope := c.scopeAt(c.body.Rbrace)
	s := c.speller()
	for _, stmt := range c.body.List {
		for _, id := range declaredBy(unlabeled(stmt, nil)) {
			obj := c.info.Defs[id]
			if obj == nil || scope.Lookup(id.Name) != obj {
				continue
			}
			if typ, ok := s.spell(obj.Type()); ok {
				list = append(list, c.local(obj, typ, s.added)...)
			} else {
				c.opts.past.drop(id.Name) // what it was before
				c.opts.past.unsure.raise(id.Name, c.opts.origin())
			}
		}
	}
	return list
}

// shownLocals returns the variables of a cell that the host runs and that later cells see. In GoNB these
// are the ones of a cell of declarations alone: else every cell is a process.
func (c *checker) shownLocals() []local {
	if c.opts.past.opts.Target.traits().sessions {
		if c.cell.hasStatements() {
			return nil
		}
		return c.locals()
	}
	for _, m := range c.cell.magics {
		if isMainMark(c.cell.text[m.start:m.end]) {
			return nil
		}
	}
	return c.locals()
}

// beforeMark returns what stands before GoNB's mark of func main, which holds all that comes behind.
func beforeMark(text []byte, percent bool) []byte {
	src, err := newSource(text, "", 1)
	if err != nil {
		return text
	}
	s := newSplitter(src, nil, &Options{traits: GoNB.traits(), Percent: percent})
	s.scanAll() // as far as it can be
	for _, m := range s.magics {
		if isMainMark(text[m.start:m.end]) {
			return text[:m.sign]
		}
	}
	return text
}

// resultLocal returns the variable of the result.
func (c *checker) resultLocal() []local {
	var obj types.Object
	for id, def := range c.info.Defs {
		if at := int(id.Pos() - c.file.FileStart); def != nil && id.Name == c.name && c.headerAt <= at && at < c.bodyAt {
			obj = def
		}
	}
	switch {
	case c.name == "_" || obj == nil, c.opts.traits.sessions: // where it is a declaration like others
		return nil
	case c.opts.traits.dynamic:
		return c.local(obj, "*"+c.runtime+".EventualResult", nil)
	}
	return c.local(obj, "*"+c.runtime+".EventualResult["+c.result+"]", nil)
}

func (c *checker) local(obj types.Object, typ string, imports []importSpec) []local {
	var list []local
	for _, spec := range c.varSpec(obj, typ) {
		list = append(list, local{types.NewVar(obj.Pos(), c.pkg, obj.Name(), obj.Type()), spec, imports})
	}
	return list
}
