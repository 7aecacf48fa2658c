package rewrite

import (
	_ "embed"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/tools/imports"

	"github.com/cellwrap/cellwrap/templates"
)

// std.txt is go list std, less what nobody can import.
//
//go:embed std.txt
var stdPaths string

// standardCalled returns the paths of the standard library's packages of a name.
var standardCalled = sync.OnceValue(func() map[string][]string {
	byName := map[string][]string{}
	for _, p := range strings.Fields(stdPaths) {
		name := packageName(p)
		byName[name] = append(byName[name], p)
	}
	return byName
})

// missing returns the packages that an undefined name at pos may be meant to be.
func (c *checker) missing(msg string, pos token.Pos) []string {
	name, ok := strings.CutPrefix(msg, "undefined: ")
	if !ok || !c.selects(pos, name) {
		return nil
	}
	return standardCalled()[name]
}

// hint returns what to add to a message about an undefined name that is a package's.
func (c *checker) hint(msg string, pos token.Pos) string {
	paths := c.missing(msg, pos)
	switch n := len(paths); {
	case n == 0:
		return ""
	case n > 1:
		paths = []string{strings.Join(paths[:n-1], ", ") + " or " + paths[n-1]}
	}
	return " (" + paths[0] + " is not imported; --fix-imports adds it)"
}

// fixImports imports the packages of the standard library that the emission uses without, and
// reports whether there are any.
func (c *checker) fixImports() bool {
	if !c.opts.FixImports || c.opts.Target == Block {
		return false
	}
	if !slices.ContainsFunc(c.errs, func(e typeError) bool { return c.missing(e.msg, e.pos) != nil }) {
		return false
	}
	// The package's other files tell which of several packages is meant.
	fixed, err := imports.Process(filepath.Join(c.opts.Env.dir, path.Base(c.opts.OutputName)), c.text.text, nil)
	if err != nil {
		return false
	}
	f, err := parser.ParseFile(token.NewFileSet(), "", fixed, parser.ImportsOnly)
	if err != nil {
		return false
	}
	found := false
	for _, spec := range f.Imports {
		path := unquote(spec.Path.Value)
		has := func(imp importSpec) bool { return imp.path == path }
		if !standard(path) || slices.ContainsFunc(c.imports, has) || slices.ContainsFunc(c.know.fixed, has) {
			continue
		}
		imp := importSpec{path: path, off: -1, Import: templates.Import{Path: strconv.Quote(path)}}
		if spec.Name != nil && spec.Name.Name != packageName(path) {
			imp.Name = spec.Name.Name
		}
		c.know.fixed = append(c.know.fixed, imp)
		found = true
	}
	return found
}
