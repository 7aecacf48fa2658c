package rewrite

import (
	"bytes"
	"fmt"
	"go/types"
	"slices"
	"strings"
)

// genericGroup is a generic function that several cells define with one signature. As with other
// functions, whoever calls it calls the one of the last cell that was run:
//
//	func max[T any](a, b T) T { … }     in cells 1 and 3
//
// ⇒ functions max_1 and max_3, and in main.go
//
//	var max_now int     each cell assigns the place of its own
//	func max[T any](a0, a1 T) T { switch max_now { case 0: return max_1[T](a0, a1); default: … } }
type genericGroup struct {
	value string // the variable
	sig   *types.Signature
	defs  []*definition
}

func (g *genericGroup) add(d *definition) {
	d.generic = g
	g.defs = append(g.defs, d)
}

// canForward reports whether a function can hand on its type parameters.
func canForward(sig *types.Signature) bool {
	for p := range sig.TypeParams().TypeParams() {
		if p.Obj().Name() == "_" {
			return false
		}
	}
	return true
}

// assign returns the statement that makes a late-bound function of the cell's the one that is called.
func (d *definition) assign() string {
	if g := d.generic; g != nil {
		return fmt.Sprintf("%s = %d\n", g.value, slices.Index(g.defs, d))
	}
	return d.emitted + " = " + d.declared + "\n"
}

// lateGenerics returns the generic functions that several cells define.
func (p *program) lateGenerics(qualifier types.Qualifier) []byte {
	var b bytes.Buffer
	for _, g := range p.generics {
		live := slices.DeleteFunc(slices.Clone(g.defs), func(d *definition) bool { return d.by.errs != nil })
		if len(live) == 0 {
			continue
		}
		var list, names []string
		for t := range g.sig.TypeParams().TypeParams() {
			name := t.Obj().Name()
			list, names = append(list, name+" "+types.TypeString(t.Constraint(), qualifier)), append(names, name)
		}
		f := forward(g.sig, qualifier)
		fmt.Fprintf(&b, "var %s int\n\n", g.value)
		fmt.Fprintf(&b, "func %s[%s](%s)%s {\n\tswitch %s {\n", live[0].emitted, strings.Join(list, ", "), strings.Join(f.params, ", "), f.results, g.value)
		for i, d := range live {
			label := fmt.Sprintf("case %d", slices.Index(g.defs, d))
			if i == len(live)-1 {
				label = "default"
			}
			fmt.Fprintf(&b, "\t%s:\n\t\t%s%s[%s](%s)\n", label, f.returns, d.declared, strings.Join(names, ", "), strings.Join(f.args, ", "))
		}
		b.WriteString("\t}\n}\n\n")
	}
	return b.Bytes()
}

// forwarding is what a function is made of that calls another one with the same parameters.
type forwarding struct {
	params, args, types []string
	results, returns    string
}

func forward(sig *types.Signature, qualifier types.Qualifier) forwarding {
	var f forwarding
	for i := range sig.Params().Len() {
		typ := types.TypeString(sig.Params().At(i).Type(), qualifier)
		arg := fmt.Sprint("a", i)
		spread := ""
		if sig.Variadic() && i == sig.Params().Len()-1 {
			typ, spread = "..."+strings.TrimPrefix(typ, "[]"), "..."
		}
		f.params, f.args, f.types = append(f.params, arg+" "+typ), append(f.args, arg+spread), append(f.types, typ)
	}
	if n := sig.Results().Len(); n > 0 {
		var list []string
		for i := range n {
			list = append(list, types.TypeString(sig.Results().At(i).Type(), qualifier))
		}
		f.results, f.returns = " ("+strings.Join(list, ", ")+")", "return "
	}
	return f
}
