package kernel

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/cellwrap/cellwrap/internal/atomicfile"
)

// A Spec is an installed kernelspec: a directory with a kernel.json, and what else the kernel shows.
type Spec struct {
	Name string
	Dir  string
	Argv []string
	Lang string
	Show string // the display name

	all map[string]json.RawMessage
}

// Ours reports whether the spec is one that Install has written.
func (s *Spec) Ours() bool { return s.all[metadataKey] != nil }

// metadataKey marks our specs. Jupyter keeps keys that it does not know.
const metadataKey = "cellwrap"

// validName is what Jupyter takes for the name of a kernelspec.
var validName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9._-]+$`) })

// Dirs returns the directories that Jupyter looks for kernels in, in its order, less those of a
// Python environment, which only Jupyter knows: JUPYTER_PATH names these.
func Dirs() []string {
	var dirs []string
	for _, dir := range filepath.SplitList(os.Getenv("JUPYTER_PATH")) {
		if dir != "" {
			dirs = append(dirs, filepath.Join(dir, "kernels"))
		}
	}
	if dir, err := UserDir(); err == nil {
		dirs = append(dirs, dir)
	}
	system := []string{"/usr/local/share/jupyter", "/usr/share/jupyter"}
	if runtime.GOOS == "windows" {
		system = []string{filepath.Join(os.Getenv("PROGRAMDATA"), "jupyter")}
	}
	for _, env := range []string{"VIRTUAL_ENV", "CONDA_PREFIX"} {
		if dir := os.Getenv(env); dir != "" {
			system = append([]string{filepath.Join(dir, "share", "jupyter")}, system...)
		}
	}
	for _, dir := range system {
		dirs = append(dirs, filepath.Join(dir, "kernels"))
	}
	return dirs
}

// UserDir returns the directory of the user's own kernels.
func UserDir() (string, error) {
	if dir := os.Getenv("JUPYTER_DATA_DIR"); dir != "" {
		return filepath.Join(dir, "kernels"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	switch runtime.GOOS {
	case "darwin":
		return filepath.Join(home, "Library", "Jupyter", "kernels"), nil
	case "windows":
		return filepath.Join(os.Getenv("APPDATA"), "jupyter", "kernels"), nil
	}
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "jupyter", "kernels"), nil
	}
	return filepath.Join(home, ".local", "share", "jupyter", "kernels"), nil
}

// PrefixDir returns the directory of the kernels of a prefix, such as that of a Python environment.
func PrefixDir(prefix string) string { return filepath.Join(prefix, "share", "jupyter", "kernels") }

// Find returns the first spec of a name in dirs.
func Find(name string, dirs []string) (*Spec, error) {
	for _, dir := range dirs {
		if s, err := read(filepath.Join(dir, name)); err == nil || !errors.Is(err, fs.ErrNotExist) {
			return s, err
		}
	}
	return nil, fmt.Errorf("there is no kernel %s (cellwrap kernel list shows what there is)", name)
}

// List returns the specs in dirs, by name: of several with one name the first. What cannot be read is
// left out, as Jupyter does.
func List(dirs []string) []*Spec {
	found := map[string]*Spec{}
	for _, dir := range dirs {
		entries, _ := os.ReadDir(dir) // most of the directories are not there
		for _, e := range entries {
			if s, err := read(filepath.Join(dir, e.Name())); err == nil && found[s.Name] == nil {
				found[s.Name] = s
			}
		}
	}
	var list []*Spec
	for _, name := range slices.Sorted(maps.Keys(found)) {
		list = append(list, found[name])
	}
	return list
}

func read(dir string) (*Spec, error) {
	file := filepath.Join(dir, "kernel.json")
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return parseSpec(dir, text)
}

// parseSpec reads the text of the kernel.json in dir.
func parseSpec(dir string, text []byte) (*Spec, error) {
	file := filepath.Join(dir, "kernel.json")
	s := &Spec{Name: strings.ToLower(filepath.Base(dir)), Dir: dir}
	if err := json.Unmarshal(text, &s.all); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for key, v := range map[string]any{"argv": &s.Argv, "language": &s.Lang, "display_name": &s.Show} {
		if s.all[key] == nil {
			continue
		}
		if err := json.Unmarshal(s.all[key], v); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", file, key, err)
		}
	}
	if len(s.Argv) == 0 {
		return nil, fmt.Errorf("%s has no argv", file)
	}
	return s, nil
}

// Install writes a spec like of into dir, under a name, with argv in front of the kernel's. A spec
// that is there is replaced if it is ours.
func Install(of *Spec, dir, name, show string, argv []string) (*Spec, error) {
	if of.Ours() {
		return nil, fmt.Errorf("kernel %s is one of cellwrap's already", of.Name)
	}
	if !validName().MatchString(name) {
		return nil, fmt.Errorf("%q cannot be a kernel's name (letters, digits, and . _ - can)", name)
	}
	target := filepath.Join(dir, name)
	if old, err := read(target); err == nil && !old.Ours() {
		return nil, fmt.Errorf("%s is there already, and not by cellwrap (choose another --name)", target)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	text, err := of.behind(argv, show)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	temp, err := besides(dir)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	next := filepath.Join(temp, name)
	if err := copyDir(next, of.Dir); err != nil {
		return nil, err
	}
	// A link of the original's is not written through.
	file := filepath.Join(next, "kernel.json")
	if err := os.Remove(file); err != nil {
		return nil, err
	}
	if err := os.WriteFile(file, text, 0o666); err != nil {
		return nil, err
	}
	if err := atomicfile.Dir(next, target); err != nil {
		return nil, err
	}
	return read(target)
}

// copyDir copies a directory. Links are copied with the place that they lead to, as seen from here.
func copyDir(to, from string) error {
	if err := os.MkdirAll(to, 0o777); err != nil {
		return err
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		old, next := filepath.Join(from, e.Name()), filepath.Join(to, e.Name())
		switch {
		case e.IsDir():
			err = copyDir(next, old)
		case e.Type()&fs.ModeSymlink != 0:
			if old, err = filepath.Abs(old); err == nil {
				err = os.Symlink(old, next)
			}
		case e.Type().IsRegular():
			err = copyFile(next, old)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func copyFile(to, from string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o666)
}

// behind returns the text of a kernel.json like the spec's, with argv in front of the kernel's.
func (s *Spec) behind(argv []string, show string) ([]byte, error) {
	all := maps.Clone(s.all)
	for key, v := range map[string]any{
		"argv": append(argv, s.Argv...), "display_name": show, metadataKey: map[string]string{"of": s.Name},
	} {
		text, err := encode(v)
		if err != nil {
			return nil, err
		}
		all[key] = text
	}
	line, err := encode(all)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	if err := json.Indent(&text, line, "", "  "); err != nil {
		return nil, err
	}
	text.WriteByte('\n')
	return text.Bytes(), nil
}

// besides makes a directory for what becomes of a spec, or is left of one, beside those that Jupyter
// sees: it has no kernel.json.
func besides(dir string) (string, error) { return os.MkdirTemp(dir, ".cellwrap-") }

// Uninstall removes a spec that is ours.
func Uninstall(s *Spec) error {
	if !s.Ours() {
		return fmt.Errorf("kernel %s is none of cellwrap's (jupyter kernelspec uninstall %s removes it)", s.Name, s.Name)
	}
	temp, err := besides(filepath.Dir(s.Dir))
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	return os.Rename(s.Dir, filepath.Join(temp, s.Name)) // gone at once, not file by file
}
