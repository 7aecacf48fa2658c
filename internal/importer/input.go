package importer

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"
)

// An input is a directory of sources and the hash of its content.
type input struct{ Dir, Hash string }

// hashDir returns the hash of the files in dir that decide the types of its
// package, or "" if it cannot be read. A go.mod is one of them: it takes the
// directory out of the module around it.
func hashDir(dir string) string {
	h := newHash("dir")
	entries, err := os.ReadDir(dir)
	if err != nil {
		return ""
	}
	for _, e := range entries {
		name := e.Name()
		if !isInput(name) {
			continue
		}
		data, err := os.ReadFile(dir + string(os.PathSeparator) + name)
		if errors.Is(err, fs.ErrNotExist) || e.IsDir() {
			continue
		}
		if err != nil {
			return ""
		}
		h.add(name, string(data))
	}
	return h.sum()
}

func isInput(name string) bool {
	if strings.HasSuffix(name, ".go") {
		return !strings.HasSuffix(name, "_test.go")
	}
	return strings.HasSuffix(name, ".h") || name == "go.mod"
}

// modified returns when dir or an input in it was last modified.
func modified(dir string) time.Time {
	var last time.Time
	if info, err := os.Stat(dir); err == nil {
		last = info.ModTime()
	}
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if !isInput(e.Name()) {
			continue
		}
		if info, err := os.Stat(dir + string(os.PathSeparator) + e.Name()); err == nil && info.ModTime().After(last) {
			last = info.ModTime()
		}
	}
	return last
}
