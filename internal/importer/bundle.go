package importer

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"strings"
)

// A bundle is the types of some names of several packages. It is written as
// flat tables in an order that lets the reader build every type from ones that
// it has already:
//
//	packages    path, name
//	named       the declared types, as yet without content: package, name, type parameters
//	parameters  all type parameters, as yet without constraint: package, name
//	types       all other types; their parts are basic, named, parameters or earlier types
//	contents    of the named: underlying type, methods
//	constraints of the parameters
//	objects     the wanted names: package, name and what they are
//
// A type is referred to by its index in a table and the number of the table.
//
// What a file of another package can never see is left out (see shape.go), which
// is two thirds of what package reactor's types are made of. The same types in
// x/tools' format for export data take ten times as long to read.
const (
	inBasic = iota
	inNamed
	inParams
	inTypes
	tables
)

// The kinds of the table of types.
const (
	kindPointer = iota
	kindSlice
	kindArray
	kindChan
	kindMap
	kindSignature
	kindStruct
	kindInterface
	kindUnion
	kindInstance
	kindAlias
)

// The kinds of objects.
const (
	objDeclared = iota // a type that the tables have declared
	objAlias           // another name of a type, where go/types has no Alias for it
	objFunc
	objVar
	objConst
)

// basic is the table of predeclared types.
var basic = func() []types.Type {
	var list []types.Type
	for _, t := range types.Typ {
		list = append(list, t)
	}
	for _, name := range []string{"byte", "rune", "error", "any", "comparable"} {
		list = append(list, types.Universe.Lookup(name).Type())
	}
	// go/types writes the type that the name any stands for as any.
	return append(list, types.Universe.Lookup("any").Type().Underlying())
}()

// writeConst writes a constant's value exactly.
func writeConst(e *encoder, v constant.Value) {
	e.int(int(v.Kind()))
	switch v.Kind() {
	case constant.Bool:
		e.bool(constant.BoolVal(v))
	case constant.String:
		e.string(constant.StringVal(v))
	case constant.Complex:
		writeConst(e, constant.Real(v))
		writeConst(e, constant.Imag(v))
	default:
		e.string(v.ExactString())
	}
}

func readConst(d *decoder) constant.Value {
	switch kind := constant.Kind(d.int()); kind {
	case constant.Bool:
		return constant.MakeBool(d.bool())
	case constant.String:
		return constant.MakeString(d.string())
	case constant.Int:
		return readNumber(d.string(), token.INT)
	case constant.Float:
		// A rational number is a/b.
		num, denom, ok := strings.Cut(d.string(), "/")
		v := constant.ToFloat(readNumber(num, token.FLOAT))
		if ok {
			v = constant.BinaryOp(v, token.QUO, readNumber(denom, token.FLOAT))
		}
		return v
	case constant.Complex:
		re := readConst(d)
		return constant.BinaryOp(re, token.ADD, constant.MakeImag(readConst(d)))
	default:
		panic(fmt.Sprintf("constant of kind %d", kind))
	}
}

func readNumber(s string, kind token.Token) constant.Value {
	literal, negative := strings.CutPrefix(s, "-")
	v := constant.MakeFromLiteral(literal, kind, 0)
	if negative {
		v = constant.UnaryOp(token.SUB, v, 0)
	}
	return v
}
