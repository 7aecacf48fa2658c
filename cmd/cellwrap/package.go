package main

import (
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"

	"github.com/cellwrap/cellwrap/internal/importer"
	"github.com/cellwrap/cellwrap/templates"
)

// packageOf returns the name of the package that a cell's file is in: the one that -p or $GOPACKAGE names, or else that
// of the Go files in its directory which build here, tests apart. What cells became there counts only where
// nobody has written a file by hand. Without a file it is main.
func (c *config) packageOf(in input) (string, error) {
	dest := c.destination(in)
	if c.opts.Package != "" || dest == "" || !c.makesFile(in) {
		return c.opts.Package, nil
	}
	dir := filepath.Dir(dest)
	entries, err := os.ReadDir(existing(dir))
	if err != nil {
		return "", err
	}
	context := importer.BuildContext()
	var written, firstWritten, generated string // names of packages, and of a file
	for _, e := range entries {
		name := e.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || name == filepath.Base(dest) {
			continue
		}
		if match, err := context.MatchFile(dir, name); err != nil || !match {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return "", err
		}
		f, err := parser.ParseFile(token.NewFileSet(), "", text, parser.PackageClauseOnly)
		switch {
		case err != nil || f.Name.Name == "documentation": // as the go command has it
		case templates.IsGenerated(text):
			generated = f.Name.Name
		case written == "":
			written, firstWritten = f.Name.Name, name
		case written != f.Name.Name:
			return "", fmt.Errorf("the package is not clear: %s says %s, and %s says %s (choose with -p)", firstWritten, written, name, f.Name.Name)
		}
	}
	for _, name := range []string{written, generated} {
		if name != "" {
			return name, nil
		}
	}
	return "", nil
}
