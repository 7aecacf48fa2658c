package rewrite

import (
	"bytes"
	"go/ast"
	"go/build"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/go/ast/astutil"
)

// leftOut is a Go file of a directory that is no part of its package here. What it declares is not defined, and
// people wonder why.
type leftOut struct {
	path  string
	parse func() *ast.File // nil if it cannot be parsed
	why   func() string    // "which is only for windows"
}

func newLeftOut(host build.Context, dir, name string, src []byte) leftOut {
	return leftOut{
		path:  filepath.Join(dir, name),
		parse: parsedOnce(name, src),
		why:   func() string { return whyLeftOut(host, name, src) },
	}
}

// newOrphan returns a generated file whose cell is gone, which does not count either: the cell may have another name
// now, and be generated under that.
func newOrphan(path string, src []byte, cell string) leftOut {
	return leftOut{
		path:  path,
		parse: parsedOnce(path, src),
		why:   func() string { return "which was made from " + cell + ", which is gone; delete it" },
	}
}

func parsedOnce(name string, src []byte) func() *ast.File {
	return sync.OnceValue(func() *ast.File {
		f, err := parser.ParseFile(token.NewFileSet(), name, src, parser.SkipObjectResolution)
		if err != nil {
			return nil
		}
		return f
	})
}

// matches reports whether a file of that name and text is a part of its package.
func matches(host build.Context, dir, name string, src []byte) bool {
	host.OpenFile = func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(src)), nil }
	ok, err := host.MatchFile(dir, name)
	return ok || err != nil
}

// whyLeftOut says why a file is no part of its package.
func whyLeftOut(host build.Context, name string, src []byte) string {
	switch {
	case strings.HasPrefix(name, "_"), strings.HasPrefix(name, "."):
		return "which the go command ignores"
	case !matches(host, "", name, []byte("package p\n")):
		return "which is only for " + systemIn(host, name)
	}
	for line := range bytes.Lines(src) {
		text := string(bytes.TrimSpace(line))
		if strings.HasPrefix(text, "package ") {
			break
		}
		if constraint.IsGoBuild(text) || constraint.IsPlusBuild(text) {
			if x, err := constraint.Parse(text); err == nil && !x.Eval(func(tag string) bool { return hasTag(host, tag) }) {
				return "which " + text + " leaves out"
			}
		}
	}
	return "which needs cgo"
}

// hasTag reports whether a build tag is set.
func hasTag(host build.Context, tag string) bool {
	return matches(host, "", "x.go", []byte("//go:build "+tag+"\n\npackage p\n"))
}

// systemIn returns the system, the processor or both that a file's name ends in.
func systemIn(host build.Context, name string) string {
	words := strings.Split(strings.TrimSuffix(strings.TrimSuffix(name, ".go"), "_test"), "_")
	last := words[len(words)-1]
	fits := func(os, arch string) bool {
		host.GOOS, host.GOARCH = os, arch
		return matches(host, "", name, []byte("package p\n"))
	}
	if fits(last, host.GOARCH) || fits(host.GOOS, last) || len(words) < 3 {
		return last
	}
	return words[len(words)-2] + "/" + last
}

// leftOutHint says which file declares what is not defined, if that is no part of its package here.
func (c *checker) leftOutHint(e typeError) string {
	if name, ok := strings.CutPrefix(e.msg, "undefined: "); ok && token.IsIdentifier(name) {
		declares := func(f *ast.File) bool { return declaredIn(f)[name] }
		return declaredBeside(c.opts.Env.notIn(c.opts.OutputName), c.file.Name.Name, declares)
	}
	if name, sel, ok := strings.Cut(strings.TrimPrefix(e.msg, "undefined: "), "."); ok && token.IsIdentifier(sel) && c.found != nil {
		pkg := c.importedAs(name)
		if pkg == nil {
			return ""
		}
		env, err := (&Env{fset: token.NewFileSet()}).WithPackage(c.found.Dir(pkg.Path()))
		if err != nil {
			return ""
		}
		return declaredBeside(env.notIn(""), pkg.Name(), func(f *ast.File) bool { return declaredIn(f)[sel] })
	}
	path, _ := astutil.PathEnclosingInterval(c.file, e.pos, e.pos)
	if len(path) < 2 {
		return ""
	}
	sel, ok := path[1].(*ast.SelectorExpr)
	if !ok || sel.Sel != path[0] {
		return ""
	}
	receiver := c.ownType(c.info.Types[sel.X].Type)
	declares := func(f *ast.File) bool { return declaresMethod(f, receiver, sel.Sel.Name) }
	return declaredBeside(c.opts.Env.notIn(c.opts.OutputName), c.file.Name.Name, declares)
}

// declaredBeside is leftOutHint for a package.
func declaredBeside(files []leftOut, pkg string, declares func(*ast.File) bool) string {
	for _, f := range files {
		if parsed := f.parse(); parsed != nil && parsed.Name.Name == pkg && declares(parsed) {
			return " (declared in " + filepath.Base(f.path) + ", " + f.why() + ")"
		}
	}
	return ""
}

// importedAs returns the package that the emission imports by a name, or nil.
func (c *checker) importedAs(name string) *types.Package {
	for _, spec := range c.file.Imports {
		pkg, err := c.found.Import(unquote(spec.Path.Value))
		if err == nil && (spec.Name == nil && pkg.Name() == name || spec.Name != nil && spec.Name.Name == name) {
			return pkg
		}
	}
	return nil
}

// ownType returns the name of the package's own type that t is or points to, or "".
func (c *checker) ownType(t types.Type) string {
	if t == nil {
		return ""
	}
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if n, ok := types.Unalias(t).(*types.Named); ok && n.Obj().Pkg() == c.pkg {
		return n.Obj().Name()
	}
	return ""
}

// declaresMethod reports whether a file declares a method of a type.
func declaresMethod(f *ast.File, receiver, name string) bool {
	return slices.ContainsFunc(f.Decls, func(d ast.Decl) bool {
		fn, ok := d.(*ast.FuncDecl)
		return ok && fn.Recv != nil && fn.Name.Name == name && receiverName(fn) == receiver
	})
}

// notIn returns the files that are no part of the package which has the file called output.
func (e *Env) notIn(output string) []leftOut {
	list := slices.DeleteFunc(slices.Clone(e.left), func(f leftOut) bool { return filepath.Base(f.path) == output })
	for _, f := range e.files {
		if isTest(f.path) && !isTest(output) && f.broken == nil {
			list = append(list, leftOut{
				path:  f.path,
				parse: func() *ast.File { return f.file },
				why:   func() string { return "which only tests have" },
			})
		}
	}
	return list
}

func isTest(path string) bool { return strings.HasSuffix(path, "_test.go") }
