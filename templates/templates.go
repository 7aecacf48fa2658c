// Package templates holds the skeletons that a rewritten cell is put into.
//
// A skeleton is valid Go with holes. A hole is an identifier that begins with
// "cell_", so that a skeleton parses, formats and reads as the Go that it will
// become:
//
//	package cell_package
//
//	import "cell_imports"
//
//	// cell_name runs in the background.
//	var cell_name = cell_runtime.cell_run(func() (cell_result, error) {
//		cell_body
//	})
//
// The holes are
//
//	cell_package   the name in the package clause; a fixed name may stand instead
//	cell_imports   the path of an import, replaced by the cell's and the runtime's
//	cell_name      the variable, wherever it stands, doc comments included
//	cell_runtime   the name that the runtime package is imported under
//	cell_run       the runtime's function that runs the closure
//	cell_result    the type of the closure's result
//	cell_body      a statement of its own in the closure: the cell's statements
//
// Every hole but cell_body is filled in the syntax tree, so no text is ever
// concatenated into Go. [Skeleton.Fill] prints the tree once and returns the
// text in parts; the caller puts the cell's declarations and statements, already
// parsed and formatted, between them. Everything else in a skeleton stays, with
// its comments.
package templates

import (
	_ "embed"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"strings"
	"sync"

	"github.com/dave/dst"
	"github.com/dave/dst/decorator"
)

const (
	holePackage = "cell_package"
	holeImports = "cell_imports"
	holeName    = "cell_name"
	holeRuntime = "cell_runtime"
	holeRun     = "cell_run"
	holeResult  = "cell_result"
	holeBody    = "cell_body"
)

// Kind is what a skeleton makes.
type Kind int

const (
	File  Kind = iota // a Go file
	Block             // statements: those of the skeleton's only function
)

// Skeleton is a parsed and validated template. It is immutable and safe for
// concurrent use.
type Skeleton struct {
	kind Kind
	file *dst.File
	// asValue is where the template uses cell_name other than by declaring it,
	// which a cell that binds no name cannot fill.
	asValue token.Position
}

//go:embed file.go.tmpl
var fileSource []byte

//go:embed block.go.tmpl
var blockSource []byte

var builtin = map[Kind]func() *Skeleton{
	File:  sync.OnceValue(func() *Skeleton { return mustParse(fileSource, File) }),
	Block: sync.OnceValue(func() *Skeleton { return mustParse(blockSource, Block) }),
}

// Builtin returns cellwrap's own skeleton of a kind.
func Builtin(kind Kind) *Skeleton { return builtin[kind]() }

func mustParse(src []byte, kind Kind) *Skeleton {
	s, err := Parse("builtin", src, kind)
	if err != nil {
		panic("templates: " + err.Error())
	}
	return s
}

// Parse parses and validates a template. Its error is a [*scanner.Error] whose
// position names file and is the place in src that is at fault.
func Parse(file string, src []byte, kind Kind) (*Skeleton, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, file, src, parser.ParseComments)
	if err != nil {
		if list, ok := err.(scanner.ErrorList); ok {
			return nil, list[0]
		}
		return nil, &scanner.Error{Pos: token.Position{Filename: file, Line: 1, Column: 1}, Msg: err.Error()}
	}
	v := validator{fset: fset, file: f, src: src, kind: kind}
	if err := v.validate(); err != nil {
		return nil, err
	}
	tree, err := decorator.NewDecorator(fset).DecorateFile(f)
	if err != nil {
		return nil, v.errorf(f.Pos(), "cannot be decorated: %v", err)
	}
	return &Skeleton{kind: kind, file: tree, asValue: v.asValue}, nil
}

// Binding describes what fills the holes other than cell_body.
type Binding struct {
	Package string
	Imports []Import // in the order to print them; the runtime's is one of them
	Runtime string   // the name that the runtime is imported under
	Run     string   // the runtime's function
	Name    string   // the variable; "_" binds none
	Result  string   // a type, in Go
	Named   bool     // name the closure's results "_", so that a bare return is legal
}

// Import is one import of the emitted file.
type Import struct {
	Name    string   // explicit name, or ""
	Path    string   // quoted or back-quoted, as in Go
	Doc     []string // comments above it, one a line or block
	Comment string   // comment behind it, or ""
	Apart   bool     // whether a blank line parts it from the import before
}

// Text is a filled skeleton in three parts: declarations go between Head and
// Header, and statements between Header and Tail. The parts and what goes
// between are whole lines. For a [Block], Head is empty and the parts are indented as
// in the skeleton, by one tab.
type Text struct {
	Head, Header, Tail []byte
	Opening            int // line of Header, from 0, that the closure begins on
	Depth              int // tabs that the statements are indented by
}

