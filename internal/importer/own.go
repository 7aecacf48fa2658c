package importer

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"github.com/cellwrap/cellwrap/internal/suggest"
)

// A mainModule is one whose directory, and no other, has the packages below its path.
type mainModule struct{ path, dir string }

// mainModules returns the main modules: those that go.work uses, or the one that the directory is in.
func (s *site) mainModules() []mainModule {
	var list []mainModule
	add := func(dir string) {
		if data, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil {
			list = append(list, mainModule{modfile.ModulePath(data), dir})
		}
	}
	if s.work != "" {
		data, _ := os.ReadFile(s.work)
		if work, err := modfile.ParseWork(s.work, data, nil); err == nil {
			for _, use := range work.Use {
				dir := filepath.FromSlash(use.Path)
				if !filepath.IsAbs(dir) {
					dir = filepath.Join(filepath.Dir(s.work), dir)
				}
				add(dir)
			}
		}
	} else if s.modDir != "" {
		add(s.modDir)
	}
	return list
}

// own returns the main module that a package is below the path of, or none.
func own(modules []mainModule, path string) mainModule {
	var own mainModule
	for _, m := range modules {
		if m.path != "" && len(m.path) > len(own.path) && strings.HasPrefix(path, m.path+"/") {
			own = m
		}
	}
	return own
}

// Dir returns the directory that a package of a main module has, or "" for another package.
func (p *Packages) Dir(path string) string {
	if p.at == nil {
		return ""
	}
	m := own(p.at.mainModules(), path)
	if m.path == "" {
		return ""
	}
	dir := filepath.Join(m.dir, filepath.FromSlash(strings.TrimPrefix(path, m.path)))
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return ""
	}
	return dir
}

// absent says that a package is not in the main module that it would be in, and which one it may be meant to be. It returns
// "" if another module might have it: one that go.mod names, a nested one, or another major version.
func (s *site) absent(path string) string {
	if s.volatile {
		return "" // -modfile may name other modules, and -overlay have other directories
	}
	modules := s.mainModules()
	m := own(modules, path)
	if m.path == "" || s.named(modules, m, path) {
		return ""
	}
	rel := strings.TrimPrefix(path, m.path+"/")
	dir := m.dir
	for i, elem := range strings.Split(rel, "/") {
		dir = filepath.Join(dir, elem)
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil || i == 0 && isMajor(elem) {
			return ""
		}
	}
	text := "package " + path + " is not in module " + m.path
	if near := m.near(rel); near != "" {
		text += "; did you mean " + m.path + "/" + near + "?"
	}
	return text
}

// isMajor reports whether a part of a path is the major version of a module.
func isMajor(elem string) bool {
	_, version, ok := module.SplitPathVersion("m/" + elem)
	return ok && version != ""
}

// named reports whether a module that a go.mod or go.work names, with a longer path than own's, may have a package.
func (s *site) named(modules []mainModule, own mainModule, path string) bool {
	longer := func(name string) bool { return len(name) > len(own.path) && strings.HasPrefix(path+"/", name+"/") }
	for _, m := range modules {
		name := filepath.Join(m.dir, "go.mod")
		data, _ := os.ReadFile(name)
		f, err := modfile.Parse(name, data, nil)
		if err != nil ||
			slices.ContainsFunc(f.Require, func(r *modfile.Require) bool { return longer(r.Mod.Path) }) ||
			slices.ContainsFunc(f.Replace, func(r *modfile.Replace) bool { return longer(r.Old.Path) }) {
			return true
		}
	}
	if s.work == "" {
		return false
	}
	data, _ := os.ReadFile(s.work)
	f, err := modfile.ParseWork(s.work, data, nil)
	return err != nil || slices.ContainsFunc(f.Replace, func(r *modfile.Replace) bool { return longer(r.Old.Path) })
}

// near returns the package of the module that rel, a path below the module's, is most likely a slip of, or "": one that is
// spelled almost so, or that is called so in another directory.
func (m mainModule) near(rel string) string {
	packages := m.packages()
	if near := suggest.Nearest(rel, packages); near != "" {
		return near
	}
	i := slices.IndexFunc(packages, func(p string) bool { return path.Base(p) == path.Base(rel) })
	if i < 0 {
		return ""
	}
	return packages[i]
}

// maxEntries bounds the search for packages.
const maxEntries = 20_000

// packages returns the directories of the module that have Go files, relative to it.
func (m mainModule) packages() []string {
	var list []string
	seen := 0
	filepath.WalkDir(m.dir, func(file string, d fs.DirEntry, err error) error {
		if seen++; err != nil || seen > maxEntries {
			return fs.SkipAll
		}
		name := d.Name()
		switch {
		case !d.IsDir():
			dir, err := filepath.Rel(m.dir, filepath.Dir(file))
			dir = filepath.ToSlash(dir)
			if n := len(list); err == nil && dir != "." && strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && (n == 0 || list[n-1] != dir) {
				list = append(list, dir)
			}
		case file == m.dir:
		case strings.HasPrefix(name, "."), strings.HasPrefix(name, "_"), name == "testdata", name == "vendor":
			return fs.SkipDir
		default:
			if _, err := os.Stat(filepath.Join(file, "go.mod")); err == nil {
				return fs.SkipDir
			}
		}
		return nil
	})
	slices.Sort(list)
	return slices.Compact(list)
}
