package importer

import (
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"
)

// A site is what decides how the go command resolves an import in a directory:
// the command itself, its environment and the module files around. Everything
// is read when the site is made.
type site struct {
	dir   string // absolute
	goCmd string // file of the go command, "" if there is none on PATH
	env   map[string]string

	modDir  string // directory of go.mod, "" if there is none
	modFile []byte
	work    string   // go.work, "" if there is none
	files   []string // module files that apply, names and contents in turn

	offline bool // the go command is to start nothing
	// volatile says that an answer may depend on files not in the site.
	volatile bool
}

// irrelevant are the variables that begin with GO but have no influence on how
// an import is resolved. Some change with every call: go generate's, GoNB's.
var irrelevant = []string{
	"GOFILE", "GOLINE", "GOPACKAGE", "GOTMPDIR",
	"GOTRACEBACK", "GOMAXPROCS", "GOGC", "GOMEMLIMIT", "GOCOVERDIR",
}

func newSite(dir string) *site {
	s := &site{dir: dir, env: goEnv()}
	if abs, err := filepath.Abs(dir); err == nil {
		s.dir = abs
	}
	if file, err := exec.LookPath("go"); err == nil {
		s.goCmd = file
	}
	s.volatile = s.hasFlag("modfile") || s.hasFlag("overlay")
	if s.env["GO111MODULE"] == "off" {
		return s
	}
	if s.modDir = findUp(s.dir, "go.mod"); s.modDir != "" {
		s.modFile = s.include(filepath.Join(s.modDir, "go.mod"))
		s.include(filepath.Join(s.modDir, "go.sum"))
		s.include(filepath.Join(s.modDir, "vendor", "modules.txt"))
		s.includeNeighbours(s.modDir, s.modFile)
	}
	if work := workspace(s.dir, s.env); work != "" {
		workDir := filepath.Dir(work)
		s.work = work
		data := s.include(work)
		s.include(work + ".sum")
		s.include(filepath.Join(workDir, "vendor", "modules.txt"))
		s.includeNeighbours(workDir, data)
	}
	return s
}

// Workspace returns the go.work file that the go command uses in the directory dir, or "".
func Workspace(dir string) string { return workspace(dir, goEnv()) }

func workspace(dir string, env map[string]string) string {
	switch work := env["GOWORK"]; work {
	case "off":
		return ""
	case "":
		if dir := findUp(dir, "go.work"); dir != "" {
			return filepath.Join(dir, "go.work")
		}
		return ""
	default:
		return work
	}
}

// hasFlag reports whether GOFLAGS sets a flag, or sets it to a value.
func (s *site) hasFlag(name string) bool {
	for flag := range strings.FieldsSeq(s.env["GOFLAGS"]) {
		flag = strings.TrimPrefix(strings.TrimLeft(flag, `'"`), "-")
		set, _, _ := strings.Cut(strings.TrimPrefix(flag, "-"), "=")
		if flag = strings.TrimRight(strings.TrimPrefix(flag, "-"), `'"`); flag == name || set == name {
			return true
		}
	}
	return false
}

// include makes the content of a file, which may be missing, part of the site.
func (s *site) include(file string) []byte {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	s.files = append(s.files, file, string(data))
	return data
}

// includeNeighbours includes the module files of the directories that a go.mod
// replaces modules by or a go.work uses. It takes any word that looks like a
// local path, as go.mod's grammar has it, for one: a few files too many do no
// harm.
func (s *site) includeNeighbours(base string, data []byte) {
	for word := range strings.FieldsSeq(string(data)) {
		word = strings.Trim(word, "\"`")
		if !modfile.IsDirectoryPath(word) {
			continue
		}
		dir := filepath.FromSlash(word)
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(base, dir)
		}
		if dir != s.modDir {
			s.include(filepath.Join(dir, "go.mod"))
			s.include(filepath.Join(dir, "go.sum"))
		}
	}
}

// findUp returns the nearest directory from dir upwards that has a file name.
func findUp(dir, name string) string {
	for {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil && !info.IsDir() {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

// goEnv returns the environment of the go command: the variables that it knows,
// those which the environment does not set from the file that go env -w writes.
func goEnv() map[string]string {
	env := map[string]string{}
	for _, kv := range os.Environ() {
		name, value, _ := strings.Cut(kv, "=")
		switch {
		case slices.Contains(irrelevant, name) || strings.HasPrefix(name, "GONB"):
		case strings.HasPrefix(name, "GO"), strings.HasPrefix(name, "CGO_"),
			name == "CC", name == "CXX", name == "HOME", name == "USERPROFILE":
			env[name] = value
		}
	}
	file := env["GOENV"]
	if file == "" {
		if dir, err := os.UserConfigDir(); err == nil {
			file = filepath.Join(dir, "go", "env")
		}
	}
	if file == "off" {
		return env
	}
	data, _ := os.ReadFile(file)
	for line := range strings.Lines(string(data)) {
		// An empty variable counts as not set, see cmd/go's cfg.Getenv.
		name, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if ok && env[name] == "" && !slices.Contains(irrelevant, name) {
			env[name] = value
		}
	}
	return env
}

// key names the resolution of the paths of want.
func (s *site) key(want Names, fallback map[string]fs.FS, apart bool) string {
	h := newHash("resolution", s.dir, strconv.FormatBool(apart))
	s.addCommand(h)
	for _, name := range slices.Sorted(maps.Keys(s.env)) {
		h.add(name, s.env[name])
	}
	h.add("files")
	h.add(s.files...)
	h.add("imports")
	for _, p := range slices.Sorted(maps.Keys(want)) {
		_, ok := fallback[p]
		h.add(p, strconv.FormatBool(ok))
	}
	return h.name("resolution")
}

// addCommand adds the identity of the go command: which file, and of which
// version is the tree that it belongs to.
func (s *site) addCommand(h hasher) {
	h.add(s.goCmd)
	if s.goCmd == "" {
		return
	}
	file, err := filepath.EvalSymlinks(s.goCmd)
	if err != nil {
		file = s.goCmd
	}
	if info, err := os.Stat(file); err == nil {
		h.add(file, strconv.FormatInt(info.Size(), 10), info.ModTime().String())
	}
	root := s.env["GOROOT"]
	if root == "" {
		root = filepath.Dir(filepath.Dir(file))
	}
	version, _ := os.ReadFile(filepath.Join(root, "VERSION"))
	h.add(string(version))
}

// importPath returns the import path of the package in the directory, or "".
func (s *site) importPath() string {
	module := modfile.ModulePath(s.modFile)
	rel, err := filepath.Rel(s.modDir, s.dir)
	if module == "" || err != nil {
		return ""
	}
	return path.Join(module, filepath.ToSlash(rel))
}

// workspace returns the go.work file of a directory that is in no module, or "".
func (s *site) workspace() string {
	if s.modDir != "" {
		return ""
	}
	return s.work
}

// goVersion returns the language version of the directory, or "".
func (s *site) goVersion() string {
	if s.modDir == "" {
		return ""
	}
	for line := range strings.Lines(string(s.modFile)) {
		line, _, _ = strings.Cut(line, "//")
		if f := strings.Fields(line); len(f) == 2 && f[0] == "go" {
			return "go" + strings.Trim(f[1], "\"`")
		}
	}
	return "go1.16" // what cmd/go takes a go.mod without a go line for
}
