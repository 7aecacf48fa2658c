package rewrite

import (
	"context"
	"go/ast"
	"maps"
	"slices"

	"github.com/cellwrap/cellwrap/internal/importer"
)

// loader finds the packages that the rounds of a check want, anew only where they want more.
type loader struct {
	packages *importer.Importer
	names    importer.Names
	found    *importer.Packages
	fixed    bool // found is all that there will be
}

func (l *loader) load(ctx context.Context, want importer.Names) (*importer.Packages, error) {
	if l.found == nil || !l.fixed && !l.covers(want) {
		var err error
		if l.found, err = l.packages.Load(ctx, want); err != nil {
			return nil, err
		}
		l.names = want
	}
	return l.found, nil
}

// covers reports whether what was loaded last is enough.
func (l *loader) covers(want importer.Names) bool {
	for path, names := range want {
		have, ok := l.names[path]
		if !ok || have != nil && (names == nil || slices.ContainsFunc(names, func(n string) bool { return !slices.Contains(have, n) })) {
			return false
		}
	}
	return true
}

// wanted returns what the files import and, as far as syntax tells, which names they use of
// it. Where that is too few, go/types finds something undefined, and all names are loaded. Of the
// runtime it is all that a plan may use.
func wanted(files []*ast.File, runtime string) importer.Names {
	sets := map[string]map[string]bool{ // by path; nil: all
		runtime: {"RunInReactor": true, "RunDeferred": true, "Values": true, "List": true, "EventualResult": true, "Deferred": true},
	}
	for _, f := range files {
		used := selections(f)
		unknown := maps.Clone(used) // not used of an import whose name is known
		for _, spec := range f.Imports {
			delete(unknown, localName(spec))
		}
		for _, spec := range f.Imports {
			path := unquote(spec.Path.Value)
			set, seen := sets[path]
			if path == "C" || seen && set == nil {
				continue
			}
			if !seen {
				set = map[string]bool{}
			}
			maps.Copy(set, used[localName(spec)])
			switch {
			case spec.Name != nil && spec.Name.Name == ".":
				set = nil
			case spec.Name == nil && !standard(path):
				for _, names := range unknown { // its name is a guess
					maps.Copy(set, names)
				}
			}
			sets[path] = set
		}
	}
	want := importer.Names{}
	for path, set := range sets {
		want[path] = nil
		if set != nil {
			want[path] = slices.AppendSeq([]string{}, maps.Keys(set))
		}
	}
	return want
}

// selections returns the names that f selects from each identifier.
func selections(f *ast.File) map[string]map[string]bool {
	used := map[string]map[string]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := sel.X.(*ast.Ident); ok {
				if used[id.Name] == nil {
					used[id.Name] = map[string]bool{}
				}
				used[id.Name][sel.Sel.Name] = true
			}
		}
		return true
	})
	return used
}

// localName returns the name that a file uses an import by, as far as its path tells.
func localName(spec *ast.ImportSpec) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	return packageName(unquote(spec.Path.Value))
}
