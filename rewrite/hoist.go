package rewrite

import (
	"bytes"
	"go/ast"
	"go/token"
	"slices"
	"sort"
	"strings"
)

// planDecls decides which declarations go to package level and which stay in the
// body, as closures if they are functions.
func (p *planner) planDecls() *Error {
	if err := p.promote(); err != nil {
		return err
	}
	p.findStaying()
	p.findRuns()
	var jumps []jump
	if slices.ContainsFunc(p.items, func(it *item) bool { return it.stays }) {
		jumps = p.findJumps()
	}
	for _, it := range p.items {
		if f := it.function(); f != nil && f.Body == nil {
			return p.errorf(p.syntax.decls.off(f.Name.Pos()), "func %s has no body, which only assembly could give it", f.Name.Name)
		}
		if !it.stays {
			p.plan.hoists = append(p.plan.hoists, it.decl)
			p.deleteLines(it.start, it.end)
			continue
		}
		if err := p.checkStaying(it, jumps); err != nil {
			return err
		}
	}
	for _, id := range p.free {
		if it := p.named[id.name]; it != nil && it.stays && id.off < it.kw {
			return p.errorf(id.off, "%s is used before its declaration, which stays in the body (%s)", id.name, it.why)
		}
	}
	p.planClosures()
	p.findSpan()
	return nil
}

// findSpan finds where the body begins and ends.
func (p *planner) findSpan() {
	semicolons := map[int]bool{} // of declarations
	for _, d := range p.cell.decls {
		semicolons[d.semi] = true
	}
	for _, stmt := range p.list {
		if start := p.stmts.off(stmt.Pos()); !semicolons[start] {
			p.plan.span.cover(start, p.stmts.end(stmt))
		}
	}
	for _, it := range p.items {
		if it.stays {
			p.plan.span.cover(it.kw, it.stop)
		}
	}
}

// deleteLines deletes [start, end), with the line's end if nothing else is on its
// lines.
func (p *planner) deleteLines(start, end int) {
	if p.startsLine(start) && len(bytes.TrimSpace(p.text[end:p.lineEnd(end)])) == 0 {
		start, end = p.lineStart(start), p.next(end)
	}
	p.plan.edits.move(start, end)
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
		if p.opts.traits.inside {
			stay(it, "a block is part of a function")
		}
		for _, id := range it.names {
			if p.member == nil && (id.name == "error" || id.name == "any" || id.name == "nil") { // a program has other names for them
				stay(it, "the emitted code needs the predeclared "+id.name)
			}
		}
		for _, id := range it.refs {
			if p.usesLocal(it, id) {
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

// hasDirective reports whether a //go: comment is above a declaration. One inside of another comment is text.
func (p *planner) hasDirective(it *item) bool {
	for t := newTokens(p.text[it.start:it.kw]); t.next(); {
		if t.tok == token.COMMENT && strings.HasPrefix(t.lit, "//go:") {
			return true
		}
	}
	return false
}

// usesLocal reports whether id is a variable of the body where it uses it. An import of that name
// is meant above the variable.
func (p *planner) usesLocal(it *item, id ident) bool {
	off, ok := p.locals[id.name]
	if !ok || off < it.kw {
		return ok
	}
	return !p.imported[id.name]
}

// findRuns numbers the funcs that stay and have no statement between them: they
// may use each other.
func (p *planner) findRuns() {
	run := -1
	prev := -1
	for i, it := range p.items {
		if it.run = i; !it.stays {
			continue
		}
		next := sort.Search(len(p.list), func(i int) bool { return p.stmts.off(p.list[i].Pos()) > it.kw })
		if run < 0 || next != prev || it.function() == nil || p.items[run].function() == nil {
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
func (p *planner) checkStaying(it *item, jumps []jump) *Error {
	if f := it.function(); f != nil {
		off := p.syntax.decls.off(f.Name.Pos())
		switch {
		case f.Recv != nil:
			return p.errorf(off, "method %s cannot be declared inside the closure, and must be: %s", f.Name.Name, it.why)
		case f.Type.TypeParams != nil:
			return p.errorf(off, "generic function %s cannot be a closure, and must be: %s", f.Name.Name, it.why)
		case f.Name.Name == "init", f.Name.Name == "main":
			return p.errorf(off, "func %s cannot be a closure, and must be: %s", f.Name.Name, it.why)
		case p.hasDirective(it):
			return p.errorf(off, "func %s has a //go: directive, which a closure cannot have, and must be one: %s", f.Name.Name, it.why)
		case jumpedOver(jumps, it.kw):
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
	first := len(p.plan.edits)
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
		if !used[name] && name != "_" && p.plan.shape != inPlace {
			p.plan.edits.insert(it.stop, "; _ = "+name, rankBehind)
		}
	}
	for i := range p.plan.edits[first:] {
		p.plan.edits[first+i].why = closure
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
