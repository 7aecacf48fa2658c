package rewrite

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
)

// plan is what will change in a cell, as data.
type plan struct {
	shape    shape
	name     string // the variable, or "_"
	run      string // the runtime's function, or session's
	deferred bool   // whether the closure returns a Deferred of the result
	result   string // the type of the closure's result
	runtime  string // the name that the runtime is imported under
	session  string // the name that its package session is imported under, or ""
	labels   []int  // where the labels of the body's own block are
	named    bool   // whether the closure's results are named
	closing  string // the statement to add behind the body, or ""
	co       string // the closure's parameter, or ""
	timeout  string // how long a plain cell may take
	awaits   []awaiting
	imports  []importSpec
	hoists   []decl   // what goes to package level, in order
	span     span     // of the statements and of what stays among them
	vars     []pkgVar // variables that go there too, because a method or generic function uses them
	edits    edits    // sorted
	again    bool     // formatting takes two passes
	inner    edits    // in the declarations that go to package level, sorted

	// bodyless are functions, by their keyword, whose bodies can only be checked once the types
	// of the variables that they use are known, and the ends of their signatures.
	bodyless map[int]int
	wanted   []pkgVar // those variables, without their types
	display  bool     // the cell ends in an expression to show
	silent   bool     // it does, and in a semicolon
	warnings []Diagnostic

	output func() (*Output, *Error) // assembled in the background
}

// pkgVar is a variable of the body that has to be the package's.
type pkgVar struct {
	ident
	varType
}

// span is a stretch of the cell. The zero value is empty, and nowhere.
type span struct{ start, end int }

// cover makes s reach from start to end too.
func (s *span) cover(start, end int) {
	if *s == (span{}) {
		*s = span{start, end}
	}
	s.start, s.end = min(s.start, start), max(s.end, end)
}

// varType is a variable's type, spelled, and its zero value.
type varType struct{ typ, zero string }

// returns returns the type that the closure's returns give beside the error.
func (p *plan) returns() string {
	if p.deferred {
		return "*" + p.runtime + ".Deferred[" + p.result + "]"
	}
	return p.result
}

// planner works a plan out.
type planner struct {
	*syntax
	opts *Options
	know *facts
	plan plan

	nameOff int // where the variable's name is, or the header

	locals map[string]int // variables of the body's own scope: offset of the declaration
	items  []*item        // func, type and const declarations, in order
	named  map[string]*item
	free   []ident // what the statements use and do not declare

	imported map[string]bool // the names of the plan's imports
}

// makePlan decides what will change, with what is known of types.
func makePlan(s *syntax, opts *Options, name ident, know *facts) (*plan, *Error) {
	p := &planner{syntax: s, opts: opts, know: know, nameOff: name.off}
	p.plan = plan{shape: s.shape(opts.traits), name: name.name, result: "any", again: s.again}
	deferred := false
	if r := know.result; r != nil {
		p.plan.result, deferred = r.typ, r.deferred
	}
	p.plan.run, p.plan.deferred = p.plan.shape.function(deferred), deferred
	switch {
	case opts.traits.sessions && p.plan.shape == cellCoroutine:
		p.plan.run = "Main"
	case opts.traits.sessions:
		p.plan.run = "Serve" + strings.TrimPrefix(strings.TrimSuffix(p.plan.run, "InReactor"), "Run")
	}
	p.findLocals()
	for _, stage := range []func() *Error{
		p.findDecls,
		p.checkResultName,
		p.planImports,
		p.planMagics,
		p.planDecls,
		p.checkOwnResult,
		p.planAwaits,
		p.planReturns,
		p.planUnused,
		p.planNames,
		p.planSession,
	} {
		if err := stage(); err != nil {
			return nil, err
		}
	}
	p.plan.edits.sort()
	p.plan.inner.sort()
	return &p.plan, nil
}

// findLocals finds the variables of the body's own scope.
func (p *planner) findLocals() {
	p.locals = map[string]int{}
	for _, stmt := range p.list {
		stmt = unlabeled(stmt, func(l *ast.LabeledStmt) {
			p.plan.labels = append(p.plan.labels, p.stmts.off(l.Pos()))
		})
		for _, id := range declaredBy(stmt) {
			if _, ok := p.locals[id.Name]; !ok && id.Name != "_" {
				p.locals[id.Name] = p.stmts.off(id.Pos())
			}
		}
	}
}

