package templates

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/scanner"
	"go/token"
	"strings"
)

// validator checks that a parsed template has the holes that its kind needs, in
// places where they can be filled.
type validator struct {
	fset    *token.FileSet
	file    *ast.File
	src     []byte
	kind    Kind
	asValue token.Position
}

func (v *validator) errorf(pos token.Pos, format string, args ...any) error {
	return &scanner.Error{Pos: v.fset.PositionFor(pos, false), Msg: fmt.Sprintf(format, args...)}
}

func (v *validator) validate() error {
	if err := v.holes(); err != nil {
		return err
	}
	if err := v.body(); err != nil {
		return err
	}
	if v.kind == Block {
		if _, ok := v.file.Decls[0].(*ast.FuncDecl); !ok || len(v.file.Decls) != 1 {
			return v.errorf(v.file.Package, "a block template is one function and nothing else")
		}
		return nil
	}
	if v.file.Scope.Lookup("reactor") != nil {
		return v.errorf(v.file.Scope.Lookup("reactor").Pos(), "reactor is declared here, and the runtime is imported by that name")
	}
	if v.kind == File && !IsGenerated(v.src) {
		return v.errorf(v.file.Package, "no line %q above the package clause (it tells cellwrap and other tools that the file is made)", Header)
	}
	for _, spec := range v.file.Imports {
		if spec.Path.Value == `"`+holeImports+`"` {
			return nil
		}
	}
	return v.errorf(v.file.Name.Pos(), "no %s (a file template needs import %q)", holeImports, holeImports)
}

// holes checks every identifier that looks like a hole, and notes the first use of
// cell_name as a value.
func (v *validator) holes() error {
	declared := map[*ast.Ident]bool{}
	named := notTypes(v.file)
	var err error
	ast.Inspect(v.file, func(n ast.Node) bool {
		if err != nil {
			return false
		}
		switch n := n.(type) {
		case *ast.ValueSpec:
			for _, id := range n.Names {
				declared[id] = true
			}
		case *ast.AssignStmt:
			for _, e := range n.Lhs {
				if id, ok := e.(*ast.Ident); ok {
					declared[id] = true
				}
			}
		case *ast.Ident:
			switch n.Name {
			case holeName:
				if !declared[n] && !v.asValue.IsValid() {
					v.asValue = v.fset.PositionFor(n.Pos(), false)
				}
			case holeResult:
				if named[n] {
					err = v.errorf(n.Pos(), "%s is a type, and here is the place of a name", holeResult)
				}
			case holePackage, holeRuntime, holeRun, holeBody:
			case holeSession:
				if v.kind != Cell {
					err = v.errorf(n.Pos(), "%s is for the template of a cell", holeSession)
				}
			default:
				if strings.HasPrefix(n.Name, "cell_") {
					err = v.errorf(n.Pos(), "unknown hole %s (the holes are %s)", n.Name,
						strings.Join([]string{holePackage, holeImports, holeName, holeRuntime, holeRun, holeResult, holeBody}, ", "))
				}
			}
		}
		return true
	})
	return err
}

// notTypes returns the identifiers of f that can be no type: they declare something, or are a label
// or a part of a qualified name.
func notTypes(f *ast.File) map[*ast.Ident]bool {
	names := map[*ast.Ident]bool{}
	add := func(list ...*ast.Ident) {
		for _, id := range list {
			names[id] = true
		}
	}
	assigned := func(list ...ast.Expr) {
		for _, e := range list {
			if id, ok := e.(*ast.Ident); ok {
				add(id)
			}
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.File:
			add(n.Name)
		case *ast.ImportSpec:
			add(n.Name)
		case *ast.ValueSpec:
			add(n.Names...)
		case *ast.TypeSpec:
			add(n.Name)
		case *ast.FuncDecl:
			add(n.Name)
		case *ast.Field:
			add(n.Names...)
		case *ast.LabeledStmt:
			add(n.Label)
		case *ast.BranchStmt:
			add(n.Label)
		case *ast.SelectorExpr:
			add(n.Sel)
		case *ast.AssignStmt:
			assigned(n.Lhs...)
		case *ast.RangeStmt:
			assigned(n.Key, n.Value)
		case *ast.IncDecStmt:
			assigned(n.X)
		}
		return true
	})
	return names
}

// body checks that there is one cell_body, on a line of its own, in a closure that
// is passed to cell_runtime.cell_run and returns (cell_result, error).
func (v *validator) body() error {
	var uses []*ast.Ident
	ast.Inspect(v.file, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id.Name == holeBody {
			uses = append(uses, id)
		}
		return true
	})
	switch {
	case len(uses) == 0:
		return v.errorf(v.file.Name.Pos(), "no %s (a template needs the place of the cell's statements)", holeBody)
	case len(uses) > 1:
		return v.errorf(uses[1].Pos(), "a second %s (a cell can stand in one place only)", holeBody)
	}
	if !v.inClosure(uses[0]) {
		return v.errorf(uses[0].Pos(), "%s must be a statement of the closure in %s.%s(func() (%s, error) { … })", holeBody, holeRuntime, holeRun, holeResult)
	}
	if line := v.line(uses[0].Pos()); line != holeBody {
		return v.errorf(uses[0].Pos(), "%s must stand on a line of its own", holeBody)
	}
	return nil
}

func (v *validator) inClosure(hole *ast.Ident) bool {
	found := false
	ast.Inspect(v.file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 1 || !v.runs(call.Fun) {
			return true
		}
		fn, ok := call.Args[0].(*ast.FuncLit)
		if !ok || fn.Type.Results == nil || len(fn.Type.Params.List) != 0 {
			return true
		}
		if r := fn.Type.Results.List; len(r) != 2 || text(r[0].Type) != holeResult || text(r[1].Type) != "error" {
			return true
		}
		for _, s := range fn.Body.List {
			if s, ok := s.(*ast.ExprStmt); ok && s.X == ast.Expr(hole) {
				found = true
			}
		}
		return true
	})
	return found
}

// runs reports whether f is what runs the closure: a function of the runtime's or, in a cell, a method
// of what session attaches.
func (v *validator) runs(f ast.Expr) bool {
	if text(f) == holeRuntime+"."+holeRun {
		return true
	}
	sel, ok := f.(*ast.SelectorExpr)
	return ok && v.kind == Cell && sel.Sel.Name == holeRun
}

// text returns an identifier or qualified identifier as written, else "".
func text(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return text(e.X) + "." + e.Sel.Name
	}
	return ""
}

// line returns the line of src that holds pos, without white space around it.
func (v *validator) line(pos token.Pos) string {
	off := v.fset.PositionFor(pos, false).Offset
	start := bytes.LastIndexByte(v.src[:off], '\n') + 1
	line, _, _ := bytes.Cut(v.src[start:], []byte("\n"))
	return string(bytes.TrimSpace(line))
}
