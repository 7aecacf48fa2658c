package importer

import (
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
)

// offlineEnv has the go command look at what is on this machine only, and start no other command: no
// toolchain that a go.mod names, and no git, also for the modules that GOPRIVATE keeps from the proxy.
var offlineEnv = []string{"GOPROXY=off", "GONOPROXY=none", "GOVCS=*:off", "GOTOOLCHAIN=local"}

// listFlags returns what to ask of go list. Without export data, it compiles nothing.
func (s *site) listFlags() []string {
	if s.offline {
		return []string{"-export=false", "-compiled=false", "-test=false"} // GOFLAGS may say otherwise
	}
	return []string{"-export"}
}

// hasSource reports whether p has files to check.
func (p *listed) hasSource() bool {
	return p.Error == nil && len(p.GoFiles)+len(p.CgoFiles) > 0
}

// A sourceReader makes the types of packages from their source, as go list has listed that.
type sourceReader struct {
	*listing
	types  map[string]*types.Package
	fset   *token.FileSet
	sizes  types.Sizes
	failed map[string]error
}

func newSourceReader(l *listing, known map[string]*types.Package, fset *token.FileSet) *sourceReader {
	ctxt := BuildContext()
	return &sourceReader{l, known, fset, types.SizesFor(ctxt.Compiler, ctxt.GOARCH), map[string]error{}}
}

// read returns the package of an import path, as it calls itself.
func (s *sourceReader) read(path string) (*types.Package, error) {
	if pkg := s.types[path]; pkg != nil && pkg.Complete() {
		return pkg, nil
	}
	if err, ok := s.failed[path]; ok {
		return nil, err
	}
	s.failed[path] = errors.New("import cycle not allowed")
	pkg, err := s.check(path)
	s.failed[path] = err
	if err != nil {
		return nil, err
	}
	s.types[path] = pkg
	return pkg, nil
}

func (s *sourceReader) check(path string) (*types.Package, error) {
	p := s.packages[path]
	switch {
	case p == nil:
		return nil, fmt.Errorf("package %s was not listed", path)
	case p.Error != nil:
		return nil, errors.New(oneLine(p.Error.Err))
	case len(p.CgoFiles) > 0 && !p.Standard:
		return nil, fmt.Errorf("%s uses cgo, which is not run offline", path)
	}
	var files []*ast.File
	for _, name := range slices.Concat(p.GoFiles, p.CgoFiles) {
		f, err := parser.ParseFile(s.fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	var first error
	config := types.Config{
		Importer:         importerFunc(func(path string) (*types.Package, error) { return s.importedBy(p, path) }),
		IgnoreFuncBodies: true,
		FakeImportC:      p.Standard,
		Sizes:            s.sizes,
		Error: func(err error) {
			if e := (types.Error{}); errors.As(err, &e) && !e.Soft {
				at := e.Fset.Position(e.Pos)
				first = cmp.Or(first, fmt.Errorf("%s: %s:%d: %s", path, filepath.Base(at.Filename), at.Line, e.Msg))
			}
		},
	}
	if m := p.Module; m != nil && m.GoVersion != "" {
		config.GoVersion = "go" + m.GoVersion
	}
	pkg, _ := config.Check(path, s.fset, files, nil)
	return pkg, first
}

// importedBy returns the package that p imports as path.
func (s *sourceReader) importedBy(p *listed, path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	return s.read(cmp.Or(p.ImportMap[path], path))
}

type importerFunc func(path string) (*types.Package, error)

func (f importerFunc) Import(path string) (*types.Package, error) { return f(path) }
