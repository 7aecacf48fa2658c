package importer

import (
	"errors"
	"runtime"
	"slices"
	"strings"
	"time"
)

// A resolution is what the go command said about a set of import paths.
type resolution struct {
	// Packages has all wanted paths, sorted.
	Packages []resolved
	// Support are the packages that only the sources of a fallback import.
	Support []resolved
	// Inputs are the directories whose sources decide the types, by their
	// content: all dependencies but the standard library and the module cache,
	// which do not change.
	Inputs []input

	started time.Time // when the go command was started
	listing *listing  // what it said, for what has no export data
}

// A resolved is one import path and where its types are.
type resolved struct {
	Path      string // as the source imports it
	TypesPath string // as the package calls itself, not the same in a GOPATH's vendor directory
	Name      string // of the package clause
	Export    string // file of export data
	Source    string // hash of the fallback's source, used instead of export data
	Problem   *Problem

	listed bool // its types are those of the source that the go command has listed
}

// errStale says that a resolution names files that are gone.
var errStale = errors.New("export data is gone from the go command's build cache")

// definite reports whether asking again would give the same answer, so that it
// may be remembered: a package that is missing can be there the next time.
func (res *resolution) definite() bool {
	for _, r := range res.Packages {
		if r.Problem != nil && (!r.Problem.Definite || r.Problem.mayChange) {
			return false
		}
	}
	for _, r := range res.Support {
		if r.Problem != nil {
			return false
		}
	}
	for _, in := range res.Inputs {
		// Of a directory that changed while the go command read it, nobody
		// knows which content the answer is about.
		if in.Hash == "" || modified(in.Dir).After(res.started.Add(-clockTick)) {
			return false
		}
	}
	return true
}

// clockTick is more than the step in which Linux advances the time it stamps on
// files (4 ms at CONFIG_HZ=250).
const clockTick = 10 * time.Millisecond

func (res *resolution) encode() []byte {
	var e encoder
	for _, list := range [][]resolved{res.Packages, res.Support} {
		e.int(len(list))
		for _, r := range list {
			for _, s := range []string{r.Path, r.TypesPath, r.Name, r.Export, r.Source} {
				e.string(s)
			}
			e.bool(r.Problem != nil)
			if r.Problem != nil {
				e.string(r.Problem.Text)
				e.bool(r.Problem.Definite)
			}
		}
	}
	e.int(len(res.Inputs))
	for _, in := range res.Inputs {
		e.string(in.Dir)
		e.string(in.Hash)
	}
	return e.data
}

func decodeResolution(data []byte) (res *resolution, err error) {
	defer decoded(&err)
	d := decoder{string(data)}
	res = new(resolution)
	for _, list := range []*[]resolved{&res.Packages, &res.Support} {
		*list = make([]resolved, d.len())
		for i := range *list {
			r := &(*list)[i]
			for _, s := range []*string{&r.Path, &r.TypesPath, &r.Name, &r.Export, &r.Source} {
				*s = d.string()
			}
			if d.bool() {
				r.Problem = &Problem{Text: d.string(), Definite: d.bool()}
			}
		}
	}
	res.Inputs = make([]input, d.len())
	for i := range res.Inputs {
		res.Inputs[i] = input{Dir: d.string(), Hash: d.string()}
	}
	return res, nil
}

// recall returns the remembered resolution of key if it still holds, or nil.
func (im *Importer) recall(key string) *resolution {
	data := im.cache.get(key)
	if data == nil {
		return nil
	}
	res, err := decodeResolution(data)
	if err != nil {
		return nil
	}
	for _, in := range res.Inputs {
		if hashDir(in.Dir) != in.Hash {
			return nil
		}
	}
	ctxt := BuildContext()
	for _, r := range slices.Concat(res.Packages, res.Support) {
		if r.Source != "" && sourceHash(im.fallback[r.Path], &ctxt) != r.Source {
			return nil
		}
	}
	return res
}

// bundleKey names the types of want by what they are made of, or is "" where a
// part has no name that stands for its content.
func (res *resolution) bundleKey(want Names) string {
	h := newHash("bundle", runtime.Version())
	for _, r := range res.Packages {
		if r.Problem != nil {
			continue
		}
		content := r.Source
		if content == "" {
			content = contentID(r.Export)
		}
		if content == "" {
			return ""
		}
		names := slices.Sorted(slices.Values(want[r.Path]))
		if want[r.Path] == nil {
			names = []string{"*"}
		}
		h.add(r.TypesPath, r.Name, content, strings.Join(slices.Compact(names), " "))
	}
	return h.name("bundle")
}

// contentID returns the hash in the name of a file of the go command's build
// cache, "<hash>-d", or "" for another file.
func contentID(file string) string {
	id, ok := strings.CutSuffix(file[strings.LastIndexAny(file, `/\`)+1:], "-d")
	if !ok || len(id) != 64 {
		return ""
	}
	return id
}
