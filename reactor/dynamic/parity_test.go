package dynamic_test

import (
	"go/ast"
	"go/types"
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

const (
	reactorPath = "github.com/cellwrap/cellwrap/reactor"
	dynamicPath = reactorPath + "/dynamic"
)

// leftOut says why something of package reactor is not in this package; a name that ends in On is
// left out as the doc comment says.
var leftOut = map[string]string{
	"Acquirer":       "an interpreted type would not implement it, and Holding names it without its help",
	"Awaitable":      "what is awaited is an any here",
	"OnAwait":        "for types of other packages: a session's result belongs to a process, which an interpreter's does not",
	"Untyped":        "made for this package: every await here does it",
	"UntypedChannel": "made for this package: it is FromChannel here",
}

// otherwise has the signatures that are not those of package reactor with any for each type
// parameter, and the reason.
var otherwise = map[string][2]string{
	"Await":        {"func(co *dynamic.Coroutine, x any) (any, error)", "what x is shows at run time"},
	"AwaitFor":     {"func(timeout time.Duration, x any) (any, error)", "what x is shows at run time"},
	"MustAwait":    {"func(co *dynamic.Coroutine, x any) any", "what x is shows at run time"},
	"MustAwaitFor": {"func(timeout time.Duration, x any) any", "what x is shows at run time"},
	"FromChannel":  {"func(c any) *dynamic.Deferred", "a chan int is no chan any"},
	"DeferredList": {"func(opts dynamic.ListOptions, ds ...*dynamic.Deferred) *dynamic.Deferred", "one type of Deferred"},
	"First":        {"func(ds ...*dynamic.Deferred) *dynamic.Deferred", "one type of Deferred"},
	"Gather":       {"func(ds ...*dynamic.Deferred) *dynamic.Deferred", "one type of Deferred"},
	"GatherLimit":  {"func(limit int, work ...func() (*dynamic.Deferred, error)) *dynamic.Deferred", "one type of Deferred"},
	"Sleep":        {"func(d time.Duration) *dynamic.Deferred", "one type of Deferred"},
}

// Nothing that package reactor exports is forgotten: it is here, with any for T, or there is a reason.
func TestParity(t *testing.T) {
	a, b := load(t)
	from, to := a.Types.Scope(), b.Types.Scope()
	left, other := maps.Clone(leftOut), maps.Clone(otherwise)
	for _, name := range exported(from) {
		want, got := from.Lookup(name), to.Lookup(name)
		_, known := left[name]
		delete(left, name)
		switch {
		case got == nil && !known && !strings.HasSuffix(name, "On"):
			t.Errorf("reactor.%s has no counterpart, and there is no reason", name)
		case got == nil:
		case known:
			t.Errorf("reactor.%s has a counterpart, though it is said to be left out", name)
		case other[name][0] != "":
			if s := types.TypeString(got.Type(), byName); s != other[name][0] {
				t.Errorf("%s is a %s, want %s", name, s, other[name][0])
			}
			delete(other, name)
		case !types.Identical(got.Type(), untyped(t, want.Type())):
			t.Errorf("%s is a %v, where reactor's is a %v", name, got.Type(), want.Type())
		}
	}
	for _, name := range slices.Collect(maps.Keys(left)) {
		t.Errorf("package reactor has no %s to leave out", name)
	}
	for _, name := range slices.Collect(maps.Keys(other)) {
		t.Errorf("package reactor has no %s to do otherwise", name)
	}
	for _, name := range exported(to) {
		if from.Lookup(name) == nil {
			t.Errorf("package reactor has no %s", name)
		}
	}
}

// Each function and variable hands over to its namesake, unless it is said to do otherwise.
func TestThin(t *testing.T) {
	_, to := load(t)
	for _, f := range to.Syntax {
		for _, decl := range f.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				name := decl.Name.Name
				if _, ok := otherwise[name]; ok || !decl.Name.IsExported() {
					continue
				}
				var args []string
				for _, param := range decl.Type.Params.List {
					for _, arg := range param.Names {
						if _, ok := param.Type.(*ast.Ellipsis); ok {
							arg.Name += "..."
						}
						args = append(args, arg.Name)
					}
				}
				hands(t, decl.Body.List[0].(*ast.ReturnStmt).Results[0], name, "("+strings.Join(args, ", ")+")")
			case *ast.GenDecl:
				for _, spec := range decl.Specs {
					if value, ok := spec.(*ast.ValueSpec); ok {
						hands(t, value.Values[0], value.Names[0].Name, "")
					}
				}
			}
		}
	}
}

func hands(t *testing.T, over ast.Expr, name, args string) {
	t.Helper()
	got, want := strings.Replace(types.ExprString(over), "[any]", "", 1), "reactor."+name+args
	if got != want {
		t.Errorf("%s hands over to %s, want %s", name, got, want)
	}
}

// Nothing here is generic, which is what interpreters ask for.
func TestNotGeneric(t *testing.T) {
	_, p := load(t)
	to := p.Types.Scope()
	for _, name := range exported(to) {
		switch typ := to.Lookup(name).Type().(type) {
		case *types.Signature:
			if typ.TypeParams().Len() > 0 {
				t.Errorf("%s is generic", name)
			}
		case *types.Alias:
			if typ.TypeParams().Len() > 0 {
				t.Errorf("%s is generic", name)
			}
			if named, ok := types.Unalias(typ).(*types.Named); ok && named.TypeParams().Len() != named.TypeArgs().Len() {
				t.Errorf("%s is the generic %v", name, named)
			}
		}
	}
}

// load returns package reactor and this one.
func load(t *testing.T) (from, to *packages.Package) {
	t.Helper()
	pkgs, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedTypes | packages.NeedSyntax | packages.NeedTypesInfo,
	}, reactorPath, dynamicPath)
	if err != nil {
		t.Fatal(err)
	}
	byPath := map[string]*packages.Package{}
	for _, p := range pkgs {
		for _, err := range p.Errors {
			t.Fatal(err)
		}
		byPath[p.PkgPath] = p
	}
	return byPath[reactorPath], byPath[dynamicPath]
}

func exported(s *types.Scope) []string {
	return slices.DeleteFunc(s.Names(), func(name string) bool { return !s.Lookup(name).Exported() })
}

func byName(p *types.Package) string { return p.Name() }

// untyped returns typ with any for each of its type parameters.
func untyped(t *testing.T, typ types.Type) types.Type {
	t.Helper()
	var params *types.TypeParamList
	switch typ := typ.(type) {
	case *types.Signature:
		params = typ.TypeParams()
	case *types.Named:
		params = typ.TypeParams()
	}
	if params.Len() == 0 {
		return typ
	}
	args := slices.Repeat([]types.Type{types.Universe.Lookup("any").Type()}, params.Len())
	typ, err := types.Instantiate(nil, typ, args, false)
	if err != nil {
		t.Fatal(err)
	}
	return typ
}
