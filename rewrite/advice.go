package rewrite

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"time"
)

// advise finds what is good Go, but most likely not what the user meant:
//
//	job.Wait(2)                    2 ns
//	reactor.Sleep(time.Second)     as a statement, which waits for nothing
//	job.Wait(time.Second)          in the reactor, which it would block
//	if c { return 1 }              at the end, where the result is the zero value otherwise
//
// It needs the types of expressions, which not every round has: the advice of the last that has
// them counts.
func (c *checker) advise() {
	if c.info.Types == nil {
		return
	}
	c.know.advice = nil
	final := c.finalCall()
	for _, d := range c.file.Decls {
		ast.Inspect(d, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ExprStmt:
				if n.X != final {
					c.adviseStatement(n.X)
				}
			case *ast.CallExpr:
				c.adviseDurations(n)
			}
			return true
		})
	}
	if c.shape != inPlace && c.shape != cellFunc {
		c.adviseWaits()
	}
	if c.shape == background || c.shape == coroutine {
		c.adviseEnd()
	}
}

func (c *checker) advice(pos token.Pos, format string, args ...any) {
	if off, ok := c.offset(pos); ok && c.inEmission(pos) {
		c.know.advice = append(c.know.advice, c.cell.warning(off, format, args...))
	}
}

// adviseStatement warns of a call that starts something which nobody waits for. The runtime's methods return what they
// were called on, so that calls can be chained.
func (c *checker) adviseStatement(e ast.Expr) {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return
	}
	kind := c.runtimeType(c.info.Types[call].Type)
	if kind != "Deferred" && kind != "EventualResult" {
		return
	}
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok && c.runtimeType(c.info.Types[sel.X].Type) != "" {
		return
	}
	c.advice(e.Pos(), "nothing waits for this %s (await it, or assign it to _)", kind)
}

// adviseDurations warns of untyped constants that the runtime takes for nanoseconds.
func (c *checker) adviseDurations(call *ast.CallExpr) {
	sig, ok := c.info.Types[call.Fun].Type.(*types.Signature)
	if !ok {
		return
	}
	for i := 0; i < min(sig.Params().Len(), len(call.Args)); i++ {
		arg := call.Args[i]
		value := c.info.Types[arg].Value
		if value == nil || !isDuration(sig.Params().At(i).Type()) {
			continue
		}
		n, ok := constant.Int64Val(constant.ToInt(value))
		if ok && 0 < n && n < int64(time.Millisecond) && c.untypedNumber(arg) && c.callsRuntime(call) {
			text := types.ExprString(arg)
			c.advice(arg.Pos(), "%s is %v here (for seconds, write %s*time.Second)", text, time.Duration(n), text)
		}
	}
}

// callsRuntime reports whether a call is of a function of the runtime's, or a method. It looks for the scope of the
// call, which takes time: ask it last.
func (c *checker) callsRuntime(call *ast.CallExpr) bool {
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok && c.runtimeType(c.info.Types[sel.X].Type) != "" {
		return true
	}
	path, _ := c.function(call)
	return c.isRuntime(path)
}

// untypedNumber reports whether a constant expression has no part with a type.
func (c *checker) untypedNumber(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return true
	case *ast.ParenExpr:
		return c.untypedNumber(e.X)
	case *ast.UnaryExpr:
		return c.untypedNumber(e.X)
	case *ast.BinaryExpr:
		return c.untypedNumber(e.X) && c.untypedNumber(e.Y)
	case *ast.Ident:
		_, obj := c.scopeAt(e.Pos()).LookupParent(e.Name, e.Pos())
		k, ok := obj.(*types.Const)
		if !ok {
			return false
		}
		basic, ok := k.Type().(*types.Basic)
		return ok && basic.Info()&types.IsUntyped != 0
	}
	return false
}

// adviseWaits warns of waits that would block the reactor. A function in the body may run elsewhere.
func (c *checker) adviseWaits() {
	ast.Inspect(c.body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit, *ast.GoStmt:
			return false
		case *ast.CallExpr:
			sel, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr)
			if ok && sel.Sel.Name == "Wait" && c.runtimeType(c.info.Types[sel.X].Type) == "EventualResult" {
				text := types.ExprString(sel.X)
				c.advice(sel.X.Pos(), "%s.Wait blocks the reactor, which this cell runs on (write await %s)", text, text)
			}
		}
		return true
	})
}

// adviseEnd warns of a body that returns a value in one place and may end without a return in another.
func (c *checker) adviseEnd() {
	list := c.body.List
	if c.closing == "" || len(list) < 2 || c.finalCall() != nil {
		return
	}
	last := list[len(list)-2]
	if _, ok := last.(*ast.ReturnStmt); ok {
		return
	}
	returns, ok := c.returns()
	if ok && slices.ContainsFunc(returns, func(r returned) bool { return len(r.values) > 0 }) {
		c.advice(last.Pos(), "the cell may end here without a return, and its result is then the zero value (add a return)")
	}
}

// runtimeType returns the name of the runtime's type that t is or points to, or "".
func (c *checker) runtimeType(t types.Type) string {
	if t == nil {
		return ""
	}
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || n.Obj().Pkg() == nil || !c.isRuntime(n.Obj().Pkg().Path()) {
		return ""
	}
	return n.Obj().Name()
}

// isRuntime reports whether a package is the runtime, or a part of it.
func (c *checker) isRuntime(path string) bool {
	own := strings.TrimSuffix(c.opts.Runtime, "/"+dynamicPackage)
	return path == own || strings.HasPrefix(path, own+"/")
}

func isDuration(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Name() == "Duration" && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "time"
}

// droppedErrors warns of the errors among the unused variables: Go would have refused the cell.
// A later cell of a session may check them, but in GoNB, where they end with their cell.
func (c *checker) droppedErrors() (list []Diagnostic) {
	if c.opts.past != nil && !c.opts.traits.sessions {
		return nil
	}
	for id, obj := range c.info.Defs {
		off, ok := c.offset(id.Pos())
		if ok && obj != nil && c.know.unused[off] == id.Name && c.inEmission(id.Pos()) && types.Identical(obj.Type(), errorType) {
			list = append(list, c.cell.warning(off, "nothing checks the error %s (check it, or write _ in its place)", id.Name))
		}
	}
	return list
}
