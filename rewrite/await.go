package rewrite

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"go/version"
	"sort"
	"strings"
)

// shape is what a cell becomes.
type shape int

const (
	background    shape = iota // a closure
	coroutine                  // a closure that can await
	waited                     // a closure that can await, and that is waited for
	inPlace                    // the statements as they are, but for the awaits
	cellFunc                   // the body of a program's function, or of func main
	cellCoroutine              // likewise, as a closure that can await, and that is waited for
)

// hasResult reports whether the cell returns anything.
func (s shape) hasResult() bool { return s != inPlace && s != cellFunc && s != cellCoroutine }

// shape returns what the cell becomes: with an await, that depends on whether somebody asked for
// an EventualResult.
func (c *cell) shape(t traits) shape {
	switch awaits := len(c.awaits) > 0; {
	case c.wraps && awaits:
		return coroutine
	case c.wraps:
		return background
	case t.dynamic, t.inside && awaits:
		return inPlace
	case (c.member != nil || t.sessions) && awaits:
		return cellCoroutine
	case c.member != nil, t.sessions:
		return cellFunc
	case awaits:
		return waited
	}
	return background
}

// function returns the runtime's function that runs the cell.
func (s shape) function(deferred bool) string {
	switch {
	case s == waited, s == cellCoroutine:
		return "MustWaitFor"
	case s == coroutine && deferred:
		return "RunDeferredCoroutine"
	case s == coroutine:
		return "RunCoroutine"
	case deferred:
		return "RunDeferred"
	}
	return "RunInReactor"
}

// awaiting is one await.
type awaiting struct {
	off      int // of the keyword
	x        *ast.UnaryExpr
	pair     bool // it gives the error too
	returned bool // it is all that a return of the body returns
}

// findAwaits finds the awaits among the statements, and refuses those that nothing could suspend.
func (s *syntax) findAwaits() *Error {
	if len(s.cell.awaits) == 0 {
		return nil
	}
	at := map[int]bool{} // to be found
	for _, off := range s.cell.awaits {
		at[off] = true
	}
	var err *Error
	refuse := func(off int, format string, args ...any) {
		if err == nil || s.before(off, err) {
			err = s.errorf(off, format, args...)
		}
	}
	if s.decls != nil {
		for _, d := range s.decls.Decls {
			ast.Inspect(d, func(n ast.Node) bool {
				if x, ok := n.(*ast.UnaryExpr); ok && x.Op == token.ARROW && at[s.decls.off(x.OpPos)] {
					delete(at, s.decls.off(x.OpPos))
					if f, ok := d.(*ast.FuncDecl); ok {
						refuse(s.decls.off(x.OpPos), "await in func %s, which is no coroutine (await in the cell's own statements, or return a Deferred from the function and await that)", f.Name.Name)
					} else {
						refuse(s.decls.off(x.OpPos), "await in a declaration of the package's (await in the cell's own statements)")
					}
				}
				return true
			})
		}
	}
	var stack []ast.Node
	for _, stmt := range s.list {
		ast.Inspect(stmt, func(n ast.Node) bool {
			if n == nil {
				stack = stack[:len(stack)-1]
				return true
			}
			stack = append(stack, n)
			x, ok := n.(*ast.UnaryExpr)
			if !ok || x.Op != token.ARROW || !at[s.stmts.off(x.OpPos)] {
				return true
			}
			off := s.stmts.off(x.OpPos)
			delete(at, off)
			a, why := suspended(x, stack)
			if why != "" {
				refuse(off, "%s", why)
			}
			a.off = off
			s.awaits = append(s.awaits, a)
			return true
		})
	}
	for off := range at {
		refuse(off, "unexpected await")
	}
	return err
}

// before reports whether off is before the place of an error.
func (s *source) before(off int, err *Error) bool {
	p := s.position(off)
	return p.Line < err.Pos.Line || p.Line == err.Pos.Line && p.Column < err.Pos.Column
}

