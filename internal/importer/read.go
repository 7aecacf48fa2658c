package importer

import (
	"errors"
	"fmt"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"slices"

	"golang.org/x/tools/go/gcexportdata"
)

// A reader reads the complete packages of a resolution, each once.
type reader struct {
	im       *Importer
	resolved map[string]resolved       // by path
	types    map[string]*types.Package // by the package's own path, also incomplete ones
	fset     *token.FileSet
	checking map[string]bool
	listing  *listing
	source   *sourceReader // nil until it is needed
}

// read returns the packages of res, by their own paths, with all that they
// export. One that cannot be read becomes a Problem in res. The error is
// errStale, if an export file is gone.
func (im *Importer) read(res *resolution) (map[string]*types.Package, error) {
	r := &reader{
		im:       im,
		resolved: map[string]resolved{},
		types:    map[string]*types.Package{},
		fset:     token.NewFileSet(),
		checking: map[string]bool{},
		listing:  res.listing,
	}
	for _, p := range slices.Concat(res.Support, res.Packages) {
		r.resolved[p.Path] = p
	}
	for i, p := range res.Packages {
		if p.Problem != nil {
			continue
		}
		_, err := r.Import(p.Path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, errStale
		}
		if err != nil {
			res.Packages[i].Problem = &Problem{Text: oneLine(err.Error())}
		}
	}
	return r.types, nil
}

// Import makes a reader the importer of the fallbacks that it checks.
func (r *reader) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	p, ok := r.resolved[path]
	if !ok {
		return nil, fmt.Errorf("package %s was not resolved", path)
	}
	if p.Problem != nil {
		return nil, errors.New(p.Problem.Text)
	}
	if pkg := r.types[p.TypesPath]; pkg != nil && pkg.Complete() {
		return pkg, nil
	}
	if p.Source != "" {
		return r.check(p)
	}
	if p.listed {
		if r.source == nil {
			r.source = newSourceReader(r.listing, r.types, r.fset)
		}
		return r.source.read(p.TypesPath)
	}
	f, err := os.Open(p.Export)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in, err := gcexportdata.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("export data of %s: %w", path, err)
	}
	pkg, err := gcexportdata.Read(in, r.fset, r.types, p.TypesPath)
	if err != nil {
		return nil, fmt.Errorf("export data of %s: %w", path, err)
	}
	return pkg, nil
}

// check type-checks a fallback.
func (r *reader) check(p resolved) (*types.Package, error) {
	if r.checking[p.Path] {
		return nil, fmt.Errorf("import cycle not allowed: %s", p.Path)
	}
	r.checking[p.Path] = true
	src, err := parseSource(r.im.fallback[p.Path])
	if err != nil {
		return nil, err
	}
	pkg, err := src.check(p.Path, r)
	if err != nil {
		return nil, err
	}
	r.types[p.Path] = pkg
	return pkg, nil
}
