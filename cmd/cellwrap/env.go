package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/cellwrap/cellwrap/rewrite"
)

// envs finds what cells may use, once for each directory. It is safe for concurrent use.
type envs struct {
	context []string // --context; nil: the package of the input file
	offline bool

	mu    sync.Mutex
	byDir map[string]func() (*rewrite.Env, error)
	books map[string]*rewrite.Env
	made  map[string][]byte // what cells have become in this run, by the file it will stand in
}

// ofBook returns what the cells of a notebook, or of a kernel, may use: the package of its directory is none of
// theirs unless --context says so.
func (e *envs) ofBook(path string) (*rewrite.Env, error) {
	if e.context != nil {
		return e.of(path)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	dir := existing(filepath.Dir(path))
	if e.books == nil {
		e.books = map[string]*rewrite.Env{}
	}
	if e.books[dir] == nil {
		e.books[dir] = e.empty(dir, true)
	}
	return e.books[dir], nil
}

// existing returns dir, or "." if it is not there: the name of an editor's new file, say.
func existing(dir string) string {
	if _, err := os.Stat(dir); err != nil {
		return "."
	}
	return dir
}

// of returns what a cell in the file path may use; "" is standard input.
func (e *envs) of(path string) (*rewrite.Env, error) {
	dir := existing(filepath.Dir(path))
	e.mu.Lock()
	if e.byDir == nil {
		e.byDir = map[string]func() (*rewrite.Env, error){}
	}
	find, ok := e.byDir[dir]
	if !ok {
		find = sync.OnceValues(func() (*rewrite.Env, error) { return e.find(dir) })
		e.byDir[dir] = find
	}
	e.mu.Unlock()
	return find()
}

// learn lets the cells of a directory know what the others of this run have become, in place of
// what stands in their files. It reports whether any of that is new.
func (e *envs) learn(results []*result) bool {
	changed := false
	for _, r := range results {
		if r.err != nil || r.isBook || r.unchanged || r.dest == "" || filepath.Dir(r.dest) != filepath.Dir(r.path) || bytes.Equal(e.made[r.dest], r.code) {
			continue
		}
		if old, err := os.ReadFile(r.dest); e.made[r.dest] == nil && err == nil && bytes.Equal(old, r.code) {
			continue
		}
		if e.made == nil {
			e.made = map[string][]byte{}
		}
		e.made[r.dest] = r.code
		dir := filepath.Dir(r.path)
		if env, err := e.of(r.path); err == nil {
			env = env.With(r.dest, r.code)
			e.byDir[dir] = func() (*rewrite.Env, error) { return env, nil }
			changed = true
		}
	}
	return changed
}

// lose lets the cells of a directory know which others were refused, and returns the indices of those that may have been only
// for that.
func (e *envs) lose(results []*result) []int {
	var list []int
	for i, r := range results {
		if r.isBook || !isRefusal(r.err) {
			continue
		}
		if env, err := e.of(r.path); err == nil {
			env = env.WithRefused(r.name, r.text, "")
			e.byDir[existing(filepath.Dir(r.path))] = func() (*rewrite.Env, error) { return env, nil }
			list = append(list, i)
		}
	}
	return list
}

// empty returns what a cell in a directory may import.
func (e *envs) empty(dir string, book bool) *rewrite.Env {
	switch {
	case e.offline:
		return rewrite.NewOfflineEnv(dir, book)
	case book:
		return rewrite.NewBookEnv(dir)
	}
	return rewrite.NewEnv(dir)
}

func (e *envs) find(dir string) (*rewrite.Env, error) {
	env := e.empty(dir, false)
	if e.context == nil {
		return env.WithPackage(dir)
	}
	for _, path := range e.context {
		info, err := os.Stat(path)
		if err != nil {
			return nil, fmt.Errorf("--context: %w", err)
		}
		switch {
		case info.IsDir():
			env, err = env.WithPackage(path)
		case !strings.HasSuffix(path, ".go"):
			err = fmt.Errorf("%s is neither a Go file nor a directory", path)
		default:
			var src []byte
			src, err = os.ReadFile(path)
			env = env.With(path, src)
		}
		if err != nil {
			return nil, fmt.Errorf("--context: %w", err)
		}
	}
	return env, nil
}
