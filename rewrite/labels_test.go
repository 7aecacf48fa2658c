package rewrite

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestSpareJumps holds that go/types says the same of a function without the gotos that are spared, but that
// nothing uses their labels.
func TestSpareJumps(t *testing.T) {
	const example = "package p\n\nfunc f(a int) int {\nif a == 1 { goto A }\na++\nA:\nreturn a\n}\n"
	if errs, n := labelErrors(t, example, true); n == 0 || len(errs) > 0 {
		t.Errorf("%d gotos are spared, and go/types says %q", n, errs)
	}
	rapid.Check(t, func(t *rapid.T) {
		body := jumpyBlock(t, 3)
		src := "package p\n\nfunc f(a int) int {\n" + body + "return 0\n}\n"
		want, _ := labelErrors(t, src, false)
		got, _ := labelErrors(t, src, true)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s\n%s", src, d)
		}
	})
}

// jumpyBlock returns statements that declare labels and variables, and jump, well or badly.
func jumpyBlock(t *rapid.T, depth int) string {
	var b strings.Builder
	for range rapid.IntRange(0, 6).Draw(t, "statements") {
		label := string(rune('A' + rapid.IntRange(0, 3).Draw(t, "label")))
		kind := rapid.IntRange(0, 8).Draw(t, "kind")
		if depth == 0 {
			kind %= 4
		}
		inner := func() string { return jumpyBlock(t, depth-1) }
		switch kind {
		case 0, 1:
			fmt.Fprintf(&b, "if a == 1 { goto %s }\n", label)
		case 2:
			fmt.Fprintf(&b, "%s:\na++\n", label)
		case 3:
			fmt.Fprintf(&b, "v%d := a\na = v%[1]d\n", b.Len())
		case 4:
			fmt.Fprintf(&b, "{\n%s}\n", inner())
		case 5:
			fmt.Fprintf(&b, "%s:\nfor a < 9 {\n%sbreak %s\n}\n", label, inner(), label)
		case 6:
			fmt.Fprintf(&b, "switch a {\ncase 1:\n%sgoto %s\ndefault:\n%s}\n", inner(), label, inner())
		case 7:
			fmt.Fprintf(&b, "func() {\n%s}()\n", inner())
		case 8:
			fmt.Fprintf(&b, "if a == 2 {\n%s} else {\n%s}\n", inner(), inner())
		}
	}
	return b.String()
}

// labelErrors returns what go/types says of src, less what spareJumps makes it say, and how many labels it spares.
func labelErrors(t interface{ Fatal(...any) }, src string, spare bool) (msgs []string, n int) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "p.go", src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	c := checker{}
	if spare {
		c.spared = spareJumps(f)
	}
	var errs []typeError
	conf := types.Config{Error: collect(&errs)}
	_, _ = conf.Check("p", fset, []*ast.File{f}, nil)
	unused := map[token.Pos]bool{}
	for _, e := range errs {
		if c.isSpared(e) {
			unused[e.pos] = true
			continue
		}
		msgs = append(msgs, fset.Position(e.pos).String()+": "+e.msg)
	}
	slices.Sort(msgs)
	return msgs, len(unused)
}
