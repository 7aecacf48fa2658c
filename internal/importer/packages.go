package importer

import (
	"errors"
	"fmt"
	"go/types"
	"maps"

	"golang.org/x/mod/module"
)

// Packages are the packages of one Load. It is a [types.Importer], and safe
// for concurrent use as long as its fields are not modified.
type Packages struct {
	// Path is the import path of the package in the directory, "" if it is in
	// no module.
	Path string
	// Workspace is the go.work file that applies to the directory, if that is in
	// no module, or "".
	Workspace string
	// GoVersion is the language version there, for types.Config.GoVersion
	// ("go1.24"), "" if there is no go.mod.
	GoVersion string
	// Problems says, by import path, why a package is missing.
	Problems map[string]Problem
	// Fallbacks are the sorted import paths that came from Options.Fallback
	// because the module has none of that path.
	Fallbacks []string

	at    *site
	types map[string]*types.Package // by import path as written in the source
}

// A Problem is the reason why there are no types of an import path.
type Problem struct {
	// Text is one line in the go command's words.
	Text string
	// Definite says that the import is wrong whatever the context: a program,
	// an internal package of others, an import cycle, a malformed path.
	// Otherwise something that the source does not show is missing.
	Definite bool

	mayChange bool // by files that a resolution does not depend on, so it is not remembered
}

// Import returns the package of an import path that was asked for. The error of
// one that could not be had is the text of its Problem.
func (p *Packages) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if pkg := p.types[path]; pkg != nil {
		return pkg, nil
	}
	if problem, ok := p.Problems[path]; ok {
		return nil, errors.New(problem.Text)
	}
	return nil, fmt.Errorf("package %s was not loaded", path)
}

// refuse records the problems of paths that must not reach the go command and
// returns the others. One malformed path would spoil the whole file.
func (p *Packages) refuse(want Names) Names {
	rest := maps.Clone(want)
	for path := range want {
		switch {
		case path == "unsafe":
			delete(rest, path)
		case path == "C":
			p.Problems[path] = Problem{Text: `import "C" needs cgo, which has no types here`, Definite: true}
			delete(rest, path)
		default:
			if err := module.CheckImportPath(path); err != nil {
				p.Problems[path] = Problem{Text: oneLine(err.Error()), Definite: true}
				delete(rest, path)
			}
		}
	}
	return rest
}

// blame gives all of want the same problem.
func (p *Packages) blame(want Names, problem Problem) {
	for path := range want {
		p.Problems[path] = problem
	}
}

// add takes the outcome of a resolution and the types it led to, by import path
// as the packages call themselves.
func (p *Packages) add(res *resolution, all map[string]*types.Package) {
	p.types = make(map[string]*types.Package, len(res.Packages))
	for _, r := range res.Packages {
		if r.Problem != nil {
			p.Problems[r.Path] = *r.Problem
			continue
		}
		p.types[r.Path] = all[r.TypesPath]
		if r.Source != "" {
			p.Fallbacks = append(p.Fallbacks, r.Path)
		}
	}
}
