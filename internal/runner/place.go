package runner

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"github.com/cellwrap/cellwrap/internal/host"
	"github.com/cellwrap/cellwrap/rewrite"
)

// place is where a program is built: the directory of a module's package.
type place struct {
	dir string // absolute; it exists
	pkg string // import path there
	env []string
}

// virtual returns the directory of the program, which does not exist.
func (at place) virtual() string { return filepath.Join(at.dir, host.VirtualDir) }

// shared returns the place of the packages of ours that the program imports: the root of the module, so that the go
// command compiles them once for all of the module's directories. A package's directory and its
// import path are a part of its build's key.
func (at place) shared() place {
	for dir, pkg := at.dir, at.pkg; ; dir, pkg = filepath.Dir(dir), path.Dir(pkg) {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && modfile.ModulePath(text) == pkg {
			return place{dir: dir, pkg: pkg}
		}
		if filepath.Base(dir) != path.Base(pkg) {
			return at // not the module's own directories, as those of its vendor directory are not
		}
	}
}

// placeOf returns the place of a notebook in dir.
func placeOf(out *rewrite.ProgramOutput, dir string) (place, error) {
	if pkg := out.Package; pkg != "" {
		dir, err := filepath.Abs(dir)
		// Go has no packages in a directory such as "My Notebooks": the program is in the one above.
		for err == nil && module.CheckImportPath(pkg+"/"+host.VirtualDir) != nil && path.Dir(pkg) != "." {
			dir, pkg = filepath.Dir(dir), path.Dir(pkg)
		}
		return place{dir: dir, pkg: pkg}, err
	}
	if out.Workspace != "" {
		if at, err := inWorkspace(out.Workspace); err != nil || at.dir != "" {
			return at, err
		}
	}
	if err := brokenModule(dir); err != nil {
		return place{}, err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	dir = filepath.Join(cache, "cellwrap", "run")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return place{}, err
	}
	return place{dir, ownModule, []string{"GO111MODULE=on", "GOWORK=off", "GOFLAGS=" + withoutMod(os.Getenv("GOFLAGS"))}}, nil
}

// inWorkspace returns the place of a notebook that is in no module but in the workspace of a go.work file: in one
// of the modules there, each of which finds the others. Without a module it is none.
func inWorkspace(file string) (place, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return place{}, err
	}
	work, err := modfile.ParseWork(file, text, nil)
	if err != nil {
		return place{}, err
	}
	if len(work.Use) == 0 {
		return place{}, nil
	}
	dir := filepath.FromSlash(work.Use[0].Path)
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(filepath.Dir(file), dir)
	}
	text, err = os.ReadFile(filepath.Join(dir, "go.mod"))
	return place{dir, modfile.ModulePath(text), []string{"GOWORK=" + file}}, err
}

// brokenModule returns what is wrong with the go.mod around dir, which has no module path.
func brokenModule(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil || os.Getenv("GO111MODULE") == "off" {
		return err
	}
	for {
		file := filepath.Join(dir, "go.mod")
		if text, err := os.ReadFile(file); err == nil {
			if _, err := modfile.Parse(file, text, nil); err != nil {
				return err
			}
			return fmt.Errorf("%s: no module directive", file)
		}
		up := filepath.Dir(dir)
		if up == dir {
			return nil
		}
		dir = up
	}
}

// ownModule is the path of the module of a notebook that is in none. Its go.mod is virtual too.
const ownModule = "notebook"

const ownGoMod = "module " + ownModule + "\n\ngo 1.26\n"

// withoutMod removes -mod from GOFLAGS, which is meant for another module.
func withoutMod(goflags string) string {
	var kept []string
	for _, flag := range strings.Fields(goflags) {
		if name, _, _ := strings.Cut(strings.TrimLeft(flag, "-"), "="); name != "mod" && name != "modfile" {
			kept = append(kept, flag)
		}
	}
	return strings.Join(kept, " ")
}
