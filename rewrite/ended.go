package rewrite

import (
	"go/ast"
	"strings"
)

// hosted is what the text of a cell that GoNB runs declares, as far as its syntax tells.
type hosted struct {
	lasting []string // at package level: GoNB memorizes it
	ended   []string // in func main: it ended with the cell's process
	opaque  bool     // it may declare more: it cannot be read, or has a dot import
}

// readHosted reads a cell that GoNB ran as it was, or was given its func main.
func readHosted(text []byte, percent bool) (h hosted) {
	h.opaque = true
	src, err := newSource(text, "", 1)
	if err != nil {
		return h
	}
	c, err := split(src, nil, &Options{traits: GoNB.traits(), syntaxOnly: true, Percent: percent})
	if err != nil {
		return h
	}
	c.settings = []setting{{0, settings{autoawait: true}}}
	c.blankAwaits()
	mark := len(text)
	for _, m := range c.magics {
		if isMainMark(text[m.start:m.end]) {
			mark = min(mark, m.start)
		}
	}
	c.declareVars()
	s, err := parse(c)
	if err != nil {
		return h
	}
	h.opaque = false
	for _, stmt := range s.list {
		h.ended = append(h.ended, namesOf(stmt)...)
	}
	for _, u := range []*unit{s.imports, s.decls} {
		if u == nil {
			continue
		}
		for _, imp := range u.Imports {
			h.lasting = append(h.lasting, localName(imp))
			h.opaque = h.opaque || imp.Name != nil && imp.Name.Name == "."
		}
		for _, d := range u.Decls {
			names := declaredNames(u, d)
			f, ok := d.(*ast.FuncDecl)
			switch {
			case ok && f.Recv == nil && f.Name.Name == "main" && f.Body != nil:
				for _, stmt := range f.Body.List {
					h.ended = append(h.ended, namesOf(stmt)...)
				}
			case u.off(d.Pos()) > mark:
				h.ended = append(h.ended, texts(names)...)
			default:
				h.lasting = append(h.lasting, texts(names)...)
			}
		}
	}
	return h
}

func texts(ids []ident) []string {
	var list []string
	for _, id := range ids {
		list = append(list, id.name)
	}
	return list
}

// namesOf returns what a statement of a body's own scope declares.
func namesOf(stmt ast.Stmt) []string {
	stmt = unlabeled(stmt, nil)
	var names []string
	for _, id := range declaredBy(stmt) {
		names = append(names, id.Name)
	}
	if d, ok := stmt.(*ast.DeclStmt); ok {
		for _, spec := range d.Decl.(*ast.GenDecl).Specs {
			if t, ok := spec.(*ast.TypeSpec); ok {
				names = append(names, t.Name.Name)
			}
		}
	}
	return names
}

// endMain notes what a cell that was given its func main declares in it.
func (p *past) endMain(c *checker) {
	if !c.opts.traits.sessions || c.shape != cellFunc && c.shape != cellCoroutine {
		return
	}
	for _, stmt := range c.body.List {
		for _, name := range namesOf(stmt) {
			p.ended.raise(name, c.opts.origin())
		}
	}
}

// readHosted notes what a cell declares that GoNB ran. Where it does not compile, here, its words are in doubt.
func (p *past) readHosted(cell passed, compiles bool) {
	h := hosted{opaque: true}
	if p.opts.Target.traits().sessions {
		h = readHosted(cell.src, p.opts.Percent)
	}
	for _, name := range h.ended {
		p.ended.raise(name, cell.at.origin())
	}
	switch {
	case compiles:
	case h.opaque:
		p.unsure.raiseAll(cell.src, cell.at.origin())
	default:
		for _, name := range h.lasting {
			p.unsure.raise(name, cell.at.origin())
		}
	}
}

// endedHint returns what to add to a message about an undefined name that an earlier cell's func main declared.
func (c *checker) endedHint(msg string) string {
	name, ok := strings.CutPrefix(msg, "undefined: ")
	if !ok || c.opts.past == nil {
		return ""
	}
	cell, ok := c.opts.past.ended.words[name]
	if !ok {
		return ""
	}
	return " (" + cell.seenFrom(c.opts.origin()) + " declared it in its func main, and it ended with that cell's process; declare it there with var, above the statements or above %%)"
}