// unlabeled returns the statement behind stmt's labels, each of which it hands to label if that is
// not nil.
func unlabeled(stmt ast.Stmt, label func(*ast.LabeledStmt)) ast.Stmt {
	for {
		l, ok := stmt.(*ast.LabeledStmt)
		if !ok {
			return stmt
		}
		if label != nil {
			label(l)
		}
		stmt = l.Stmt
	}
}

// declares reports whether the cell declares name beside its statements.
func (s *syntax) declares(name string) bool {
	return s.decls != nil && s.decls.Scope.Lookup(name) != nil
}

// checkResultName refuses a variable that the emitted code or the cell could not have.
func (p *planner) checkResultName() *Error {
	name := p.plan.name
	if name == "_" {
		return nil
	}
	off := p.nameOff
	if _, ok := p.named[name]; ok && !p.opts.traits.inside {
		at, _ := p.declaredAt(name)
		return p.errorf(at, "%s is declared here and is also the variable of the result (choose another name)", name)
	}
	switch {
	case p.member != nil: // another name will do
	case name == "error" || name == "any" || name == "nil":
		return p.errorf(off, "the variable cannot be called %s, which the emitted code needs", name)
	case !p.opts.traits.inside && types.Universe.Lookup(name) != nil && p.uses(name):
		return p.errorf(off, "the variable cannot be called %s, which a declaration of the cell uses", name)
	case !p.opts.traits.inside && (name == "init" || name == "main" && p.opts.Package == "main"):
		return p.errorf(off, "the variable cannot be called %s, which Go keeps for a function", name)
	}
	return nil
}

// planMagics takes the byte order mark and the magics out. In a block the lines stay,
// and the first one becomes the header.
func (p *planner) planMagics() *Error {
	if p.bom > 0 {
		p.plan.edits.move(0, p.bom)
	}
	for i, m := range p.magics {
		if p.opts.traits.inside {
			text := ""
			if i == len(p.magics)-1 && p.plan.shape == inPlace && p.opts.Percent && blankText(p.text[m.end:]) {
				text = keptLine
			}
			p.plan.edits.replace(p.lineStart(m.start), p.lineEnd(m.end), text)
		} else {
			p.deleteLines(m.start, m.end)
		}
	}
	p.planArgs()
	return nil
}

// uses reports whether a declaration of the cell uses the name.
func (p *planner) uses(name string) bool {
	return slices.ContainsFunc(p.items, func(it *item) bool {
		return slices.ContainsFunc(it.refs, func(id ident) bool { return id.name == name })
	})
}

// headerOff returns where the user asked for the cell to be wrapped.
func (c *cell) headerOff() int {
	if len(c.magics) > 0 && c.magics[0].first {
		return c.magics[0].start
	}
	return c.bom
}

// checkOwnResult refuses a body that uses the variable that its result goes to, itself or
// through declarations: that is an initialization cycle in Go, and a deadlock in
// spirit.
func (p *planner) checkOwnResult() *Error {
	name := p.plan.name
	if name == "_" {
		return nil
	}
	if p.named[name] != nil {
		return nil // in a block, a closure of the body's own
	}
	reached := map[*item]bool{}
	var queue []*item
	var found *Error
	reach := func(it *item) {
		if it != nil && !reached[it] {
			reached[it] = true
			queue = append(queue, it)
		}
	}
	use := func(id ident) {
		if id.name == name && found == nil {
			found = p.errorf(id.off, "the cell needs its own result, %s (wait for it in a later cell)", name)
		}
		reach(p.named[id.name])
	}
	for _, id := range p.free {
		use(id)
	}
	for _, it := range p.items {
		if it.stays {
			reach(it)
		}
	}
	_, local := p.locals[name]
	for len(queue) > 0 {
		it := queue[0]
		queue = queue[1:]
		for _, id := range it.refs {
			if !local || id.name != name {
				use(id)
			}
		}
		for _, m := range it.methods {
			reach(m) // a value of the type is enough to call it
		}
	}
	return found
}
