package rewrite

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"

	"github.com/cellwrap/cellwrap/templates"
)

// importDecls returns the imports of f, those too that are not in its text.
func importDecls(f *ast.File) []ast.Decl {
	var decls []ast.Decl
	for _, spec := range f.Imports {
		decls = append(decls, &ast.GenDecl{Tok: token.IMPORT, Specs: []ast.Spec{spec}})
	}
	return decls
}

// importSpecs returns what the cell imports, whether it uses that or not.
func (c *cell) importSpecs() []*ast.ImportSpec {
	var specs []*ast.ImportSpec
	for _, d := range c.decls {
		if d.tok == token.IMPORT {
			src := "package p\n" + string(c.code[d.kw:d.stop])
			if f, err := parser.ParseFile(token.NewFileSet(), "", src, parser.ImportsOnly); err == nil {
				specs = append(specs, f.Imports...)
			}
		}
	}
	return specs
}

// spec returns an import as syntax.
func (i importSpec) spec() *ast.ImportSpec {
	spec := &ast.ImportSpec{Path: &ast.BasicLit{Kind: token.STRING, Value: strconv.Quote(i.path)}}
	if i.Name != "" {
		spec.Name = ast.NewIdent(i.Name)
	}
	return spec
}

// specOf returns an import of an earlier cell as one that later cells may use.
func specOf(spec *ast.ImportSpec, opts *Options) importSpec {
	path := unquote(spec.Path.Value)
	imp := importSpec{path: path, off: -1, group: group(path, opts), Import: templates.Import{Path: strconv.Quote(path)}}
	if spec.Name != nil {
		imp.Name = spec.Name.Name
	}
	return imp
}

// borrowImports imports in the next plan what the cell uses and earlier cells of its session have
// imported, and reports whether there is any.
func (c *checker) borrowImports() bool {
	past, more := c.opts.past, false
	if past == nil {
		return false
	}
	for _, e := range c.errs {
		name, ok := strings.CutPrefix(e.msg, "undefined: ")
		if imp, known := past.imports[name]; ok && known && c.inEmission(e.pos) && c.selects(e.pos) {
			more = c.need(imp) || more
		}
	}
	return more
}
