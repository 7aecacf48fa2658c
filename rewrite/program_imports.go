package rewrite

import (
	"context"
	"go/ast"
	"go/token"
	"go/version"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/cellwrap/cellwrap/internal/importer"
)

// load loads the packages that the cells import, and those of the standard library that they may
// use without an import. All cells share them: types of two loads are not identical.
func (p *program) load(ctx context.Context) error {
	all := &ast.File{Name: ast.NewIdent("main")}
	unimported := map[string]bool{}
	for _, m := range p.good() {
		for _, u := range m.syntax.units() {
			all.Decls = append(all.Decls, u.Decls...)
			for _, id := range u.Unresolved {
				for _, path := range standardCalled()[id.Name] {
					unimported[path] = true
				}
				if id.Name == "reactor" {
					unimported[p.opts.Runtime] = true
				}
			}
		}
		if u := m.syntax.imports; u != nil {
			all.Imports = append(all.Imports, u.Imports...)
		}
	}
	if p.hasArgs() {
		unimported["os"], unimported["flag"] = true, true
	}
	for _, path := range slices.Sorted(maps.Keys(unimported)) {
		spec := &ast.ImportSpec{Path: &ast.BasicLit{Kind: token.STRING, Value: strconv.Quote(path)}}
		if path == p.opts.Runtime {
			spec.Name = ast.NewIdent("reactor")
		}
		all.Imports = append(all.Imports, spec)
	}
	want := wanted([]*ast.File{all}, p.opts.Runtime)
	if list := want[p.opts.Runtime]; list != nil {
		want[p.opts.Runtime] = append(list, "RunCoroutine", "RunDeferredCoroutine", "Coroutine", "MustWaitFor", "Default", "Await", "MustAwait", "FromChannel", "Seconds", "Forever")
	}
	if p.hasArgs() {
		want["os"], want["flag"] = append(want["os"], "Args"), append(want["flag"], "Parse")
	}
	delete(want, p.opts.Host) // is made here
	found, err := p.opts.Env.packages.Load(ctx, want)
	p.use(found)
	return err
}

// use makes packages all that there will be.
func (p *program) use(found *importer.Packages) {
	if v := found.GoVersion; v != "" && version.Compare(v, ProgramLanguage) < 0 {
		found.GoVersion = ProgramLanguage
	}
	p.found, p.loader = found, &loader{found: found, fixed: true}
}

// nameOf returns the name of a package.
func (p *program) nameOf(path string) string {
	if pkg, err := p.found.Import(path); err == nil {
		return pkg.Name()
	}
	return packageName(path)
}

// exported returns the names that a dot import brings.
func (p *program) exported(path string) []string {
	pkg, err := p.found.Import(path)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(pkg.Scope().Names(), func(name string) bool { return !token.IsExported(name) })
}

// borrow imports what the cell uses and does not import.
func (m *member) borrow(imp importSpec) {
	if slices.ContainsFunc(m.borrowed, func(other importSpec) bool { return other.path == imp.path && other.Name == imp.Name }) {
		return // by another name of a dot import's
	}
	imp.off = -1
	imp.Path = strconv.Quote(imp.path)
	m.borrowed = append(m.borrowed, imp)
}

// borrowStandard imports the standard library's package that has all the names which the cell
// selects, and reports whether there is one. There may be, and it could not be had.
func (m *member) borrowStandard(id ident, selected map[string]bool) bool {
	if paths := standardCalled()[id.name]; len(paths) == 1 {
		if problem, ok := m.found.Problems[paths[0]]; ok {
			m.errs = append(m.errs, m.syntax.errorf(id.off, "%s", problem.Text))
			return true
		}
	}
	path, ok := standardWith(id.name, selected, m.found, func(path string) bool {
		return slices.ContainsFunc(m.members, func(other *member) bool {
			return slices.ContainsFunc(other.defines, func(d *definition) bool { return d.tok == token.IMPORT && d.imp.path == path })
		})
	})
	if ok {
		m.borrow(importSpec{path: path})
	}
	return ok
}

// borrowImports adds what a program's cell uses of packages that other cells import, or none, and
// what its emission needs.
func (p *planner) borrowImports() {
	m := p.member
	for i := range p.plan.imports {
		if imp := &p.plan.imports[i]; imp.Name == "" {
			imp.rename(m.nameOf(imp.path))
		}
	}
	p.plan.imports = slices.DeleteFunc(p.plan.imports, func(imp importSpec) bool {
		switch name := imp.localName(); name {
		case "_":
			return false
		case ".":
			return !slices.ContainsFunc(m.exported(imp.path), p.leavesOpen)
		default:
			return !p.refers(name)
		}
	})
	for _, imp := range m.borrowed {
		imp.rename(imp.localName())
		p.plan.imports = append(p.plan.imports, imp)
	}
	p.plan.runtime = m.runtime
	if p.plan.shape != cellFunc && !p.hasImport(m.runtime, m.opts.Runtime) {
		p.importRuntime(m.runtime)
	}
}

// rename makes name the import's, if that is not what its path says.
func (i *importSpec) rename(name string) {
	if i.Name = name; name == packageName(i.path) {
		i.Name = ""
	}
}

// refers reports whether the cell uses a name that it does not declare where it does so.
func (p *planner) refers(name string) bool {
	return p.uses(name) || slices.ContainsFunc(p.free, func(id ident) bool { return id.name == name })
}

// leavesOpen reports whether the cell uses a name where it does not declare it, so that a dot import's is meant.
func (p *planner) leavesOpen(name string) bool {
	if p.named[name] != nil {
		return false
	}
	_, local := p.locals[name]
	return p.uses(name) && !local || slices.ContainsFunc(p.free, func(id ident) bool { return id.name == name })
}

// usesRuntime reports whether the cell's file imports the runtime.
func (m *member) usesRuntime() bool {
	return slices.ContainsFunc(m.plan.imports, func(imp importSpec) bool {
		return imp.path == m.opts.Runtime || imp.path == m.opts.Runtime+"/"+dynamicPackage
	})
}

// rich reports whether a cell may end in a picture or JSON.
func (p *program) rich() bool {
	return p.words["JSON"] || slices.ContainsFunc(p.good(), func(m *member) bool {
		return slices.ContainsFunc(m.plan.imports, func(imp importSpec) bool {
			first, _, _ := strings.Cut(imp.path, "/")
			return first == "image" || strings.Contains(first, ".") && imp.path != m.opts.Runtime
		})
	})
}

func (p *planner) hasImport(name, path string) bool {
	for _, imp := range p.plan.imports {
		if imp.path == path && imp.localName() == name {
			return true
		}
	}
	return false
}
