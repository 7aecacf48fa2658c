package rewrite

import (
	"bytes"
	"go/ast"
	"go/constant"
	"go/format"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/types/typeutil"
)

// result is the type that a body's returns agree on, and what each return has to become for
// it.
type result struct {
	typ      string       // T, as the file names it
	deferred bool         // the returns give *Deferred[T]
	zero     string       // what to return beside an error
	forms    map[int]form // by the offset of a return's first value
	imports  []importSpec // that only T needs
}

// form is how a return statement gets a value and an error.
type form int

const (
	asWritten form = iota // return x, err
	withNil               // return x          ⇒  return x, nil
	withZero              // return err        ⇒  return zero, err
	asList                // return a, b       ⇒  return []any{a, b}, nil
	asListErr             // return a, b, err  ⇒  return []any{a, b}, err
	viaList               // return f()        ⇒  return reactor.List(f())
)

// returned is what one return statement of the body gives.
type returned struct {
	pos    token.Pos // of its first value
	values []operand // without the error
	err    bool      // the last value is the error
	call   bool      // it is one call that gives all
}

// operand is a value that is returned.
type operand struct {
	expr  ast.Expr // nil if it is one of several that a call gives
	typ   types.Type
	value constant.Value // nil if it is no constant
}

var (
	errorType = types.Universe.Lookup("error").Type()
	anyType   = types.Universe.Lookup("any").Type()
)

// agree finds the type that the returns agree on. It returns nil where that cannot be told or
// cannot be written, and so the closure has to return any by way of Values.
func (c *checker) agree() *result {
	returns, ok := c.returns()
	if !ok {
		return nil
	}
	typ := c.common(returns)
	if elem := c.deferredOf(typ); elem != nil && c.deferredOf(elem) != nil {
		typ = anyType // for a result of any, the reactor waits for a Deferred's Deferred
	}
	if c.shape == waited && c.deferredOf(typ) != nil {
		typ = anyType // likewise, as nobody gets the value
	}
	if c.opts.traits.dynamic {
		typ = anyType
	}
	r := &result{forms: map[int]form{}}
	s := c.speller()
	if elem := c.deferredOf(typ); elem != nil {
		r.deferred = true
		r.typ, ok = s.spell(elem)
		ok = ok && (c.opts.traits.file || oneLine(r.typ))
		r.zero = "nil"
	} else {
		r.typ, ok = s.spell(typ)
		if !ok || !c.opts.traits.file && !oneLine(r.typ) {
			typ = anyType
			r.typ, ok = s.spell(typ)
		}
		r.zero = zero(typ, r.typ)
	}
	if !ok {
		return nil
	}
	r.imports = s.added
	for _, ret := range returns {
		off, _ := c.offset(ret.pos)
		if r.forms[off] = ret.form(); r.forms[off] == viaList && !types.Identical(typ, listType) {
			return nil
		}
	}
	return r
}

// oneLine reports whether gofmt lays a type out on one line. A block's header is one line, so that
// the body's lines stay where they are.
func oneLine(typ string) bool {
	text, err := format.Source([]byte("var _ " + typ))
	return err == nil && !bytes.Contains(text, []byte("\n"))
}

// returns collects the returns of the body. It fails where a type is not known, or where nil or
// any means something else.
func (c *checker) returns() ([]returned, bool) {
	var list []returned
	ok := true
	add := func(values []ast.Expr) {
		ret, known := c.returned(values)
		ok = ok && known && c.universal(values[0].Pos(), "nil", "any")
		list = append(list, ret)
	}
	ast.Inspect(c.body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			if len(n.Results) == 1 {
				// Values(…) but for the plan's own closing return, which has two.
				if call, isCall := n.Results[0].(*ast.CallExpr); isCall {
					add(call.Args)
				}
			}
		}
		return true
	})
	if last := c.finalCall(); last != nil {
		add([]ast.Expr{last})
	}
	return list, ok && c.universal(c.body.Rbrace, "nil", "any")
}

// finalCall returns the call or the conversion with a value that the body ends in, or nil. It may stand
// in parentheses.
func (c *checker) finalCall() ast.Expr {
	if c.shape == inPlace {
		return nil // the body is the function's around the statements, which return nothing
	}
	list := c.body.List
	if c.closing != "" {
		list = list[:len(list)-1]
	}
	last := bareExpr(list)
	if last == nil {
		return nil
	}
	call, ok := ast.Unparen(last).(*ast.CallExpr)
	if !ok {
		return nil
	}
	fun := c.info.Types[call.Fun]
	if !fun.IsType() && !fun.IsBuiltin() && !c.shows(call) || !c.info.Types[call].IsValue() {
		return nil
	}
	return last
}

