package rewrite

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"slices"
	"sort"
	"strings"
)

// syntax is a cell's three kinds of fragment, each parsed from a copy of the
// cell in which the others are blank, so that every offset holds.
type syntax struct {
	*cell
	imports *unit // nil if there are none
	decls   *unit // nil if there are none
	stmts   *unit
	list    []ast.Stmt // the statements
	awaits  []awaiting // in order
	// again: there is an empty list of results over several lines. gofmt drops it, but lays out
	// what is around as if it were there, and anew the next time.
	again bool
}

// unit is one parse.
type unit struct {
	*ast.File
	fset *token.FileSet
	file *token.File
	lits []*ast.CompositeLit // those that say their type
}

// prefix makes statements a Go file; the others are padded to its length.
const (
	prefix       = "package p;func _(){"
	importPrefix = "package p;         "
)

// off returns p's offset in the cell. It ignores the cell's own //line comments.
func (u *unit) off(p token.Pos) int { return u.file.Offset(p) - len(prefix) }

// end is off for the end of a node.
func (u *unit) end(n ast.Node) int { return u.off(n.End()) }

// parse parses c's imports, declarations and statements.
func parse(c *cell) (*syntax, *Error) {
	s := &syntax{cell: c}
	var imports, decls, hoisted []decl
	for _, d := range c.decls {
		if d.tok == token.IMPORT {
			imports = append(imports, d)
		} else {
			decls = append(decls, d)
		}
		hoisted = append(hoisted, d)
	}
	// The error that comes first in the cell is the one that the user needs.
	var first *Error
	unit := func(text []byte, mode parser.Mode) *unit {
		u, err := c.parseUnit(text, mode)
		if err != nil && (first == nil || err.Pos.Line < first.Pos.Line || err.Pos.Line == first.Pos.Line && err.Pos.Column < first.Pos.Column) {
			first = err
		}
		return u
	}
	if len(imports) > 0 {
		s.imports = unit(c.only(importPrefix, imports, true), parser.ParseComments)
	}
	if len(decls) > 0 {
		s.decls = unit(c.only(importPrefix, decls, false), 0)
	}
	s.stmts = unit(c.without(hoisted), 0)
	if first != nil {
		return nil, first
	}
	for _, check := range []func() *Error{s.checkClosure, s.checkBetween, s.inspect, s.findAwaits} {
		if err := check(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// maxTree bounds how deep the syntax tree is, which a chain such as a + b + c + … makes deep
// without brackets: gofmt takes time quadratic in its length.
const maxTree = 10_000

// inspect refuses a syntax tree that is too deep, collects the composite literals, and looks for
// what gofmt needs two passes for.
func (s *syntax) inspect() *Error {
	var err *Error
	for _, u := range []*unit{s.decls, s.stmts} {
		if u == nil || err != nil {
			continue
		}
		depth := 0
		ast.Inspect(u.File, func(n ast.Node) bool {
			if n == nil {
				depth--
				return true
			}
			switch n := n.(type) {
			case *ast.CompositeLit:
				if n.Type != nil {
					u.lits = append(u.lits, n)
				}
			case *ast.FuncType:
				if r := n.Results; r != nil && r.List == nil && s.index(u.off(r.Pos())) < s.index(u.off(r.End())) {
					s.again = true
				}
			}
			if depth++; depth > maxTree && err == nil {
				err = s.errorf(u.off(n.Pos()), "more than %d nested levels", maxTree)
			}
			return true
		})
	}
	return err
}

// checkBetween checks that declarations and magics stand between statements. Between
// "if x" and "y {}" on the lines below there is a semicolon too, and without what stands
// there the parser would read one statement.
func (s *syntax) checkBetween() *Error {
	check := func(off int, what string) *Error {
		i := sort.Search(len(s.list), func(i int) bool { return s.stmts.off(s.list[i].Pos()) > off })
		if i > 0 && s.stmts.end(s.list[i-1]) > off {
			return s.errorf(off, "unexpected %s inside a statement", what)
		}
		return nil
	}
	for _, d := range s.cell.decls {
		if err := check(d.kw, d.tok.String()); err != nil {
			return err
		}
	}
	for _, m := range s.magics {
		if err := check(m.start, "magic"); err != nil {
			return err
		}
	}
	return nil
}

// only returns prefix and the code with all but the given declarations blank.
func (c *cell) only(prefix string, decls []decl, comments bool) []byte {
	buf := append(make([]byte, 0, len(prefix)+len(c.code)), prefix...)
	buf = append(buf, c.code...)
	text := buf[len(prefix):]
	from := 0
	for _, d := range decls {
		start, stop := d.kw, d.stop
		if comments {
			start, stop = d.start, d.end
		}
		blank(text[from:start])
		if from = stop; d.semi >= from {
			from = d.semi + 1
		}
	}
	blank(text[from:])
	return buf
}

// without returns the code as the body of a function, with decls blank.
func (c *cell) without(decls []decl) []byte {
	buf := append(make([]byte, 0, len(prefix)+len(c.code)+2), prefix...)
	buf = append(buf, c.code...)
	for _, d := range decls {
		blank(buf[len(prefix)+d.kw : len(prefix)+d.stop])
	}
	return append(buf, "\n}"...)
}

// blank overwrites b with spaces, and keeps its newlines.
func blank(b []byte) {
	for i, c := range b {
		if c != '\n' {
			b[i] = ' '
		}
	}
}

func (c *cell) parseUnit(text []byte, mode parser.Mode) (*unit, *Error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", text, mode)
	if err == nil {
		return &unit{File: f, fset: fset, file: fset.File(f.FileStart)}, nil
	}
	list, ok := err.(scanner.ErrorList)
	if !ok || len(list) == 0 {
		return nil, c.errorf(0, "%v", err)
	}
	// Sorted by offset: the list is sorted by line, which a //line comment moves.
	sort.SliceStable(list, func(i, j int) bool { return list[i].Pos.Offset < list[j].Pos.Offset })
	off, msg := list[0].Pos.Offset-len(prefix), list[0].Msg
	if off >= c.end && c.end > 0 && strings.Contains(msg, "found ") {
		// The parser has seen our own brace, or only blanks.
		off, msg = c.end, "unexpected end of the cell"
	}
	deep := strings.HasPrefix(msg, "exceeded max ")
	if deep {
		msg = tooDeep // by the parser's own bounds, which are on other things than brackets
	}
	if slices.Contains(c.awaits, off) {
		msg = strings.Replace(msg, "'<-'", await, 1)
	}
	msg = firstLine(msg) + c.awaitHint(off) + c.quotesHint(off)
	e := c.errorf(min(max(off, 0), len(c.code)), "%s", msg)
	e.Incomplete, e.syntax = c.open, !deep
	return nil, e
}

// checkClosure checks that the statements are one function that ends at our own
// brace. Brackets balance by now, so this can only fail if split is wrong.
func (s *syntax) checkClosure() *Error {
	if len(s.stmts.Decls) == 1 {
		if f, ok := s.stmts.Decls[0].(*ast.FuncDecl); ok && s.stmts.off(f.Body.Rbrace) == len(s.code)+1 {
			s.list = f.Body.List
			return nil
		}
	}
	return s.errorf(s.stmts.end(s.stmts.Decls[0]), "the cell's text leaves its closure")
}
