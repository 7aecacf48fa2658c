package rewrite

import (
	"context"
	_ "embed"
	"go/ast"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/cellwrap/cellwrap/internal/importer"
	"github.com/cellwrap/cellwrap/internal/suggest"
	"github.com/cellwrap/cellwrap/templates"
)

// std.txt is go list std, less what nobody can import.
//
//go:embed std.txt
var stdPaths string

// standardCalled returns the paths of the standard library's packages by their names.
var standardCalled = sync.OnceValue(func() map[string][]string {
	byName := map[string][]string{}
	for _, p := range strings.Fields(stdPaths) {
		name := packageName(p)
		byName[name] = append(byName[name], p)
	}
	return byName
})

// missing returns the standard library's packages that an undefined name at pos may be meant to
// be.
func (c *checker) missing(msg string, pos token.Pos) (name string, paths []string) {
	name, ok := strings.CutPrefix(msg, "undefined: ")
	if !ok {
		return "", nil
	}
	if paths = standardCalled()[name]; paths == nil || !c.selects(pos) {
		return "", nil
	}
	return name, paths
}

// hint returns what to add to a message about an undefined name that is a package's. Of several packages it offers those that
// have what is selected at the place.
func (c *checker) hint(msg string, pos token.Pos) string {
	name, paths := c.missing(msg, pos)
	if paths == nil {
		return ""
	}
	clear := len(paths) == 1
	if !clear && c.knows(paths) {
		selected := c.selected(pos)
		if path, ok := standardWith(name, selections(c.file)[name], c.offered, c.isImported); ok {
			paths, clear = []string{path}, true
		} else if paths = lastVersions(having(paths, map[string]bool{selected: true}, c.offered)); len(paths) == 0 {
			return " (no package " + name + " of the standard library has " + selected + ")"
		}
	}
	which := strings.Join(paths, " or ")
	switch {
	case c.opts.traits.inside:
		return " (" + which + " is not imported)"
	case c.opts.FixImports, !clear:
		return " (" + name + " is not imported, and may be " + which + ")"
	default:
		return " (" + which + " is not imported; --fix-imports adds it)"
	}
}

// knows reports whether all of the packages could be looked at.
func (c *checker) knows(paths []string) bool {
	return c.offered != nil && !slices.ContainsFunc(paths, func(path string) bool {
		_, err := c.offered.Import(path)
		return err != nil
	})
}

// isImported reports whether a file of the cell's package imports path.
func (c *checker) isImported(path string) bool { return imported(c.files, path) }

// fixImports imports the packages of the standard library that the emission uses without, and
// reports whether there are any. A package has all the names that the cell selects from it; if
// several have, it is one that another file of the cell's package imports, or none.
//
// x/tools/imports would do that too, but its tables cost every process 0.7 ms at its start.
func (c *checker) fixImports(ctx context.Context) (bool, error) {
	if c.borrowImports() {
		return true, nil
	}
	want := map[string][]string{} // candidates by name
	load := importer.Names{}
	for _, e := range c.errs {
		name, paths := c.missing(e.msg, e.pos)
		if want[name] != nil || paths == nil {
			continue
		}
		want[name] = paths
		for _, p := range paths {
			if c.mayFix() || len(paths) > 1 {
				load[p] = nil
			}
		}
	}
	if len(load) == 0 {
		return false, nil
	}
	if c.offered = c.found; c.cell.member == nil {
		var err error
		if c.offered, err = c.opts.Env.packages.Load(ctx, load); err != nil {
			return false, err
		}
	}
	if !c.mayFix() {
		return false, nil
	}
	fixed := false
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if len(want[name]) == 1 {
			// Whatever is missing there, it is this one that is meant.
			fixed = c.fix(want[name][0]) || fixed
			continue
		}
		if path, ok := standardWith(name, selections(c.file)[name], c.offered, c.isImported); ok {
			fixed = c.fix(path) || fixed
		}
	}
	return fixed, nil
}

// mayFix reports whether imports may be added.
func (c *checker) mayFix() bool {
	return c.opts.FixImports && (c.opts.traits.file || c.opts.traits.cell || c.opts.past != nil)
}

// standardWith returns the standard library's package of a name that has all that is selected from
// it. Of several it is the one that is preferred, or the last version of one package, or none.
func standardWith(name string, selected map[string]bool, found *importer.Packages, preferred func(path string) bool) (string, bool) {
	paths := having(standardCalled()[name], selected, found)
	if slices.ContainsFunc(paths, preferred) {
		paths = slices.DeleteFunc(paths, func(path string) bool { return !preferred(path) })
	}
	paths = lastVersions(paths)
	if len(paths) != 1 {
		return "", false
	}
	return paths[0], true
}

// standardHint returns what to add to a problem's text that says that the standard library has no such package.
func standardHint(text string) string {
	path, ok := strings.CutSuffix(strings.TrimPrefix(text, "package "), " is not in std")
	if !ok {
		return ""
	}
	if near := suggest.Nearest(path, strings.Fields(stdPaths)); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}

// having returns those of paths whose packages have all the names.
func having(paths []string, names map[string]bool, found *importer.Packages) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(path string) bool {
		pkg, err := found.Import(path)
		if err != nil {
			return true
		}
		for name := range names {
			if pkg.Scope().Lookup(name) == nil {
				return true
			}
		}
		return false
	})
}

// lastVersions returns sorted paths without those of which there is a later version: math/rand, where there is
// math/rand/v2.
func lastVersions(paths []string) []string {
	var last []string
	for i, p := range paths {
		if i+1 < len(paths) {
			if v, ok := strings.CutPrefix(paths[i+1], p+"/"); ok && isVersion(v) {
				continue
			}
		}
		last = append(last, p)
	}
	return last
}

// fix imports path in the next plan, and reports whether that is new.
func (c *checker) fix(path string) bool {
	return c.need(importSpec{path: path, off: -1, Import: templates.Import{Path: strconv.Quote(path)}})
}

// imported reports whether one of files imports path.
func imported(files []*ast.File, path string) bool {
	return slices.ContainsFunc(files, func(f *ast.File) bool {
		return slices.ContainsFunc(f.Imports, func(i *ast.ImportSpec) bool { return unquote(i.Path.Value) == path })
	})
}
