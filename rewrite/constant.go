package rewrite

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
)

// nilAny returns any for the type of nil.
func nilAny(t types.Type) types.Type {
	if types.Identical(t, types.Typ[types.UntypedNil]) {
		return anyType
	}
	return t
}

// untypedType returns the type that o has before the place it stands in gives it one, if that is an
// untyped one.
func (c *checker) untypedType(o operand) (types.Type, bool) {
	b, ok := o.typ.(*types.Basic)
	if !ok || o.expr == nil {
		return nil, false
	}
	if b.Info()&types.IsUntyped != 0 {
		return b, true
	}
	if _, ok := ast.Unparen(o.expr).(*ast.BasicLit); ok {
		return types.Typ[untypedKind[b.Kind()]], true
	}
	b, ok = c.alone(o.expr).Type.(*types.Basic)
	return b, ok && b.Info()&types.IsUntyped != 0
}

// alone returns what e is where nothing around it gives it a type.
func (c *checker) alone(e ast.Expr) types.TypeAndValue {
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	if types.CheckExpr(c.fset, c.pkg, e.Pos(), e, info) != nil {
		return types.TypeAndValue{}
	}
	return info.Types[e]
}

// untypedKind gives the kind of a literal by that of its default type.
var untypedKind = map[types.BasicKind]types.BasicKind{
	types.Int:        types.UntypedInt,
	types.Int32:      types.UntypedRune,
	types.Float64:    types.UntypedFloat,
	types.Complex128: types.UntypedComplex,
	types.String:     types.UntypedString,
}

// fits reports whether an untyped value can be assigned to t.
func (c *checker) fits(o operand, t types.Type) bool {
	if !types.AssignableTo(o.typ, t) {
		return false
	}
	b, ok := t.Underlying().(*types.Basic)
	if !ok {
		return true // nil, or an interface
	}
	v := o.value
	switch info := b.Info(); {
	case info&types.IsInteger != 0:
		if v == nil {
			return o.typ.(*types.Basic).Info()&types.IsInteger != 0 // 1 << n
		}
		return inRange(constant.ToInt(v), b)
	case info&types.IsFloat != 0:
		return v != nil && constant.ToFloat(v).Kind() != constant.Unknown
	case info&types.IsComplex != 0:
		return v != nil
	}
	return true
}

// inRange reports whether an integer constant is one of t's.
func inRange(v constant.Value, t *types.Basic) bool {
	if v.Kind() != constant.Int {
		return false
	}
	bits := 8 * int(targetSizes().Sizeof(t))
	if t.Info()&types.IsUnsigned != 0 {
		return constant.Sign(v) >= 0 && constant.BitLen(v) <= bits
	}
	if constant.Sign(v) < 0 {
		v = constant.BinaryOp(v, token.ADD, constant.MakeInt64(1))
	}
	return constant.BitLen(v) < bits
}