// suspended says how x, the last on the stack of nodes around it, waits, or why it cannot.
func suspended(x *ast.UnaryExpr, stack []ast.Node) (a awaiting, why string) {
	a.x = x
	i := len(stack) - 2
	value := ast.Node(x) // with the parentheses around it
	for i >= 0 && isParen(stack[i]) {
		value = stack[i]
		i--
	}
	if i >= 0 {
		switch n := stack[i].(type) {
		case *ast.AssignStmt:
			a.pair = len(n.Lhs) == 2 && len(n.Rhs) == 1
		case *ast.ValueSpec:
			a.pair = len(n.Names) == 2 && len(n.Values) == 1
		case *ast.ReturnStmt:
			a.returned = len(n.Results) == 1
		}
		if i > 0 && isComm(stack[i-1], stack[i], value) {
			return a, "await cannot be a case of select, which waits for channels (await reactor.First of several Deferreds)"
		}
	}
	for ; i >= 0; i-- {
		lit, ok := stack[i].(*ast.FuncLit)
		if !ok {
			continue
		}
		a.returned = false // from the function, not from the body
		if !calledInPlace(lit, stack[:i]) {
			return a, "await in a function literal that is not called in place, which is no coroutine (await outside of it, or return a Deferred from it and await that)"
		}
	}
	return a, ""
}

func isParen(n ast.Node) bool {
	_, ok := n.(*ast.ParenExpr)
	return ok
}

// isComm reports whether stmt is what the clause of a select waits for, by receiving value.
func isComm(clause, stmt, value ast.Node) bool {
	c, ok := clause.(*ast.CommClause)
	if !ok || c.Comm != stmt {
		return false
	}
	send, ok := stmt.(*ast.SendStmt)
	return !ok || send.Chan != value && send.Value != value
}

// calledInPlace reports whether the innermost of the nodes around lit calls it, at once or at the
// body's end, but not on a goroutine of its own.
func calledInPlace(lit *ast.FuncLit, around []ast.Node) bool {
	i := len(around) - 1
	var fun ast.Node = lit
	for i >= 0 && isParen(around[i]) {
		fun = around[i]
		i--
	}
	if i < 0 {
		return false
	}
	call, ok := around[i].(*ast.CallExpr)
	if !ok || call.Fun != fun {
		return false
	}
	if i > 0 {
		_, concurrent := around[i-1].(*ast.GoStmt)
		return !concurrent
	}
	return true
}

// planAwaits makes calls of the awaits:
//
//	v := await d          ⇒  v := reactor.MustAwait(co, d)
//	v, err := await d     ⇒  v, err := reactor.Await(co, d)
//	v := await c          ⇒  v := reactor.MustAwait(co, reactor.FromChannel(c))
//
// and in place, where there is no coroutine:
//
//	v := await d          ⇒  v := reactor.MustAwaitFor(reactor.Seconds(60), d)
func (p *planner) planAwaits() *Error {
	if len(p.awaits) == 0 {
		return nil
	}
	if p.plan.shape != inPlace {
		p.plan.co = "co"
		if words := p.words(); words["co"] {
			p.plan.co = numbered("co", words)
		}
	}
	if p.plan.shape == waited || p.plan.shape == cellCoroutine {
		p.plan.timeout = p.seconds(p.awaits[0].off)
	}
	p.plan.awaits = p.awaits
	final := finalExpr(p.list, p.know.final)
	for _, a := range p.awaits {
		call, first := "MustAwait", p.plan.co
		if p.plan.shape == inPlace {
			call, first = "MustAwaitFor", p.seconds(a.off)
		} else if p.plan.shape.hasResult() && (a.returned || final != nil && ast.Unparen(final) == ast.Expr(a.x)) {
			a.pair = true
		}
		if a.pair {
			call = strings.TrimPrefix(call, "Must")
		}
		before, after := p.plan.runtime+"."+call+"("+first+", ", ")"
		if p.know.channels[a.off] {
			before, after = before+p.plan.runtime+".FromChannel(", "))"
		}
		end := a.off + len(await)
		if p.text[end] == ' ' {
			end++
		}
		p.plan.edits.standFor(a.off, end, before)
		p.plan.edits.insert(p.stmts.end(a.x), after, rankEnd)
	}
	return nil
}

// awaitCall is the call that an await has become, in the emission.
type awaitCall struct {
	*awaiting
	call    *ast.CallExpr
	operand ast.Expr
	typ     types.Type // of the operand, nil if it is not known
}

