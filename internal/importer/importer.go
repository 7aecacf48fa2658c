package importer

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
)

// Names says what is needed of each package: the names that are selected from
// it by import path. The value nil means all exported names (a dot import), an
// empty slice none of them (a blank import).
type Names map[string][]string

// All returns the same packages with all of their exported names, as the
// wording of an error needs them ("undefined: http.get (but have Get)").
func (n Names) All() Names {
	all := make(Names, len(n))
	for path := range n {
		all[path] = nil
	}
	return all
}

// Options are the choices of an [Importer]. The zero value is ready to use.
type Options struct {
	// CacheDir is the directory of the cache, made when it is first written to.
	// The default is cellwrap below os.UserCacheDir; if there is none, nothing
	// is remembered.
	CacheDir string
	// NoCache neither reads nor writes a cache.
	NoCache bool
	// Fallback has, by import path, the source of packages to use where the
	// directory's module does not provide them: .go files at the root that
	// import only the standard library and other packages of Fallback.
	Fallback map[string]fs.FS
	// Apart says that the importing files are not of the package in the
	// directory, which they may import.
	Apart bool
	// Offline keeps the go command from the network and from starting a compiler, or
	// any other command. What is not remembered, and has no export data, is then
	// type-checked from its source, but for what uses cgo.
	Offline bool
}

// An Importer gives the types of packages as go build would resolve their
// import paths in one directory. It is safe for concurrent use and holds no
// state but its options: each Load looks at the files anew.
type Importer struct {
	dir      string
	fallback map[string]fs.FS
	apart    bool
	offline  bool
	cache    cache
}

// New returns an Importer for imports in files of the directory dir, which need
// not be in a module. It does no work yet and keeps opts.Fallback, which must
// not be modified any more.
func New(dir string, opts Options) *Importer {
	im := &Importer{dir: dir, fallback: opts.Fallback, apart: opts.Apart, offline: opts.Offline}
	if !opts.NoCache {
		im.cache.dir = opts.CacheDir
		if im.cache.dir == "" {
			im.cache.dir = DefaultCacheDir()
		}
	}
	return im
}

// DefaultCacheDir returns the directory that is used where Options name none,
// or "" if the user has no cache directory.
func DefaultCacheDir() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "cellwrap")
}

// Load returns the types of the packages that want names. What cannot be had is
// a [Problem] of the result; the only error is that of ctx, whose end also ends
// the go command if one was started.
//
// The packages hold only the names that want selects and, incomplete, the
// packages which those refer to. Types of two Loads are never identical.
func (im *Importer) Load(ctx context.Context, want Names) (*Packages, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	at := newSite(im.dir)
	at.offline = im.offline
	p := &Packages{
		Path:      at.importPath(),
		Workspace: at.workspace(),
		GoVersion: at.goVersion(),
		Problems:  map[string]Problem{},
		at:        at,
	}
	want = p.refuse(want)
	if len(want) == 0 {
		return p, nil
	}

	key := at.key(want, im.fallback, im.apart)
	if res := im.recall(key); res != nil && im.fill(p, res, want) == nil {
		return p, nil
	}
	res, err := im.resolve(ctx, at, want)
	if err != nil {
		return nil, err
	}
	if !at.volatile && !at.offline && res.definite() {
		im.cache.put(key, res.encode())
	}
	if err := im.fill(p, res, want); err != nil {
		// Somebody empties the build cache under our feet.
		p.blame(want, Problem{Text: err.Error()})
	}
	return p, nil
}

// fill adds what res found to p. It returns errStale, and has not changed p,
// if a file that res names is gone.
func (im *Importer) fill(p *Packages, res *resolution, want Names) error {
	if data := im.cache.get(res.bundleKey(want)); data != nil {
		if types, err := decodeBundle(data, res.Packages); err == nil {
			p.add(res, types)
			return nil
		}
	}
	types, err := im.read(res)
	if err != nil {
		return err
	}
	// The answer is the same as from the cache, missing names included. Types
	// that a bundle cannot express are better whole than not at all.
	if data, err := encodeBundle(types, res.Packages, want); err == nil {
		if pruned, err := decodeBundle(data, res.Packages); err == nil {
			im.cache.put(res.bundleKey(want), data)
			types = pruned
		}
	}
	p.add(res, types)
	return nil
}
