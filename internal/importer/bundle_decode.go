package importer

import (
	"fmt"
	"go/token"
	"go/types"
)

// An unbundler reads a bundle.
type unbundler struct {
	decoder
	packages []*types.Package
	tables   [tables][]types.Type
	context  *types.Context
}

// decodeBundle returns the packages of a bundle, and those which they refer to,
// by path. Those among packages are complete.
func decodeBundle(data []byte, packages []resolved) (_ map[string]*types.Package, err error) {
	defer decoded(&err)
	u := &unbundler{decoder: decoder{string(data)}, context: types.NewContext()}
	u.tables[inBasic] = basic

	all := make(map[string]*types.Package)
	u.packages = make([]*types.Package, u.len()+1)
	for i := range u.packages[1:] {
		pkg := types.NewPackage(u.string(), u.string())
		u.packages[i+1] = pkg
		all[pkg.Path()] = pkg
	}
	u.declarations()
	u.contents()
	for range u.len() {
		u.object()
	}
	if u.data != "" {
		return nil, fmt.Errorf("%d bytes too many", len(u.data))
	}
	for _, r := range packages {
		if pkg := all[r.TypesPath]; pkg != nil && r.Problem == nil {
			pkg.MarkComplete()
		}
	}
	return all, nil
}

// declarations reads the tables of types that refer to each other.
func (u *unbundler) declarations() {
	named := make([]types.Type, u.len())
	params := make([][2]int, len(named))
	for i := range named {
		pkg := u.packages[u.int()]
		obj := types.NewTypeName(token.NoPos, pkg, u.string(), nil)
		named[i] = types.NewNamed(obj, nil, nil)
		pkg.Scope().Insert(obj)
		params[i] = [2]int{u.int(), u.int()}
	}
	u.tables[inNamed] = named
	u.tables[inParams] = make([]types.Type, u.len())
	for i := range u.tables[inParams] {
		pkg := u.packages[u.int()]
		u.tables[inParams][i] = types.NewTypeParam(types.NewTypeName(token.NoPos, pkg, u.string(), nil), nil)
	}
	for i, t := range named {
		if params[i][1] > 0 {
			t.(*types.Named).SetTypeParams(u.params(params[i][0], params[i][1]))
		}
	}
	n := u.len()
	u.tables[inTypes] = make([]types.Type, 0, n)
	for range n {
		u.tables[inTypes] = append(u.tables[inTypes], u.read())
	}
}

// contents completes the types of the tables.
func (u *unbundler) contents() {
	for _, t := range u.tables[inNamed] {
		t := t.(*types.Named)
		t.SetUnderlying(u.typ())
		for range u.len() {
			t.AddMethod(types.NewFunc(token.NoPos, t.Obj().Pkg(), u.string(), u.typ().(*types.Signature)))
		}
	}
	// SetConstraint looks into the constraint, so it comes after its content.
	for _, p := range u.tables[inParams] {
		p.(*types.TypeParam).SetConstraint(u.typ())
	}
	for _, t := range u.tables[inTypes] {
		if t, ok := t.(*types.Interface); ok {
			t.Complete()
		}
	}
}

// typ reads a reference.
func (u *unbundler) typ() types.Type {
	ref := u.int()
	return u.tables[ref%tables][ref/tables]
}

func (u *unbundler) params(first, n int) []*types.TypeParam {
	list := make([]*types.TypeParam, n)
	for i := range list {
		list[i] = u.tables[inParams][first+i].(*types.TypeParam)
	}
	return list
}

func (u *unbundler) object() {
	pkg := u.packages[u.int()]
	name := u.string()
	var obj types.Object
	switch kind := u.int(); kind {
	case objDeclared:
		u.typ()
		return
	case objAlias:
		obj = types.NewTypeName(token.NoPos, pkg, name, u.typ())
	case objFunc:
		obj = types.NewFunc(token.NoPos, pkg, name, u.typ().(*types.Signature))
	case objVar:
		obj = types.NewVar(token.NoPos, pkg, name, u.typ())
	case objConst:
		val := readConst(&u.decoder)
		obj = types.NewConst(token.NoPos, pkg, name, u.typ(), val)
	default:
		panic(fmt.Sprintf("object of kind %d", kind))
	}
	pkg.Scope().Insert(obj)
}

func (u *unbundler) read() types.Type {
	switch kind := u.int(); kind {
	case kindPointer:
		return types.NewPointer(u.typ())
	case kindSlice:
		return types.NewSlice(u.typ())
	case kindArray:
		n := u.int()
		return types.NewArray(u.typ(), int64(n))
	case kindChan:
		dir := types.ChanDir(u.int())
		return types.NewChan(dir, u.typ())
	case kindMap:
		key := u.typ()
		return types.NewMap(key, u.typ())
	case kindSignature:
		return u.signature()
	case kindStruct:
		fields := make([]*types.Var, u.len())
		tags := make([]string, len(fields))
		for i := range fields {
			pkg, name, typ := u.packages[u.int()], u.string(), u.typ()
			fields[i] = types.NewField(token.NoPos, pkg, name, typ, u.bool())
			tags[i] = u.string()
		}
		return types.NewStruct(fields, tags)
	case kindInterface:
		methods := make([]*types.Func, u.len())
		for i := range methods {
			pkg, name := u.packages[u.int()], u.string()
			methods[i] = types.NewFunc(token.NoPos, pkg, name, u.typ().(*types.Signature))
		}
		t := types.NewInterfaceType(methods, u.list())
		if u.bool() {
			t.MarkImplicit()
		}
		return t
	case kindUnion:
		terms := make([]*types.Term, u.len())
		for i := range terms {
			tilde := u.bool()
			terms[i] = types.NewTerm(tilde, u.typ())
		}
		return types.NewUnion(terms)
	case kindInstance:
		origin := u.typ()
		t, err := types.Instantiate(u.context, origin, u.list(), false)
		if err != nil {
			panic(err)
		}
		return t
	case kindAlias:
		pkg := u.packages[u.int()]
		obj := types.NewTypeName(token.NoPos, pkg, u.string(), nil)
		params := u.params(u.int(), u.int())
		t := types.NewAlias(obj, u.typ())
		if len(params) > 0 {
			t.SetTypeParams(params)
		}
		pkg.Scope().Insert(obj)
		return t
	default:
		panic(fmt.Sprintf("type of kind %d", kind))
	}
}

func (u *unbundler) list() []types.Type {
	list := make([]types.Type, u.len())
	for i := range list {
		list[i] = u.typ()
	}
	return list
}

func (u *unbundler) signature() *types.Signature {
	recvParams := u.params(u.int(), u.int())
	params := u.params(u.int(), u.int())
	var recv *types.Var
	if u.bool() {
		recv = u.tuple().At(0)
	}
	in, out := u.tuple(), u.tuple()
	return types.NewSignatureType(recv, recvParams, params, in, out, u.bool())
}

func (u *unbundler) tuple() *types.Tuple {
	n := u.len()
	if n == 0 {
		return nil
	}
	vars := make([]*types.Var, n)
	for i := range vars {
		name := u.string()
		vars[i] = types.NewParam(token.NoPos, nil, name, u.typ())
	}
	return types.NewTuple(vars...)
}