// findAwaitCalls finds what the awaits have become: each call stands for the offset of its await. What is
// around the body may await too, and the user's own calls may look the same.
func (c *checker) findAwaitCalls() {
	c.awaitCalls = nil
	if len(c.awaits) == 0 {
		return
	}
	byOff := map[int]*awaiting{}
	for i := range c.awaits {
		byOff[c.awaits[i].off] = &c.awaits[i]
	}
	from, to := c.file.FileStart+token.Pos(c.bodyAt), c.file.FileStart+token.Pos(c.bodyEnd)
	ast.Inspect(c.file, func(n ast.Node) bool {
		if n == nil || n.End() <= from || to <= n.Pos() {
			return false
		}
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 2 || call.Pos() < from {
			return true
		}
		off, ok := c.text.offset(int(call.Pos() - c.file.FileStart))
		if !ok || byOff[off] == nil {
			return true
		}
		a := awaitCall{byOff[off], call, call.Args[1], nil}
		if c.know.channels[off] {
			a.operand = a.operand.(*ast.CallExpr).Args[0]
		}
		a.typ = c.info.TypeOf(a.operand)
		c.awaitCalls = append(c.awaitCalls, a)
		return true
	})
}

// findChannels notes which awaits are of channels, and reports whether that is new.
func (c *checker) findChannels() bool {
	more := false
	for _, a := range c.awaitCalls {
		if a.typ == nil || c.know.channels[a.off] || c.opts.traits.dynamic {
			continue
		}
		if ch, ok := a.typ.Underlying().(*types.Chan); ok && ch.Dir() != types.SendOnly {
			c.know.channels[a.off] = true
			more = true
		}
	}
	return more
}

// rewordAwait makes an error about our call one about the await's operand.
func (c *checker) rewordAwait(e *typeError) {
	for _, a := range c.awaitsAt(e.pos) {
		if !invalid(a.typ) {
			e.pos = a.operand.Pos()
			e.msg = fmt.Sprintf("cannot await %s (of type %s): await waits for a Deferred, an EventualResult or a channel",
				types.ExprString(a.operand), types.TypeString(a.typ, func(p *types.Package) string {
					if p == c.pkg {
						return ""
					}
					return p.Name()
				}))
			if v := c.found.GoVersion; v != "" && version.Compare(v, awaitLanguage) < 0 && isAwaitable(a.typ) {
				e.msg = "await needs " + awaitLanguage + ", and go.mod says " + v + " (go mod edit -go=" + strings.TrimPrefix(awaitLanguage, "go") + " raises it)"
			}
			return
		}
	}
}

// awaitLanguage is the first language version that infers what an await gives from a method of what it awaits.
const awaitLanguage = "go1.21"

// isAwaitable reports whether t is a type of the runtime's that it can wait for.
func isAwaitable(t types.Type) bool {
	elem := t
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		elem = p.Elem()
	}
	named, ok := types.Unalias(elem).(*types.Named)
	if !ok {
		return false
	}
	obj, _, _ := types.LookupFieldOrMethod(t, false, named.Obj().Pkg(), "awaitable")
	return obj != nil
}

// awaitsAt returns the awaits whose calls have pos before the operand, or where it begins: the operand of
// one may be another.
func (c *checker) awaitsAt(pos token.Pos) []awaitCall {
	from := sort.Search(len(c.awaitCalls), func(i int) bool { return c.awaitCalls[i].operand.Pos() >= pos })
	to := sort.Search(len(c.awaitCalls), func(i int) bool { return c.awaitCalls[i].call.Pos() > pos })
	return c.awaitCalls[min(from, to):to]
}

// awaitWording returns msg with the cell's awaits for the calls that they have become.
func (c *checker) awaitWording(msg string) string {
	for _, a := range c.awaitCalls {
		msg = strings.ReplaceAll(msg, types.ExprString(a.call), await+" "+types.ExprString(a.operand))
	}
	for _, a := range c.awaitCalls {
		fun := types.ExprString(a.call.Fun)
		msg = strings.ReplaceAll(msg, " in argument to "+fun, " in "+await)
		msg = strings.ReplaceAll(msg, fun+" returns ", await+" returns ")
	}
	return msg
}

// seconds returns how long an await at off may take, as emitted code says it.
func (p *planner) seconds(off int) string {
	d := p.cell.at(off).timeout
	if d == 0 {
		return p.plan.runtime + ".Forever"
	}
	return p.plan.runtime + ".Seconds(" + formatSeconds(d) + ")"
}