// universal reports whether names mean at pos what Go declares them as.
func (c *checker) universal(pos token.Pos, names ...string) bool {
	for _, name := range names {
		if c.pkg.Scope().Lookup(name) != nil || c.opts.past.declares(name) || c.shadowed(name, pos) {
			return false
		}
	}
	return true
}

// returned takes the values of a return statement apart.
func (c *checker) returned(exprs []ast.Expr) (returned, bool) {
	r := returned{pos: exprs[0].Pos()}
	for _, e := range exprs {
		tv := c.info.Types[e]
		if tuple, ok := tv.Type.(*types.Tuple); ok {
			r.call = tuple.Len() > 1
			for v := range tuple.Variables() {
				r.values = append(r.values, operand{typ: v.Type()})
			}
			if tuple.Len() == 1 {
				r.values[0].expr = e
			}
			continue
		}
		if invalid(tv.Type) {
			tv = c.alone(e)
		}
		r.values = append(r.values, operand{e, tv.Type, tv.Value})
	}
	for _, v := range r.values {
		if invalid(v.typ) {
			return r, false
		}
	}
	n := len(r.values)
	if n == 0 {
		return r, false // a call without a value, which is an error
	}
	last := r.values[n-1]
	if isNil := types.Identical(last.typ, types.Typ[types.UntypedNil]); isNil && n > 1 || !isNil && types.AssignableTo(last.typ, errorType) {
		r.err, r.values = true, r.values[:n-1]
	}
	return r, true
}

// invalid reports whether a type is not known.
func invalid(t types.Type) bool { return t == nil || t.Underlying() == types.Typ[types.Invalid] }

func (r returned) form() form {
	switch n := len(r.values); {
	case n == 0:
		return withZero
	case n == 1 && r.err:
		return asWritten
	case n == 1:
		return withNil
	case r.call:
		return viaList
	case r.err:
		return asListErr
	}
	return asList
}

var listType = types.NewSlice(anyType)

// common returns the type that the values of all returns can be assigned to: one of theirs, or
// any. Where there are no values that is struct{}.
func (c *checker) common(returns []returned) types.Type {
	var typed []types.Type
	var untyped []operand
	lists, singles := false, []operand(nil)
	for _, r := range returns {
		switch len(r.values) {
		case 0:
		case 1:
			singles = append(singles, r.values[0])
		default:
			lists = true
		}
	}
	switch {
	case lists && singles == nil:
		return listType
	case lists:
		return anyType
	case singles == nil:
		return types.NewStruct(nil, nil)
	}
	if first := singles[0].typ; !slices.ContainsFunc(singles, func(o operand) bool { return !types.Identical(o.typ, first) }) {
		return types.Default(nilAny(first)) // whether constants or not
	}
	var seen typeutil.Map
	for _, o := range singles {
		if t, ok := c.untypedType(o); ok {
			untyped = append(untyped, operand{o.expr, t, o.value})
		} else if seen.Set(o.typ, true) == nil {
			typed = append(typed, o.typ)
		}
	}
	if typed == nil {
		// Of different constants the later kind, as in a constant expression.
		kind := types.UntypedBool
		for _, o := range untyped {
			kind = max(kind, o.typ.(*types.Basic).Kind())
		}
		typed = append(typed, types.Default(types.Typ[kind]))
	}
	for _, t := range typed {
		if !slices.ContainsFunc(typed, func(u types.Type) bool { return !types.AssignableTo(u, t) }) &&
			!slices.ContainsFunc(untyped, func(o operand) bool { return !c.fits(o, t) }) {
			return t
		}
	}
	return anyType
}

// deferredOf returns T if t is the runtime's *Deferred[T], else nil.
func (c *checker) deferredOf(t types.Type) types.Type {
	p, ok := types.Unalias(t).(*types.Pointer)
	if !ok {
		return nil
	}
	n, ok := types.Unalias(p.Elem()).(*types.Named)
	if !ok || n.TypeArgs().Len() != 1 || n.Obj().Name() != "Deferred" || n.Obj().Pkg().Path() != c.opts.Runtime {
		return nil
	}
	return n.TypeArgs().At(0)
}

// zero returns the zero value of a type that is spelled as given.
func zero(t types.Type, spelled string) string {
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		return "*new(" + spelled + ")"
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch info := u.Info(); {
		case info&types.IsBoolean != 0:
			return "false"
		case info&types.IsNumeric != 0:
			return "0"
		case info&types.IsString != 0:
			return `""`
		}
		return "nil" // of unsafe.Pointer
	case *types.Struct, *types.Array:
		return spelled + "{}"
	}
	return "nil"
}
