package importer

import (
	"fmt"
	"go/types"
)

// A bundler collects the tables of a bundle.
type bundler struct {
	refs     map[types.Type]int
	pkgs     map[*types.Package]int
	packages []*types.Package
	named    []*namedType
	params   []*types.TypeParam
	bounds   []int // refs of the constraints of params, as far as they are written
	types    encoder
	numTypes int
	shapes   map[types.Type]types.Type

	// methods are the unexported methods of interfaces: a type may need its own
	// to implement one.
	methods map[string]bool
}

type namedType struct {
	*types.Named
	firstParam int
	underlying int
	methods    []int // pairs: index of the method, ref of its signature
	seen       map[int]bool
}

// encodeBundle writes the names that want selects from packages, whose types
// are in full by their own paths.
func encodeBundle(full map[string]*types.Package, packages []resolved, want Names) (data []byte, err error) {
	defer func() {
		if e := recover(); e != nil {
			err = fmt.Errorf("types cannot be written: %v", e)
		}
	}()
	b := &bundler{
		refs:    map[types.Type]int{},
		pkgs:    map[*types.Package]int{},
		shapes:  map[types.Type]types.Type{},
		methods: map[string]bool{},
	}
	for i, t := range basic {
		b.refs[t] = i*tables + inBasic
	}
	var objects encoder
	n := 0
	for _, r := range packages {
		pkg := full[r.TypesPath]
		if r.Problem != nil || pkg == nil {
			continue
		}
		b.pkg(pkg)
		names := want[r.Path]
		if names == nil {
			names = pkg.Scope().Names()
		}
		for _, name := range names {
			if obj := pkg.Scope().Lookup(name); obj != nil && obj.Exported() {
				b.object(&objects, obj)
				n++
			}
		}
	}
	b.complete()

	var e encoder
	e.int(len(b.packages))
	for _, pkg := range b.packages {
		e.string(pkg.Path())
		e.string(pkg.Name())
	}
	e.int(len(b.named))
	for _, t := range b.named {
		e.int(b.pkgs[t.Obj().Pkg()])
		e.string(t.Obj().Name())
		e.int(t.firstParam)
		e.int(t.TypeParams().Len())
	}
	e.int(len(b.params))
	for _, p := range b.params {
		e.int(b.pkgs[p.Obj().Pkg()])
		e.string(p.Obj().Name())
	}
	e.int(b.numTypes)
	e.data = append(e.data, b.types.data...)
	for _, t := range b.named {
		e.int(t.underlying)
		e.int(len(t.methods) / 2)
		for i := 0; i < len(t.methods); i += 2 {
			e.string(t.Method(t.methods[i]).Name())
			e.int(t.methods[i+1])
		}
	}
	for _, ref := range b.bounds {
		e.int(ref)
	}
	e.int(n)
	e.data = append(e.data, objects.data...)
	return e.data, nil
}

func (b *bundler) object(e *encoder, obj types.Object) {
	e.int(b.pkg(obj.Pkg()))
	e.string(obj.Name())
	ref := b.ref(obj.Type())
	switch obj := obj.(type) {
	case *types.TypeName:
		declared, ok := obj.Type().(interface{ Obj() *types.TypeName })
		if ok && declared.Obj() == obj {
			e.int(objDeclared)
		} else {
			e.int(objAlias)
		}
	case *types.Func:
		e.int(objFunc)
	case *types.Var:
		e.int(objVar)
	case *types.Const:
		e.int(objConst)
		writeConst(e, obj.Val())
	default:
		panic(obj)
	}
	e.int(ref)
}

// complete writes what the named types and the type parameters are, and what
// that in turn refers to.
func (b *bundler) complete() {
	for done := false; !done; {
		done = true
		for len(b.bounds) < len(b.params) {
			b.bounds = append(b.bounds, b.ref(b.params[len(b.bounds)].Constraint()))
			done = false
		}
		for i := 0; i < len(b.named); i++ {
			t := b.named[i]
			if t.seen == nil {
				t.seen = map[int]bool{}
				t.underlying = b.ref(t.Underlying())
				done = false
			}
			for m := range t.NumMethods() {
				if fn := t.Method(m); !t.seen[m] && (fn.Exported() || b.methods[fn.Id()]) {
					t.seen[m] = true
					t.methods = append(t.methods, m, b.ref(fn.Type()))
					done = false
				}
			}
		}
	}
}

// pkg returns the number of a package: its index plus 1, and 0 for none.
func (b *bundler) pkg(pkg *types.Package) int {
	if pkg == nil {
		return 0
	}
	if b.pkgs[pkg] == 0 {
		b.packages = append(b.packages, pkg)
		b.pkgs[pkg] = len(b.packages)
	}
	return b.pkgs[pkg]
}

// declare gives type parameters their place before anything refers to them.
func (b *bundler) declare(list *types.TypeParamList) (first int) {
	first = len(b.params)
	for p := range list.TypeParams() {
		b.pkg(p.Obj().Pkg())
		b.refs[p] = len(b.params)*tables + inParams
		b.params = append(b.params, p)
	}
	return first
}

// ref returns the reference to a type, which it first writes if it is new.
func (b *bundler) ref(t types.Type) int {
	if ref, ok := b.refs[t]; ok {
		return ref
	}
	if named, ok := t.(*types.Named); ok && named.TypeArgs() == nil {
		ref := len(b.named)*tables + inNamed
		b.refs[t] = ref
		b.pkg(named.Obj().Pkg())
		b.named = append(b.named, &namedType{Named: named, firstParam: b.declare(named.TypeParams())})
		return ref
	}
	var e encoder // apart, since the parts come first
	b.write(&e, t)
	b.types.data = append(b.types.data, e.data...)
	b.refs[t] = b.numTypes*tables + inTypes
	b.numTypes++
	return b.refs[t]
}
