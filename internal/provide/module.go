package provide

import (
	"cmp"
	"errors"
	"fmt"
	gover "go/version"
	"os"
	"path/filepath"

	"golang.org/x/mod/modfile"

	"github.com/cellwrap/cellwrap/internal/atomicfile"
)

// A Change is what [Into] has done to a module.
type Change struct {
	Root    string // the module's directory
	Changed bool
	Vendors []string // directories of vendored packages that have the runtime, too
	Was, Go string   // the module's go line, before and after
}

// Into puts the runtime into the module that dir belongs to, and has the module use it. The go line of the module's
// go.mod stays, unless raise, a version or "", is higher. Where the runtime cannot be used, nothing is written.
func Into(dir, raise string) (*Change, error) {
	m, err := openModule(dir)
	if err != nil {
		return nil, err
	}
	if err := m.use(raise); err != nil {
		return nil, err
	}
	w, err := m.workspace()
	if err != nil {
		return nil, err
	}
	all, err := files()
	if err != nil {
		return nil, err
	}
	vendors := []*vendor{{dir: filepath.Join(m.root, "vendor"), source: "./" + Dir}}
	if w != nil {
		vendors = append(vendors, &vendor{dir: filepath.Join(w.dir, "vendor"), source: w.source})
	}
	change := &Change{Root: m.root, Was: m.was, Go: m.mod.Go.Version}

	// All that may fail for want of a permission comes first: half a change is worse than none.
	var lists staged
	defer lists.discard()
	for _, v := range vendors {
		if info, err := os.Stat(v.dir); err != nil || !info.IsDir() {
			continue
		}
		change.Vendors = append(change.Vendors, v.dir)
		if err := lists.add(v.list()); err != nil {
			return nil, err
		}
	}
	if err := lists.add(m.file, m.text, modfile.Format(m.mod.Syntax), nil); err != nil {
		return nil, err
	}
	copied, err := put(filepath.Join(m.root, filepath.FromSlash(Dir)), all)
	if err != nil {
		return nil, err
	}
	delete(all, "go.mod")
	for _, dir := range change.Vendors {
		more, err := put(filepath.Join(dir, filepath.FromSlash(Module)), all)
		if err != nil {
			return nil, err
		}
		copied = copied || more
	}
	change.Changed = copied || len(lists) > 0
	return change, lists.commit()
}

// A module is what is known of the user's.
type module struct {
	root string
	file string // go.mod
	text []byte
	mod  *modfile.File
	was  string // what its go line says
}

func openModule(dir string) (*module, error) {
	root, err := moduleRoot(dir)
	if err != nil {
		return nil, err
	}
	m := &module{root: root, file: filepath.Join(root, "go.mod")}
	if m.text, err = os.ReadFile(m.file); err != nil {
		return nil, err
	}
	if m.mod, err = modfile.Parse(m.file, m.text, nil); err != nil {
		return nil, err
	}
	if m.mod.Go != nil {
		m.was = m.mod.Go.Version
	}
	if m.mod.Module != nil && m.mod.Module.Mod.Path == Module {
		return nil, fmt.Errorf("%s is the runtime's own module", root)
	}
	for _, r := range m.mod.Replace {
		if r.Old.Path == Module && r.New.Path != "./"+Dir {
			return nil, fmt.Errorf("%s: %s is replaced by %s already", m.file, Module, r.New.Path)
		}
	}
	return m, nil
}

// use has go.mod require the runtime that is in the module, in a language that is high enough.
func (m *module) use(raise string) error {
	now := cmp.Or(m.was, "1.16") // what the go command takes a go.mod without a go line for
	if lower(now, raise) {
		now = raise
		if err := m.mod.AddGoStmt(raise); err != nil {
			return err
		}
	}
	if lower(now, Lowest) {
		return fmt.Errorf("%s is written in Go %s, and what cells become needs Go %s (cellwrap init --go %s raises its go line)", m.file, now, Lowest, Lowest)
	}
	err := errors.Join(m.mod.AddRequire(Module, version), m.mod.AddReplace(Module, "", "./"+Dir, ""))
	m.mod.Cleanup()
	return err
}

// lower reports whether a version of Go is below another one.
func lower(a, b string) bool { return gover.Compare("go"+a, "go"+b) < 0 }

// moduleRoot returns the directory of the go.mod at or above dir.
func moduleRoot(dir string) (string, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return "", err
	}
	if !info.IsDir() {
		return "", fmt.Errorf("%s is not a directory", dir)
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for at := abs; ; at = filepath.Dir(at) {
		file := filepath.Join(at, "go.mod")
		if info, err := os.Stat(file); err == nil && !info.IsDir() {
			return at, nil
		}
		if info, err := os.Lstat(file); err == nil && !info.IsDir() {
			_, err := atomicfile.Resolve(file)
			return "", err
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("%s is in no module (go mod init makes one)", dir)
		}
	}
}

// put makes the directory dir hold the runtime. It reports whether anything is new.
func put(dir string, all map[string][]byte) (bool, error) {
	if same(dir, all) {
		return false, nil
	}
	return true, replace(dir, all)
}

// replace makes the runtime in dir what all says, in one step: some files of this version with some of an
// older one would not compile.
func replace(dir string, all map[string][]byte) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	temp, err := os.MkdirTemp(dir, ".next-") // which the go command does not look into
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	if err := write(temp, all); err != nil {
		return err
	}
	if _, ok := all["go.mod"]; ok {
		if err := os.Rename(filepath.Join(temp, "go.mod"), filepath.Join(dir, "go.mod")); err != nil {
			return err
		}
	}
	return atomicfile.Dir(filepath.Join(temp, "reactor"), filepath.Join(dir, "reactor"))
}

// staged are files that wait to be put in their places.
type staged []*atomicfile.File

// add stages the new content of a file, if it is new.
func (s *staged) add(file string, old, next []byte, err error) error {
	if err != nil || string(old) == string(next) {
		return err
	}
	f, err := atomicfile.Stage(file, next, 0o666)
	if err == nil {
		*s = append(*s, f)
	}
	return err
}

func (s staged) commit() error {
	for _, f := range s {
		if err := f.Commit(); err != nil {
			return err
		}
	}
	return nil
}

func (s staged) discard() {
	for _, f := range s {
		f.Discard()
	}
}
