package rewrite_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/cellwrap/cellwrap/rewrite"
)

// TestGorootAwaits writes await for the receives of real function bodies: every one becomes a call, and
// one that gives two values, or is all that is returned, one that gives the error.
func TestGorootAwaits(t *testing.T) {
	t.Parallel()
	cells, awaits, refused := 0, 0, 0
	for _, b := range bodies(t) {
		if !bytes.Contains(b.text, []byte("<-")) {
			continue
		}
		text, want, inFunc := withAwaits(b.text)
		if want == nil {
			continue
		}
		cells++
		opts := rewrite.Options{Filename: "cell", Assign: "the_result", Types: rewrite.TypesOff}
		out, err := rewrite.Cell(text, opts)
		if inFunc {
			refused++
			if err == nil || !strings.Contains(err.Error(), "await in a function literal") {
				t.Errorf("%s: not refused: %v\n%s", b.name, err, text)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v\n%s", b.name, err, text)
			continue
		}
		awaits += len(want)
		var got []string
		for _, e := range out.Edits {
			if _, call, ok := strings.Cut(e.New, ".MustAwait("); ok {
				got = append(got, fmt.Sprint(e.Start, " one ", call))
			} else if _, call, ok := strings.Cut(e.New, ".Await("); ok {
				got = append(got, fmt.Sprint(e.Start, " two ", call))
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: %d awaits, want %d\n%s", b.name, len(got), len(want), text)
			continue
		}
		for i := range got {
			if !strings.Contains(got[i], want[i]) {
				t.Errorf("%s: await %s, want %s\n%s", b.name, got[i], want[i], text)
			}
		}
		if formatted, err := format.Source(out.Code); err != nil || !bytes.Equal(formatted, out.Code) {
			t.Errorf("%s: not formatted: %v\n%s", b.name, err, out.Code)
		}
	}
	t.Logf("%d cells, %d awaits, %d refused", cells, awaits, refused)
	if awaits < 500 {
		t.Errorf("only %d awaits: is GOROOT/src there?", awaits)
	}
}

// withAwaits writes await for the receives in a body, less those that select waits for and those
// whose operand an identifier could stand before. It returns where they are, with "one" or
// "two", and whether one is in a function literal that is not called in place.
func withAwaits(body []byte) (text []byte, want []string, inFunc bool) {
	const before = "package p;func _(){"
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", slices.Concat([]byte(before), body, []byte("\n}")), parser.SkipObjectResolution)
	if err != nil {
		return nil, nil, false
	}
	selected := map[ast.Expr]bool{}
	pairs := map[ast.Expr]bool{}
	called := map[*ast.FuncLit]bool{}
	concurrent := map[*ast.CallExpr]bool{}
	var stack []ast.Node
	type place struct {
		off   int
		count string
	}
	var places []place
	ast.Inspect(f, func(n ast.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		stack = append(stack, n)
		switch n := n.(type) {
		case *ast.CommClause:
			switch s := n.Comm.(type) {
			case *ast.ExprStmt:
				selected[ast.Unparen(s.X)] = true
			case *ast.AssignStmt:
				selected[ast.Unparen(s.Rhs[0])] = true
			}
		case *ast.AssignStmt:
			pairs[ast.Unparen(n.Rhs[0])] = len(n.Lhs) == 2 && len(n.Rhs) == 1
		case *ast.ValueSpec:
			if len(n.Values) == 1 {
				pairs[ast.Unparen(n.Values[0])] = len(n.Names) == 2
			}
		case *ast.ReturnStmt:
			literal := slices.ContainsFunc(stack, func(n ast.Node) bool { _, ok := n.(*ast.FuncLit); return ok })
			if len(n.Results) == 1 && !literal {
				pairs[ast.Unparen(n.Results[0])] = true
			}
		case *ast.GoStmt:
			concurrent[n.Call] = true
		case *ast.CallExpr:
			if lit, ok := ast.Unparen(n.Fun).(*ast.FuncLit); ok && !concurrent[n] {
				called[lit] = true
			}
		case *ast.UnaryExpr:
			off := fset.PositionFor(n.X.Pos(), false).Offset
			next := slices.Concat([]byte(before), body)[off]
			if n.Op != token.ARROW || selected[n] || next == '(' || next == '<' || next == '[' || next == '*' {
				break
			}
			count := "one"
			list := f.Decls[0].(*ast.FuncDecl).Body.List
			if last, ok := list[len(list)-1].(*ast.ExprStmt); pairs[n] || ok && ast.Unparen(last.X) == ast.Expr(n) {
				count = "two"
			}
			places = append(places, place{fset.PositionFor(n.OpPos, false).Offset - len(before), count})
			inFunc = inFunc || slices.ContainsFunc(stack, func(n ast.Node) bool {
				lit, ok := n.(*ast.FuncLit)
				return ok && !called[lit]
			})
		}
		return true
	})
	at := 0
	for _, p := range places {
		text = append(text, body[at:p.off]...)
		line := bytes.Count(text, []byte("\n")) + 1
		column := len(text) - bytes.LastIndexByte(text, '\n')
		want = append(want, fmt.Sprintf("cell:%d:%d %s co", line, column, p.count))
		text = append(text, "await "...)
		at = p.off + len("<-")
	}
	return append(text, body[at:]...), want, inFunc
}
