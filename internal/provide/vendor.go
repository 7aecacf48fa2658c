package provide

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// packages are the runtime's, as vendor/modules.txt has them.
var packages = []string{Module + "/reactor", Module + "/reactor/dynamic", Module + "/reactor/session"}

// A vendor is a directory of vendored packages.
type vendor struct {
	dir    string
	source string // what Module is replaced by
}

// list returns the file that says what the directory holds, as it is and as it has to be: the go command
// builds nothing where that does not agree with go.mod.
func (v *vendor) list() (file string, old, next []byte, err error) {
	file = filepath.Join(v.dir, "modules.txt")
	old, err = os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return file, old, []byte(vendored(string(old), v.source)), err
}

// vendored returns modules.txt with the runtime: among the modules, which are sorted, and below them among
// what is replaced whatever its version.
func vendored(text, source string) string {
	module := "# " + Module + " " + version + " => " + source + "\n## explicit; go " + Lowest + "\n" + strings.Join(packages, "\n") + "\n"
	replaced := "# " + Module + " => " + source + "\n"
	sections := slices.DeleteFunc(split(text), func(section string) bool { return strings.HasPrefix(section, "# "+Module+" ") })
	at := slices.IndexFunc(sections, func(section string) bool {
		f := strings.Fields(section)
		return len(f) > 2 && f[0] == "#" && (f[1] > Module || f[2] == "=>")
	})
	if at < 0 {
		at = len(sections)
	}
	sections = slices.Insert(sections, at, module)
	return strings.Join(append(sections, replaced), "")
}

// split returns the sections of modules.txt. Each begins with the line of a module, but for what may stand above the
// first.
func split(text string) []string {
	var sections []string
	for line := range strings.Lines(text) {
		if !strings.HasSuffix(line, "\n") {
			line += "\n"
		}
		if isHead := strings.HasPrefix(line, "# ") && len(strings.Fields(line)) > 2; isHead || len(sections) == 0 {
			sections = append(sections, "")
		}
		sections[len(sections)-1] += line
	}
	return sections
}