// Fill fills the holes. It fails, with a [*scanner.Error], only if the skeleton
// needs a name and b has none.
func (s *Skeleton) Fill(b Binding) (Text, error) {
	if b.Name == "_" && s.asValue.IsValid() {
		return Text{}, &scanner.Error{Pos: s.asValue, Msg: holeName + " is used as a value, and the cell binds no name (give one with --assign)"}
	}
	tree := dst.Clone(s.file).(*dst.File)
	fillImports(tree, b.Imports)
	result, err := typeExpr(b.Result)
	if err != nil {
		return Text{}, err
	}
	idents := map[string]string{holePackage: b.Package, holeName: b.Name, holeRuntime: b.Runtime, holeRun: b.Run}
	comments := strings.NewReplacer(holePackage, b.Package, holeName, b.Name, holeResult, b.Result, holeRuntime, b.Runtime)
	dst.Inspect(tree, func(n dst.Node) bool {
		switch n := n.(type) {
		case nil:
			return false
		case *dst.Ident:
			if s, ok := idents[n.Name]; ok {
				n.Name = s
			}
		case *dst.AssignStmt:
			// "_ := f()" declares nothing, which Go refuses.
			if id, ok := n.Lhs[0].(*dst.Ident); ok && len(n.Lhs) == 1 && id.Name == holeName && b.Name == "_" {
				n.Tok = token.ASSIGN
			}
		case *dst.Field:
			if isHole(n.Type, holeResult) {
				n.Type = dst.Clone(result).(dst.Expr)
			}
		case *dst.IndexExpr:
			if isHole(n.Index, holeResult) {
				n.Index = dst.Clone(result).(dst.Expr)
			}
		case *dst.FuncLit:
			if b.Named && holdsBody(n) {
				for _, r := range n.Type.Results.List {
					r.Names = []*dst.Ident{dst.NewIdent("_")}
				}
			}
		}
		for _, d := range []*dst.Decorations{&n.Decorations().Start, &n.Decorations().End} {
			for i, c := range *d {
				(*d)[i] = comments.Replace(c)
			}
		}
		return true
	})
	return s.print(tree)
}

func isHole(e dst.Expr, hole string) bool {
	id, ok := e.(*dst.Ident)
	return ok && id.Name == hole
}

func holdsBody(f *dst.FuncLit) bool {
	for _, s := range f.Body.List {
		if s, ok := s.(*dst.ExprStmt); ok && isHole(s.X, holeBody) {
			return true
		}
	}
	return false
}

// typeExpr parses a type, such as "map[string]*http.Response".
func typeExpr(s string) (dst.Expr, error) {
	if token.IsIdentifier(s) {
		return dst.NewIdent(s), nil
	}
	f, err := decorator.Parse("package p\nvar _ " + s)
	if err != nil {
		return nil, err
	}
	return f.Decls[0].(*dst.GenDecl).Specs[0].(*dst.ValueSpec).Type, nil
}

// print prints a filled tree and cuts the text at its holes.
func (s *Skeleton) print(tree *dst.File) (Text, error) {
	var b strings.Builder
	if err := decorator.Fprint(&b, tree); err != nil {
		return Text{}, err
	}
	code := b.String()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", code, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return Text{}, err
	}
	offset := func(p token.Pos) int { return fset.PositionFor(p, false).Offset }
	decl, closure, hole := findBody(f)
	body := offset(hole.Pos())
	start := strings.LastIndexByte(code[:body], '\n') + 1
	end := body + strings.IndexByte(code[body:], '\n') + 1
	head, tail := offset(declStart(decl)), len(code)
	if s.kind == Block {
		fn := decl.(*ast.FuncDecl).Body
		head = offset(fn.Lbrace) + len("{\n")
		tail = strings.LastIndexByte(code[:offset(fn.Rbrace)], '\n') + 1
	}
	t := Text{Header: []byte(code[head:start]), Tail: []byte(code[end:tail]), Depth: body - start}
	t.Opening = strings.Count(code[head:offset(closure.Pos())], "\n")
	if s.kind == File {
		t.Head = []byte(code[:head])
	}
	return t, nil
}

// findBody returns the statement that is the body's hole, the closure that holds it, and the
// declaration around them.
func findBody(f *ast.File) (decl ast.Decl, closure *ast.FuncLit, hole ast.Stmt) {
	for _, d := range f.Decls {
		ast.Inspect(d, func(n ast.Node) bool {
			fn, ok := n.(*ast.FuncLit)
			if !ok {
				return true
			}
			for _, s := range fn.Body.List {
				if s, ok := s.(*ast.ExprStmt); ok && text(s.X) == holeBody {
					decl, closure, hole = d, fn, s
				}
			}
			return true
		})
	}
	return decl, closure, hole
}

// declStart returns where d starts, its doc comment included.
func declStart(d ast.Decl) token.Pos {
	var doc *ast.CommentGroup
	switch d := d.(type) {
	case *ast.GenDecl:
		doc = d.Doc
	case *ast.FuncDecl:
		doc = d.Doc
	}
	if doc != nil {
		return doc.Pos()
	}
	return d.Pos()
}
