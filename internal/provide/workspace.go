package provide

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/cellwrap/cellwrap/internal/importer"
)

// A workspace is the one that a module is built in.
type workspace struct {
	dir    string
	source string // what it replaces Module by, as seen from dir
}

// workspace returns the module's workspace, or nil. It fails where the module could not be built there.
func (m *module) workspace() (*workspace, error) {
	file := importer.Workspace(m.root)
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	work, err := modfile.ParseWork(file, text, nil)
	if err != nil {
		return nil, err
	}
	w := &workspace{dir: filepath.Dir(file)}
	var others []string
	member := false
	for _, use := range work.Use {
		if dir := within(w.dir, use.Path); isSame(dir, m.root) {
			member = true
		} else {
			others = append(others, dir)
		}
	}
	if !member {
		return nil, nil
	}
	if work.Go != nil && lower(work.Go.Version, m.mod.Go.Version) {
		return nil, fmt.Errorf("%s says go %s, and its modules can have no more (go work edit -go=%s raises it)", file, work.Go.Version, m.mod.Go.Version)
	}
	for _, r := range work.Replace {
		if r.Old.Path == Module {
			w.source = r.New.Path
			return w, nil
		}
	}
	own := filepath.Join(m.root, filepath.FromSlash(Dir))
	w.source = w.from(own)
	for _, dir := range others {
		if other := replacement(dir); other != "" && other != own {
			return nil, fmt.Errorf("%s: the module in %s has a runtime, too, and a workspace has one (go work edit -replace %s=%s chooses this module's; then init it)", file, w.from(dir), Module, w.source)
		}
	}
	return w, nil
}

// replacement returns the directory that the module in dir replaces Module by, or "".
func replacement(dir string) string {
	text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return ""
	}
	mod, err := modfile.Parse("go.mod", text, nil)
	if err != nil {
		return ""
	}
	for _, r := range mod.Replace {
		if r.Old.Path == Module {
			return within(dir, r.New.Path)
		}
	}
	return ""
}

// from returns a directory as go.work and the go command's messages name it.
func (w *workspace) from(dir string) string {
	rel, err := filepath.Rel(w.dir, dir)
	switch {
	case err != nil:
		return dir
	case strings.HasPrefix(rel, ".."):
		return filepath.ToSlash(rel)
	}
	return "./" + filepath.ToSlash(rel)
}

func within(dir, name string) string {
	if name = filepath.FromSlash(name); filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(dir, name)
}

func isSame(a, b string) bool {
	x, err1 := os.Stat(a)
	y, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(x, y)
}
