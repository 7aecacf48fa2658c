// Package provide makes the runtime that emitted code imports available to modules that cannot fetch
// it, from the source that the command carries.
package provide

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	gover "go/version"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/cellwrap/cellwrap"
	"github.com/cellwrap/cellwrap/internal/atomicfile"
)

// Module is the path of the module that has the runtime.
const Module = "github.com/cellwrap/cellwrap"

// version is what a module requires that has the runtime in a directory: any would do.
const version = "v0.0.0"

// language is what the runtime is written in, which a module that requires it must have at least.
const language = "1.26"

const goMod = "module " + Module + "\n\ngo " + language + "\n"

// Dir is where [Into] puts the runtime, below the root of the module that gets it.
const Dir = "third_party/cellwrap"

// files returns the runtime as a module: what its files hold, by their names.
func files() (map[string][]byte, error) {
	all := map[string][]byte{"go.mod": []byte(goMod)}
	runtime := cellwrap.Reactor()
	err := fs.WalkDir(runtime, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		all["reactor/"+name], err = fs.ReadFile(runtime, name)
		return err
	})
	return all, err
}

// Cached returns the directory of the runtime's module in the user's cache, and makes it if need be.
func Cached() (string, error) {
	all, err := files()
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(h, "%s %d\n%s", name, len(all[name]), all[name])
	}
	dir := filepath.Join(cache, "cellwrap", "runtime", hex.EncodeToString(h.Sum(nil)[:8]))
	if same(dir, all) {
		return dir, nil
	}
	return dir, write(dir, all)
}

// same reports whether the files in dir are as they should be.
func same(dir string, all map[string][]byte) bool {
	for name, text := range all {
		if old, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name))); err != nil || string(old) != string(text) {
			return false
		}
	}
	return true
}

// write writes the files into dir, each as one.
func write(dir string, all map[string][]byte) error {
	for name, text := range all {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			return err
		}
		if err := atomicfile.Write(file, text, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// Into puts the runtime into the module that dir belongs to, and has the module use it. It returns
// the module's root, and whether anything has changed.
func Into(dir string) (root string, changed bool, err error) {
	root, err = moduleRoot(dir)
	if err != nil {
		return "", false, err
	}
	file := filepath.Join(root, "go.mod")
	text, err := os.ReadFile(file)
	if err != nil {
		return "", false, err
	}
	mod, err := modfile.Parse(file, text, nil)
	if err != nil {
		return "", false, err
	}
	if mod.Module != nil && mod.Module.Mod.Path == Module {
		return "", false, fmt.Errorf("%s is the runtime's own module", root)
	}
	for _, r := range mod.Replace {
		if r.Old.Path == Module && r.New.Path != "./"+Dir {
			return "", false, fmt.Errorf("%s: %s is replaced by %s already", file, Module, r.New.Path)
		}
	}
	all, err := files()
	if err != nil {
		return "", false, err
	}
	copyDir := filepath.Join(root, filepath.FromSlash(Dir))
	if changed = !same(copyDir, all); changed {
		if err := replace(copyDir, all); err != nil {
			return "", false, err
		}
	}
	if err := errors.Join(mod.AddRequire(Module, version), mod.AddReplace(Module, "", "./"+Dir, "")); err != nil {
		return "", false, err
	}
	if mod.Go == nil || gover.Compare("go"+mod.Go.Version, "go"+language) < 0 {
		if err := mod.AddGoStmt(language); err != nil {
			return "", false, err
		}
	}
	mod.Cleanup()
	next, err := mod.Format()
	if err != nil || string(next) == string(text) {
		return root, changed, err
	}
	return root, true, atomicfile.Write(file, next, 0o666)
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
	if err := os.Rename(filepath.Join(temp, "go.mod"), filepath.Join(dir, "go.mod")); err != nil {
		return err
	}
	return atomicfile.Dir(filepath.Join(temp, "reactor"), filepath.Join(dir, "reactor"))
}

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
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("%s is in no module (go mod init makes one)", dir)
		}
	}
}

// Command returns a shell's command that has the module of its directory use the runtime in dir, unless
// the module has one.
func Command(dir string) string {
	quoted := "'" + strings.ReplaceAll(dir, "'", `'\''`) + "'"
	return fmt.Sprintf("go list -m %[1]s >/dev/null 2>&1 || go mod edit -require=%[1]s@%[2]s -replace=%[1]s=%[3]s", Module, version, quoted)
}
