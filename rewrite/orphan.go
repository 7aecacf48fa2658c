package rewrite

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/cellwrap/cellwrap/templates"
)

// Orphan returns the name of the cell that the generated file at path, which holds text, was made from, if that
// cell is gone: removed or renamed. Else it returns "".
func Orphan(path string, text []byte) string {
	if !templates.IsGenerated(text) {
		return ""
	}
	dir, base := filepath.Split(path)
	first := ""
	for line := range bytes.Lines(text) {
		m := ownDirective.FindSubmatch(line)
		if m == nil {
			continue
		}
		name := string(cellNumber.ReplaceAll(m[1], nil))
		if name == base || name == first {
			continue
		}
		if strings.ContainsAny(name, `/\`) { // from there, a link may lead anywhere
			return ""
		}
		if _, err := os.Lstat(dir + name); err == nil {
			return ""
		}
		if first == "" {
			first = name
		}
	}
	if first == "" || hasCell(path) {
		return ""
	}
	return first
}

var (
	ownDirective = regexp.MustCompile(`^[\t ]*//line (.+):[0-9]+:[0-9]+\n`)
	cellNumber   = regexp.MustCompile(`:cell [0-9]+$`)
)

// hasCell reports whether a file stands beside the generated file at path that by its name is its cell.
func hasCell(path string) bool {
	dir, base := filepath.Split(path)
	stem, ok := strings.CutSuffix(base, generatedSuffix)
	if !ok {
		return false
	}
	entries, err := os.ReadDir(filepath.Clean(dir))
	if err != nil {
		return true
	}
	for _, e := range entries {
		ext := filepath.Ext(e.Name())
		if ext == "" || strings.TrimSuffix(e.Name(), ext) != stem {
			continue
		}
		if ext != ".go" {
			return true
		}
		if text, err := os.ReadFile(dir + e.Name()); err != nil || bytes.Contains(text, []byte("%%")) {
			return true
		}
	}
	return false
}

// generatedSuffix ends the name of the file that a cell becomes.
const generatedSuffix = "_cell.go"

// madeFromNothing says of a file of the package that it may be left of a cell which is gone.
func (e *Env) madeFromNothing(path string) string {
	for _, f := range e.files {
		if f.path == path && templates.IsGenerated(f.text) && strings.HasSuffix(path, generatedSuffix) && !hasCell(path) {
			return ", which is generated; delete it if its cell is gone"
		}
	}
	return ""
}
