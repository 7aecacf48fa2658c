package rewrite_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cellwrap/cellwrap/rewrite"
)

// shapes are cells that have n of something. Each was once a reason for a loop in a loop, or looks as if
// it could be one.
var shapes = []struct {
	name string
	cell func(n int) string
}{
	{"awaits", func(n int) string {
		return "d := func() *reactor.Deferred[int] { return reactor.Succeed(1) }\n" + strings.Repeat("_ = await d()\n", n)
	}},
	{"awaits of variables", func(n int) string {
		return "d := reactor.Succeed(1)\n" + numbered("v%d := await d\n_ = v%d\n", n)
	}},
	{"awaits of channels", func(n int) string { return "d := make(chan int)\n" + strings.Repeat("_ = await d\n", n) }},
	{"awaits of distinct types", func(n int) string {
		return numbered("type T%d struct{ f%d int }\n", n) + numbered("_ = await reactor.Succeed(T%d{%d})\n", n)
	}},
	{"awaits in functions", func(n int) string {
		return strings.Repeat("func() { _ = await reactor.Succeed(1) }()\n", n)
	}},
	{"awaits of what nobody can", func(n int) string { return strings.Repeat("_ = await 1\n", n) }},
	{"unused awaits", func(n int) string { return numbered("v%d := await reactor.Succeed(%d)\n", n) }},
	{"returns", func(n int) string { return "a := 1\n" + numbered("if a == %d { return %d }\n", n) }},
	{"returns of distinct types", func(n int) string {
		return "a := 1\n" + numbered("type T%d struct{ f%d int }\n", n) + numbered("if a == 2 { return T%d{%d} }\n", n)
	}},
	{"returns of pointers", func(n int) string {
		return "a := 1\n" + numbered("type T%d struct{ f%d int }\n", n) + numbered("if a == 2 { return &T%d{%d} }\n", n)
	}},
	{"returns where any is a variable", func(n int) string {
		return "if a := 1; a > 0 { any := 1; _ = any }\n" + numbered("if a := %d; a > 2 { return %d }\n", n)
	}},
	{"constants of two kinds", func(n int) string { return "a := 1\n" + numbered("if a == %d { return %d }\n", n) + "return 1.5\n" }},
	{"gotos", func(n int) string { return numbered("goto L%d\nL%d:\n", n) }},
	{"gotos to one label", func(n int) string { return "a := 1\n" + numbered("if a == %d { goto L } // %d\n", n) + "L:\na = 2\n" }},
	{"gotos all forward", func(n int) string {
		return "a := 1\n" + numbered("if a == %d { goto L%d }\n", n) + numbered("L%d:\na = %d\n", n)
	}},
	{"gotos back", func(n int) string { return "a := 1\n" + numbered("L%d:\nif a == 0 { goto L%d }\n", n) }},
	{"labels", func(n int) string { return numbered("L%d:\nfor { break L%d }\n", n) }},
	{"chain of consts", func(n int) string {
		var b strings.Builder
		b.WriteString("const c0 = 1\n")
		for i := range n {
			fmt.Fprintf(&b, "const c%d = c%d\n", i+1, i)
		}
		return b.String() + "return c0\n"
	}},
	{"chain of sums of consts", func(n int) string {
		var b strings.Builder
		b.WriteString("const c0 = 1\n")
		for i := range n {
			fmt.Fprintf(&b, "const c%d = c%d + 1\n", i+1, i)
		}
		return b.String() + "return c0\n"
	}},
	{"chain of consts backwards", func(n int) string {
		var b strings.Builder
		for i := n; i > 0; i-- {
			fmt.Fprintf(&b, "const c%d = c%d + 1\n", i, i-1)
		}
		return b.String() + "const c0 = 1\nreturn c0\n"
	}},
	{"chain of local consts", func(n int) string {
		var b strings.Builder
		b.WriteString("x := 1\nconst c0 = 1\n")
		for i := range n {
			fmt.Fprintf(&b, "const c%d = c%d + len([1]int{x})\n", i+1, i)
		}
		return b.String() + "return c0\n"
	}},
	{"chain of types", func(n int) string {
		var b strings.Builder
		b.WriteString("type t0 int\n")
		for i := range n {
			fmt.Fprintf(&b, "type t%d struct{ x *t%d }\n", i+1, i)
		}
		return b.String() + "return t0(1)\n"
	}},
	{"chain of funcs", func(n int) string {
		var b strings.Builder
		b.WriteString("func f0() int { return 1 }\n")
		for i := range n {
			fmt.Fprintf(&b, "func f%d() int { return f%d() }\n", i+1, i)
		}
		return b.String() + "return f0()\n"
	}},
	{"chain of closures", func(n int) string {
		var b strings.Builder
		b.WriteString("x := 1\nfunc f0() int { return x }\n")
		for i := range n {
			fmt.Fprintf(&b, "func f%d() int { return f%d() }\n", i+1, i)
		}
		return b.String() + "return f0()\n"
	}},
	{"const group", func(n int) string { return "const (\n" + numbered("c%d = iota + %d\n", n) + ")\nreturn c1\n" }},
	{"vars", func(n int) string { return numbered("v%d := %d\n", n) + numbered("_ = v%d // %d\n", n) }},
	{"var group", func(n int) string { return "var (\n" + numbered("v%d = %d\n", n) + ")\n" }},
	{"chain of vars", func(n int) string {
		var b strings.Builder
		b.WriteString("v0 := 1\n")
		for i := range n {
			fmt.Fprintf(&b, "v%d := v%d + 1\n", i+1, i)
		}
		return b.String()
	}},
	{"unused vars", func(n int) string { return numbered("v%d := %d\n", n) }},
	{"unused vars in one statement", func(n int) string {
		return strings.TrimSuffix(numbered("v%d /* %d */, ", n), ", ") + " := " + strings.TrimSuffix(strings.Repeat("1, ", n), ", ") + "\n"
	}},
	{"imports of one package", func(n int) string {
		return numbered("import s%d \"strings\" // %d\n", n) + numbered("_ = s%d.Fields(\"%d\")\n", n)
	}},
	{"unused imports", func(n int) string { return numbered("import s%d \"strings\" // %d\n", n) }},
	{"imports and unused vars", func(n int) string {
		return numbered("import s%d \"strings\" // %d\n", n) + numbered("_ = s%d.Fields(\"%d\")\n", n) + numbered("v%d := %d\n", n)
	}},
	{"missing imports", func(n int) string { return numbered("_ = strings.Fields(\"%d %d\")\n", n) }},
	{"funcs", func(n int) string { return numbered("func f%d() int { return %d }\n", n) }},
	{"funcs that capture", func(n int) string { return "x := 1\n" + numbered("func f%d() int { return x + %d }\n", n) }},
	{"funcs that capture one each", func(n int) string { return numbered("x%d := 1\nfunc f%[1]d() int { return x%d }\n", n) }},
	{"methods", func(n int) string {
		return "type t int\n" + numbered("func (t) m%d() int { return %d }\n", n) + "return t(1)\n"
	}},
	{"methods that capture", func(n int) string {
		return "type t int\nx := 1\n" + numbered("func (t) m%d() int { return x + %d }\n", n) + "return t(1)\n"
	}},
	{"methods that capture one each", func(n int) string {
		return "type t int\n" + numbered("x%d := 1\nfunc (t) m%[1]d() int { return x%d }\n", n) + "return t(1)\n"
	}},
	{"generic funcs that capture", func(n int) string {
		return "x := 1\n" + numbered("func f%d[T any](T) int { return x + %d }\n", n) + "return x\n"
	}},
	{"types with methods", func(n int) string {
		return numbered("type t%d int\nfunc (t%d) m() {}\n", n)
	}},
	{"generic calls", func(n int) string { return "func f[T any](x T) T { return x }\n" + numbered("_ = f(%d) + %d\n", n) }},
	{"generic instances", func(n int) string {
		return "type l[T any] struct{ x T }\n" + numbered("type t%d int\nvar _ l[t%d]\n", n)
	}},
	{"type switches", func(n int) string {
		return "var a any = 1\n" + numbered("switch v%d := a.(type) { case int: case string: } // %d\n", n)
	}},
	{"type switch of many cases", func(n int) string {
		return numbered("type t%d struct{ f%d int }\n", n) + "var a any = 1\nswitch v := a.(type) {\n" + numbered("case t%d: _ = v // %d\n", n) + "}\n"
	}},
	{"switch of many cases", func(n int) string { return "a := 1\nswitch a {\n" + numbered("case %d: _ = a // %d\n", n) + "}\n" }},
	{"closures", func(n int) string { return "x := 1\n" + numbered("f%d := func() int { return x }\n_ = f%d\n", n) }},
	{"loops", func(n int) string { return strings.Repeat("for i := range 3 { }\n", n) }},
	{"blocks", func(n int) string { return strings.Repeat("{ x := 1; _ = x }\n", n) }},
	{"comments", func(n int) string { return numbered("// %d %d\n", n) }},
	{"block comments", func(n int) string { return numbered("_ = 1 /* %d\n%d */\n", n) }},
	{"line directives", func(n int) string { return numbered("//line x.go:%d\n_ = %d\n", n) }},
	{"settings", func(n int) string { return numbered("%%reactor_config timeout %d\n_ = %d\n", n) }},
	{"settings and awaits", func(n int) string {
		return numbered("%%reactor_config timeout %d\n_ = await reactor.Succeed(%d)\n", n)
	}},
	{"magics", func(n int) string { return strings.Repeat("%load_ext cellwrap\n", n) + "return 1\n" }},
	{"errors", func(n int) string { return numbered("_ = x%d + y%d\n", n) }},
	{"errors and awaits", func(n int) string {
		return strings.Repeat("_ = await reactor.Succeed(1)\n", n) + numbered("_ = x%d + y%d\n", n)
	}},
	{"names like an alias", func(n int) string { return "reactor := 1\n" + numbered("reactor%d := reactor\n_ = reactor%d\n", n) }},
	{"co names", func(n int) string { return "co := await reactor.Succeed(1)\n" + numbered("co%d := co\n_ = co%d\n", n) }},
	{"strings", func(n int) string { return numbered("_ = `%d\n%d`\n", n) }},
	{"statements on one line", func(n int) string { return strings.Repeat("_ = 1; ", n) + "\n" }},
	{"arguments", func(n int) string { return "x := []int{" + strings.Repeat("1, ", n) + "}\nreturn x\n" }},
	{"struct literals", func(n int) string {
		return "type p struct{ x, y int }\nx := []p{" + numbered("{x: %d, y: %d}, ", n) + "}\nreturn x\n"
	}},
	{"struct fields", func(n int) string { return "var x struct {\n" + numbered("f%d [%d]int\n", n) + "}\nreturn x\n" }},
	{"defers", func(n int) string { return strings.Repeat("defer func() {}()\n", n) }},
	{"selects", func(n int) string { return "c := make(chan int)\n" + strings.Repeat("select { case x := <-c: }\n", n) }},
	{"semicolons", func(n int) string { return strings.Repeat(";", n) + "\n" }},
}

