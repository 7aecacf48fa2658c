package main

import (
	"fmt"
	"go/token"
	"os"
	"path/filepath"
	"strings"

	"github.com/cellwrap/cellwrap/rewrite"
)

// findOrphans warns, once for each directory that a cell's file goes to, of the generated files there whose cells are
// gone: they still run, and may declare what a cell that was renamed declares.
func (c *config) findOrphans(results []*result) {
	made := map[string]bool{}
	for _, r := range results {
		made[filepath.Clean(r.dest)] = true
	}
	looked := map[string]bool{}
	for _, r := range results {
		dir, outputs := filepath.Dir(r.dest), r.outputs()
		if r.dest == "" || len(outputs) == 0 || !c.makesFile(r.input) || looked[dir] {
			continue
		}
		looked[dir] = true
		out := outputs[0].out
		for _, o := range orphansIn(dir, made) {
			out.Diagnostics = append(out.Diagnostics, rewrite.Diagnostic{
				Pos:      token.Position{Filename: r.name},
				Severity: rewrite.Warning,
				Msg:      fmt.Sprintf("%s was made from %s, which is gone (delete it)", o.file, o.cell),
			})
		}
	}
}

// An orphan is a generated file whose cell is gone.
type orphan struct{ file, cell string }

// orphansIn returns those in a directory, but for the files that are being made.
func orphansIn(dir string, made map[string]bool) []orphan {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil // it is not there yet
	}
	var list []orphan
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if !strings.HasSuffix(path, ".go") || !e.Type().IsRegular() || made[path] {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		if cell := rewrite.Orphan(path, text); cell != "" {
			list = append(list, orphan{path, cell})
		}
	}
	return list
}
