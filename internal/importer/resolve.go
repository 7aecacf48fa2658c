package importer

import (
	"cmp"
	"context"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
)

// resolve asks the go command where the packages of want are. It fails only
// when ctx is done.
func (im *Importer) resolve(ctx context.Context, at *site, want Names) (*resolution, error) {
	paths := slices.Sorted(maps.Keys(want))
	sources := im.sources(paths)
	ask := slices.Clone(paths)
	for _, src := range sources {
		ask = append(ask, src.imports...)
	}
	slices.Sort(ask)
	ask = slices.Compact(ask)

	res := &resolution{started: time.Now()}
	refused := map[string]string{}
	var l *listing
	for {
		var err error
		if l, err = at.list(ctx, ask); err != nil {
			return nil, err
		}
		i, why := l.refused(ask)
		if i < 0 {
			break
		}
		// Others may hide behind this one.
		refused[ask[i]] = why
		if ask = slices.Delete(ask, i, i+1); len(ask) == 0 {
			break
		}
	}

	here, _ := os.Stat(at.dir)
	isHere := func(dir string) bool {
		info, err := os.Stat(dir)
		return err == nil && os.SameFile(info, here)
	}
	resolve := func(path string) resolved {
		r := resolved{Path: path, TypesPath: path}
		p := l.find(path)
		switch {
		case refused[path] != "":
			r.Problem = &Problem{Text: refused[path], Definite: true}
		case p != nil && !im.apart && l.reaches(p, isHere, map[*listed]bool{}):
			r.Problem = &Problem{Text: "import cycle not allowed: " + path + " imports the package of this directory", Definite: true}
		case p != nil && p.Export != "":
			r.TypesPath, r.Name, r.Export = p.ImportPath, p.Name, p.Export
		case at.offline && p != nil && p.hasSource():
			r.TypesPath, r.Name, r.listed = p.ImportPath, p.Name, true
		default:
			r.Problem = &Problem{Text: l.trouble(p, path)}
			// Nothing can provide it but a directory that is not there yet.
			if absent := at.absent(path); absent != "" && l.missing(path) && sources[path] == nil {
				r.Problem = &Problem{Text: absent, Definite: true, mayChange: true}
			} else if strings.HasSuffix(r.Problem.Text, " is not in std") {
				r.Problem.Definite, r.Problem.mayChange = true, true
			}
		}
		return r
	}
	for _, path := range paths {
		r := resolve(path)
		if src := sources[path]; src != nil && r.Problem != nil && !r.Problem.Definite && l.missing(path) {
			r = resolved{Path: path, TypesPath: path, Name: src.name, Source: src.hash}
		}
		res.Packages = append(res.Packages, r)
	}
	res.Support = im.support(res.Packages, sources, resolve, l)

	for _, p := range l.packages {
		if p.local() {
			res.Inputs = append(res.Inputs, input{Dir: p.Dir, Hash: hashDir(p.Dir)})
		}
	}
	slices.SortFunc(res.Inputs, func(a, b input) int { return cmp.Compare(a.Dir, b.Dir) })
	res.listing = l
	return res, nil
}

// missing reports whether there is no package of that path, as opposed to one
// that has errors.
func (l *listing) missing(path string) bool {
	p := l.find(path)
	return p != nil && p.Dir == "" && p.Error != nil
}

// trouble says why there is no export data of a package that the virtual file
// imports as path; p is nil if the go command did not list it.
func (l *listing) trouble(p *listed, path string) string {
	if p != nil {
		for _, e := range append([]*listedError{p.Error}, p.DepsErrors...) {
			if e == nil {
				continue
			}
			text := oneLine(e.Err)
			if e.Pos != "" && !strings.HasPrefix(e.Pos, virtualName) {
				text = e.Pos + ": " + text
			}
			return text
		}
	}
	return cmp.Or(oneLine(l.stderr), "the go command does not know package "+path)
}