// quadratic are the shapes that go/types takes quadratic time for, whoever asks it, and why. The Go compiler's
// copy of it does so when it builds the output.
var quadratic = map[string]string{
	"awaits of distinct types":      "for each type that is an argument, mono.go goes through the scope that it is declared in",
	"generic instances":             "the same",
	"methods":                       "a type's methods are looked for in a list",
	"methods that capture":          "the same",
	"methods that capture one each": "the same",
	"type switch of many cases":     "each case is compared with all before it",
}

// BenchmarkLinear holds that the time of a cell grows as the cell does, whatever it is made of.
func BenchmarkLinear(b *testing.B) {
	for _, shape := range shapes {
		for _, target := range rewrite.Targets {
			for _, typ := range []rewrite.Types{rewrite.TypesOff, rewrite.TypesAuto} {
				for _, n := range []int{1000, 2000, 4000, 8000, 16_000} {
					b.Run(fmt.Sprintf("%s/%s/%s/%d", shape.name, target, typ, n), func(b *testing.B) {
						cell := []byte("%%run_in_reactor result\n" + shape.cell(n))
						b.SetBytes(int64(len(cell)))
						b.ReportAllocs()
						for b.Loop() {
							_, _ = rewrite.Cell(cell, rewrite.Options{Types: typ, Env: goldenEnv, Target: target, LineName: "x.gocell"})
						}
					})
				}
			}
		}
	}
}
