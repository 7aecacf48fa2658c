package importer

import (
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// A source is the source of a fallback package.
type source struct {
	name    string
	hash    string
	files   []*ast.File
	fset    *token.FileSet
	imports []string // sorted
	sizes   types.Sizes
}

// sources returns the sources of those of paths that have a fallback, and of
// the fallbacks which these import. One that cannot be read is left out.
func (im *Importer) sources(paths []string) map[string]*source {
	all := map[string]*source{}
	for len(paths) > 0 {
		path := paths[0]
		paths = paths[1:]
		fsys := im.fallback[path]
		if fsys == nil || all[path] != nil {
			continue
		}
		if src, err := parseSource(fsys); err == nil {
			all[path] = src
			paths = append(slices.Clone(paths), src.imports...)
		}
	}
	return all
}

// parseSource parses the files of a package that the build constraints select.
func parseSource(fsys fs.FS) (*source, error) {
	ctxt := BuildContext()
	src := &source{hash: sourceHash(fsys, &ctxt), fset: token.NewFileSet(), sizes: types.SizesFor(ctxt.Compiler, ctxt.GOARCH)}
	ctxt.OpenFile = func(file string) (io.ReadCloser, error) { return fsys.Open(path.Base(file)) }
	ctxt.JoinPath = path.Join
	names, err := sourceFiles(fsys)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if ok, err := ctxt.MatchFile(".", name); err != nil || !ok {
			continue
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		f, err := parser.ParseFile(src.fset, name, data, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		src.name = f.Name.Name
		src.files = append(src.files, f)
		for _, spec := range f.Imports {
			if path, err := strconv.Unquote(spec.Path.Value); err == nil && path != "unsafe" {
				src.imports = append(src.imports, path)
			}
		}
	}
	if len(src.files) == 0 {
		return nil, errors.New("no go files")
	}
	slices.Sort(src.imports)
	src.imports = slices.Compact(src.imports)
	return src, nil
}

// sourceFiles returns the sorted names of the files of a fallback.
func sourceFiles(fsys fs.FS) ([]string, error) {
	entries, err := fs.ReadDir(fsys, ".")
	var names []string
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			names = append(names, name)
		}
	}
	return names, err
}

// sourceHash returns the hash of a fallback's source and of what selects its files, or "" if it cannot
// be read.
func sourceHash(fsys fs.FS, ctxt *build.Context) string {
	if fsys == nil {
		return ""
	}
	names, err := sourceFiles(fsys)
	if err != nil {
		return ""
	}
	h := newHash("source", ctxt.GOOS, ctxt.GOARCH, strconv.FormatBool(ctxt.CgoEnabled))
	h.add(slices.Concat(ctxt.BuildTags, ctxt.ToolTags)...)
	h.add("files")
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return ""
		}
		h.add(name, string(data))
	}
	return h.sum()
}

// support resolves what the fallbacks among packages import and what is not
// among packages itself.
func (im *Importer) support(packages []resolved, sources map[string]*source, resolve func(string) resolved, l *listing) []resolved {
	var support []resolved
	known := map[string]bool{}
	for _, r := range packages {
		known[r.Path] = true
	}
	queue := slices.Clone(packages)
	for len(queue) > 0 {
		r := queue[0]
		queue = queue[1:]
		if r.Source == "" {
			continue
		}
		for _, path := range sources[r.Path].imports {
			if known[path] {
				continue
			}
			known[path] = true
			r := resolve(path)
			if src := sources[path]; src != nil && r.Problem != nil && l.missing(path) {
				r = resolved{Path: path, TypesPath: path, Name: src.name, Source: src.hash}
			}
			support = append(support, r)
			queue = append(queue, r)
		}
	}
	slices.SortFunc(support, func(a, b resolved) int { return cmp.Compare(a.Path, b.Path) })
	return support
}

// check type-checks the declarations of a source; the types of its imports come
// from imp.
func (src *source) check(path string, imp types.Importer) (*types.Package, error) {
	var first error
	config := types.Config{
		Importer:         imp,
		IgnoreFuncBodies: true,
		Sizes:            src.sizes,
		Error:            func(err error) { first = cmp.Or(first, err) },
	}
	pkg, err := config.Check(path, src.fset, src.files, nil)
	if err != nil {
		return nil, fmt.Errorf("package %s of cellwrap: %w", path, cmp.Or(first, err))
	}
	return pkg, nil
}
