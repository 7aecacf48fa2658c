// Package provide makes the runtime that emitted code imports available to modules that cannot fetch
// it, from the source that the command carries.
package provide

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cellwrap/cellwrap"
	"github.com/cellwrap/cellwrap/internal/atomicfile"
)

// Module is the path of the module that has the runtime.
const Module = "github.com/cellwrap/cellwrap"

// version is what a module requires that has the runtime in a directory: any would do.
const version = "v0.0.0"

// language is what the runtime is written in. Each of its files says so, and is compiled as that whatever the go
// line of the module around it.
const language = "go1.26"

// Lowest is the lowest go line of a module that can use the runtime: what cells become has generics.
const Lowest = "1.18"

// LowestToAwait is the lowest go line of a module whose cells await: what that gives is inferred from a method.
const LowestToAwait = "1.21"

const goMod = "module " + Module + "\n\ngo " + Lowest + "\n"

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
		text, err := fs.ReadFile(runtime, name)
		all["reactor/"+name] = inLanguage(text)
		return err
	})
	return all, err
}

// inLanguage returns the text of a Go file with a build constraint that gives it the runtime's language.
func inLanguage(text []byte) []byte {
	line, rest, _ := strings.Cut(string(text), "\n")
	if own, ok := strings.CutPrefix(line, "//go:build "); ok {
		return []byte("//go:build " + language + " && (" + own + ")\n" + rest)
	}
	return []byte("//go:build " + language + "\n\n" + string(text))
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

// Command returns a shell's command that has the module of its directory use the runtime in dir, unless
// the module has one.
func Command(dir string) string {
	quoted := "'" + strings.ReplaceAll(dir, "'", `'\''`) + "'"
	return fmt.Sprintf("go list -m %[1]s >/dev/null 2>&1 || go mod edit -require=%[1]s@%[2]s -replace=%[1]s=%[3]s", Module, version, quoted)
}
