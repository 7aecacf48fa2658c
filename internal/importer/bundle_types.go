package importer

import (
	"fmt"
	"go/types"
)

// write writes a type of the table of types; ref has seen to it that it is one.
func (b *bundler) write(e *encoder, t types.Type) {
	switch t := t.(type) {
	case *types.Pointer:
		e.int(kindPointer)
		e.int(b.ref(t.Elem()))
	case *types.Slice:
		e.int(kindSlice)
		e.int(b.ref(t.Elem()))
	case *types.Array:
		e.int(kindArray)
		e.int(int(t.Len()))
		e.int(b.ref(t.Elem()))
	case *types.Chan:
		e.int(kindChan)
		e.int(int(t.Dir()))
		e.int(b.ref(t.Elem()))
	case *types.Map:
		e.int(kindMap)
		e.int(b.ref(t.Key()))
		e.int(b.ref(t.Elem()))
	case *types.Signature:
		b.signature(e, t)
	case *types.Struct:
		e.int(kindStruct)
		e.int(t.NumFields())
		for i := range t.NumFields() {
			f := t.Field(i)
			typ := f.Type()
			if !f.Exported() && !f.Embedded() {
				typ = b.shape(typ)
			}
			e.int(b.pkg(f.Pkg()))
			e.string(f.Name())
			e.int(b.ref(typ))
			e.bool(f.Embedded())
			e.string(t.Tag(i))
		}
	case *types.Interface:
		e.int(kindInterface)
		e.int(t.NumExplicitMethods())
		for m := range t.ExplicitMethods() {
			if !m.Exported() {
				b.methods[m.Id()] = true
			}
			e.int(b.pkg(m.Pkg()))
			e.string(m.Name())
			e.int(b.method(m))
		}
		e.int(t.NumEmbeddeds())
		for m := range t.EmbeddedTypes() {
			e.int(b.ref(m))
		}
		e.bool(t.IsImplicit())
	case *types.Union:
		e.int(kindUnion)
		e.int(t.Len())
		for term := range t.Terms() {
			e.bool(term.Tilde())
			e.int(b.ref(term.Type()))
		}
	case *types.Named:
		b.instance(e, t.Origin(), t.TypeArgs())
	case *types.Alias:
		if t.TypeArgs() != nil {
			b.instance(e, t.Origin(), t.TypeArgs())
			return
		}
		e.int(kindAlias)
		e.int(b.pkg(t.Obj().Pkg()))
		e.string(t.Obj().Name())
		e.int(b.declare(t.TypeParams()))
		e.int(t.TypeParams().Len())
		e.int(b.ref(t.Rhs()))
	default:
		panic(fmt.Sprintf("%T", t))
	}
}

func (b *bundler) instance(e *encoder, origin types.Type, args *types.TypeList) {
	e.int(kindInstance)
	e.int(b.ref(origin))
	e.int(args.Len())
	for arg := range args.Types() {
		e.int(b.ref(arg))
	}
}

// method returns the reference to the signature of an interface's method,
// without the receiver: that is the interface, which comes after it.
func (b *bundler) method(m *types.Func) int {
	sig := m.Signature()
	return b.ref(types.NewSignatureType(nil, nil, nil, sig.Params(), sig.Results(), sig.Variadic()))
}

func (b *bundler) signature(e *encoder, t *types.Signature) {
	e.int(kindSignature)
	e.int(b.declare(t.RecvTypeParams()))
	e.int(t.RecvTypeParams().Len())
	e.int(b.declare(t.TypeParams()))
	e.int(t.TypeParams().Len())
	e.bool(t.Recv() != nil)
	if t.Recv() != nil {
		b.tuple(e, types.NewTuple(t.Recv()))
	}
	b.tuple(e, t.Params())
	b.tuple(e, t.Results())
	e.bool(t.Variadic())
}

func (b *bundler) tuple(e *encoder, t *types.Tuple) {
	e.int(t.Len())
	for v := range t.Variables() {
		e.string(v.Name())
		e.int(b.ref(v.Type()))
	}
}
