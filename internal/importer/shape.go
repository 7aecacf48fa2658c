package importer

import "go/types"

// Outside its package nobody can select an unexported field or method. An
// unexported method counts only where an interface asks for it (the bundler
// looks), and an unexported field only for what its struct is like: its size,
// whether it can be compared, and whether another struct can be converted to
// it. So the type of such a field is replaced by its shape, which is like it in
// the first two respects and does not mention its package's innards. Structs
// whose fields differ only in their innards become convertible by this; the
// compiler will still refuse that.
//
// An embedded field keeps its type, since its exported fields and methods are
// promoted.

// shape returns a type of the size and comparability of t that mentions no
// declared type.
func (b *bundler) shape(t types.Type) types.Type {
	if s, ok := b.shapes[t]; ok {
		return s
	}
	s := b.shapeOf(t)
	b.shapes[t] = s
	return s
}

var (
	anyType   = types.Universe.Lookup("any").Type()
	funcShape = types.NewSignatureType(nil, nil, nil, nil, nil, false)
	listShape = types.NewSlice(types.Typ[types.Byte])
)

func (b *bundler) shapeOf(t types.Type) types.Type {
	if p, ok := types.Unalias(t).(*types.TypeParam); ok {
		return p
	}
	switch u := t.Underlying().(type) {
	case *types.Pointer, *types.Chan:
		return types.Typ[types.UnsafePointer]
	case *types.Map, *types.Signature:
		return funcShape // one word that cannot be compared
	case *types.Slice:
		return listShape
	case *types.Interface:
		return anyType
	case *types.Array:
		return types.NewArray(b.shape(u.Elem()), u.Len())
	case *types.Struct:
		fields := make([]*types.Var, u.NumFields())
		for i := range fields {
			// The blank name may occur many times; it would not be compared.
			fields[i] = types.NewField(0, u.Field(i).Pkg(), u.Field(i).Name(), b.shape(u.Field(i).Type()), false)
		}
		return types.NewStruct(fields, nil)
	default:
		return u
	}
}
