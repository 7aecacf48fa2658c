package rewrite

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// methodGroup is a method that several cells define. As with functions, whoever calls it calls the
// one of the last cell that was run:
//
//	func (t T) Get() int { … }     in cells 1 and 3
//
// ⇒ methods mGet_1 and mGet_3, and in main.go
//
//	var T_Get func(T) int     first T.mGet_1; then each cell assigns its own
//	func (a T) Get() int { return T_Get(a) }
type methodGroup struct {
	owner *definition
	name  string
	defs  []*method // of good cells, in order
	late  bool      // whether it is more than one
	value string    // the variable
	obj   *types.Func
}

// method is a declaration of a method that other cells may declare too.
type method struct {
	ident
	by       *member
	group    *methodGroup
	declared string
}

// findMethods groups the methods of types that are not generic.
func (p *program) findMethods() {
	type key struct {
		owner *definition
		name  string
	}
	groups := map[key]*methodGroup{}
	for _, m := range p.good() {
		m.methods = map[int]*method{}
		for _, it := range m.survey.items {
			fn := it.function()
			if fn == nil || fn.Recv == nil || fn.Name.Name == "_" || isGenericReceiver(fn) {
				continue
			}
			name := receiverName(fn)
			owner := m.own[name]
			if owner == nil {
				owner = m.outer[name]
			}
			if owner == nil || owner.tok != token.TYPE {
				continue
			}
			k := key{owner, fn.Name.Name}
			g := groups[k]
			if g == nil {
				g = &methodGroup{owner: owner, name: k.name}
				groups[k] = g
				p.groups = append(p.groups, g)
			}
			x := &method{ident: m.syntax.decls.ident(fn.Name), by: m, group: g}
			g.defs = append(g.defs, x)
			m.methods[x.off] = x
		}
	}
	p.groups = slices.DeleteFunc(p.groups, func(g *methodGroup) bool {
		first := g.defs[0]
		single := !slices.ContainsFunc(g.defs, func(x *method) bool { return x.by != first.by })
		for _, x := range g.defs {
			if single {
				delete(x.by.methods, x.off)
			} else {
				x.declared = p.takeFor("m"+x.name, x.name, x.by)
			}
		}
		return single
	})
}

func isGenericReceiver(fn *ast.FuncDecl) bool {
	if len(fn.Recv.List) == 0 {
		return false
	}
	generic := false
	ast.Inspect(fn.Recv.List[0].Type, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.IndexExpr, *ast.IndexListExpr:
			generic = true
		}
		return true
	})
	return generic
}

// live returns the methods of cells of which no error is known yet.
func (g *methodGroup) live() []*method {
	return slices.DeleteFunc(slices.Clone(g.defs), func(x *method) bool { return x.by.errs != nil })
}

// methodName returns what a method of the cell's is declared as. When the declarations are checked
// together, the first one is the method.
func (m *member) methodName(off int) string {
	x := m.methods[off]
	switch {
	case x == nil:
		return ""
	case !m.declared && x.group.live()[0] == x, m.declared && !x.group.late:
		return x.name
	}
	return x.declared
}

// bindMethods makes methods that have the signature of the first one late-bound, and refuses the
// others.
func (p *program) bindMethods() {
	p.declared = true
	for _, g := range p.groups {
		live := g.live()
		if len(live) < 2 {
			continue
		}
		first := live[0]
		for _, x := range live {
			name := x.declared
			if x == first {
				name = x.name
			}
			f := p.lookupMethod(g.owner, name)
			switch {
			case f == nil: // an alias, or what go/types has refused
			case x == first:
				g.obj = f
			case g.obj == nil:
			case !types.Identical(f.Type(), g.obj.Type()) || isPointer(f) != isPointer(g.obj):
				x.by.errs = append(x.by.errs, x.by.syntax.errorf(x.off, "method %s of %s has another signature in cell %d (define %[2]s again too)", x.name, g.owner.name, first.by.Number))
			default:
				g.late = true
			}
		}
		if g.late {
			g.value = p.takeFor(g.owner.name+"_"+g.name, g.name, first.by)
		}
	}
}

func (p *program) lookupMethod(owner *definition, name string) *types.Func {
	obj, ok := p.pkg.Scope().Lookup(owner.declared).(*types.TypeName)
	if !ok {
		return nil
	}
	named, ok := types.Unalias(obj.Type()).(*types.Named)
	if !ok {
		return nil
	}
	for f := range named.Methods() {
		if f.Name() == name {
			return f
		}
	}
	return nil
}

func isPointer(f *types.Func) bool {
	_, ok := f.Signature().Recv().Type().(*types.Pointer)
	return ok
}

// expression returns the method as a function of its receiver.
func (x *method) expression() string {
	if isPointer(x.group.obj) {
		return "(*" + x.group.owner.emitted + ")." + x.declared
	}
	return x.group.owner.emitted + "." + x.declared
}

// assignMethods makes the cell's methods those that are called.
func (m *member) assignMethods(f *fragment) {
	for _, it := range m.survey.items {
		if fn := it.function(); fn != nil && fn.Recv != nil {
			if x := m.methods[m.syntax.decls.off(fn.Name.Pos())]; x != nil && x.group.late {
				f.mark(x.off)
				f.add(x.group.value + " = " + x.expression() + "\n")
			}
		}
	}
}

// lateMethods returns the methods that several cells define, as they call their variables.
func (p *program) lateMethods(qualifier types.Qualifier) []byte {
	var b bytes.Buffer
	for _, g := range p.groups {
		live := g.live()
		if !g.late || len(live) == 0 {
			continue
		}
		sig := g.obj.Signature()
		recv := types.TypeString(sig.Recv().Type(), qualifier)
		f := forward(sig, qualifier)
		// What a variable is initialized with could not call the method.
		fmt.Fprintf(&b, "var %s func(%s)%s\n\n", g.value, strings.Join(append([]string{recv}, f.types...), ", "), f.results)
		fmt.Fprintf(&b, "func init() { %s = %s }\n\n", g.value, live[0].expression())
		fmt.Fprintf(&b, "func (a %s) %s(%s)%s { %s%s(%s) }\n\n", recv, g.name, strings.Join(f.params, ", "), f.results, f.returns, g.value, strings.Join(append([]string{"a"}, f.args...), ", "))
	}
	return b.Bytes()
}

// methodHint says that a cell which does not compile defines the method that a message misses.
func (m *member) methodHint(msg string) string {
	head, name, ok := strings.Cut(msg, " has no field or method ")
	if !ok {
		return ""
	}
	name = strings.TrimSuffix(name, ")")
	typ := m.userName(head[strings.LastIndexAny(head, " *")+1:])
	for _, other := range m.members {
		if other.errs == nil || other.survey == nil {
			continue
		}
		for _, it := range other.survey.items {
			if fn := it.function(); fn != nil && fn.Recv != nil && fn.Name.Name == name && receiverName(fn) == typ {
				return fmt.Sprintf(" (cell %d defines it, and does not compile)", other.Number)
			}
		}
	}
	return ""
}
