package rewrite

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
)

// checkInside refuses statements that are not inside a function of the file around them.
//
// The file is parsed without them, and without the awaits of its other cells. A function whose end the parser does
// not find may hold anything that follows.
func (c *cell) checkInside(opts *Options) *Error {
	if !opts.traits.inside || clauseOf(opts.Before) == nil {
		return nil
	}
	fset := token.NewFileSet()
	around := bytes.Join([][]byte{opts.Before, opts.After}, []byte("\n"))
	blankAwaits(around)
	f, _ := parser.ParseFile(fset, "", around, parser.SkipObjectResolution|parser.AllErrors)
	base := f.FileStart
	at := base + token.Pos(len(opts.Before))
	inside := false
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			inside = inside || holds(n.Body, at)
		case *ast.FuncLit:
			inside = inside || holds(n.Body, at)
		}
		return !inside
	})
	if inside {
		return nil
	}
	start := c.bom + len(c.text[c.bom:]) - len(bytes.TrimLeft(c.text[c.bom:], " \t\r\n"))
	return c.errorf(start, "these lines are not inside a function (choose lines of a function's body)")
}

// holds reports whether a place is between the braces of a function's body.
func holds(body *ast.BlockStmt, at token.Pos) bool {
	return body != nil && body.Lbrace < at && (at <= body.Rbrace || !body.Rbrace.IsValid())
}
