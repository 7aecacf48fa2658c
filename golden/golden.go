// Package golden loads the golden cases: one txtar file in testdata for each behaviour of
// a rewritten cell. Only tests import it.
//
// A case begins with prose that says why it exists, without which it does not load. Then
// come its sections. Given:
//
//	flags         one line of flags: -a NAME, -p PACKAGE, -m, --line=false, --runtime PATH,
//	              --types off|auto|require, --fix-imports
//	cell          the cell, which is called x.gocell in x.txtar
//	template      a skeleton in place of cellwrap's own, of the kind of the one target wanted
//	*.go          files that are compiled beside the output, such as support.go, and whose
//	              declarations the cell may use
//
// and wanted, for each target that the case is about:
//
//	file, block, gonb, repl  the output
//	file.error and so on     the message of a refusal
//	notes                    what the magics print, the same for each target
//	compile                  what the compiler says of the file, without columns; such a
//	                         case is not meant to compile
//	run                      what the file prints as a program; such a case is in package
//	                         main, others are in package cell unless flags say otherwise
//
// A text whose bytes an editor or git would not keep (carriage returns, a byte order mark,
// a NUL, invalid UTF-8, no final newline) stands in a section with .quoted behind its name:
// one Go string literal a line, to be joined.
//
// The wants are made and renewed by
//
//	go test ./rewrite -run Golden -update
//
// which keeps prose and givens byte for byte. It takes what there is, right or wrong: work
// out what a case should give before you run it, and read the diff after.
package golden

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/cellwrap/cellwrap/rewrite"
	"github.com/cellwrap/cellwrap/templates"
)

// Targets are the targets that cases can be about.
var Targets = rewrite.Targets

// Case is one golden case.
type Case struct {
	Archive
	Cell []byte
	opts rewrite.Options // for any target
}

// Archive is a case's file.
type Archive struct {
	Name string // "x" of x.txtar

	path string
	raw  []byte // as read, or last written
	ar   *txtar.Archive
}

// Load reads the cases in dir, in the order of their names.
func Load(dir string) ([]*Case, error) { return load(dir, parse) }

// load reads the cases in dir, each as parse does.
func load[C any](dir string, parse func(path string, text []byte) (C, error)) ([]C, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("no golden cases in %s", dir)
	}
	var cases []C
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		c, err := parse(path, text)
		if err != nil {
			return nil, fmt.Errorf("%s: %v", path, err)
		}
		cases = append(cases, c)
	}
	return cases, nil
}

func parse(path string, text []byte) (*Case, error) {
	a, err := parseArchive(path, text, func(name string) bool {
		return slices.Contains(known, name) || strings.HasSuffix(name, ".go")
	})
	if err != nil {
		return nil, err
	}
	c := &Case{Archive: a}
	ok := false
	if c.Cell, ok = c.Section("cell"); !ok {
		return nil, fmt.Errorf("no section cell")
	}
	return c, c.options()
}

// parseArchive reads a case whose sections have known names.
func parseArchive(path string, text []byte, known func(section string) bool) (Archive, error) {
	name := strings.TrimSuffix(filepath.Base(path), ".txtar")
	a := Archive{Name: name, path: path, raw: text, ar: txtar.Parse(text)}
	if !bytes.Equal(txtar.Format(a.ar), text) {
		return a, fmt.Errorf("an update would not keep this text byte for byte (end it in a newline, and quote what txtar cannot hold)")
	}
	if len(bytes.TrimSpace(a.ar.Comment)) == 0 {
		return a, fmt.Errorf("no prose (say above the first section why the case exists)")
	}
	seen := map[string]bool{}
	for _, f := range a.ar.Files {
		base := strings.TrimSuffix(f.Name, ".quoted")
		if !known(base) {
			return a, fmt.Errorf("unknown section %s", f.Name)
		}
		target := strings.TrimSuffix(base, ".error")
		if seen[target] {
			return a, fmt.Errorf("a second section %s", f.Name)
		}
		seen[target] = true
		if _, err := decode(f); err != nil {
			return a, fmt.Errorf("section %s: %v", f.Name, err)
		}
	}
	return a, nil
}

var known = func() []string {
	names := []string{"flags", "cell", "template", "notes", "compile", "run"}
	for _, t := range Targets {
		names = append(names, string(t), string(t)+".error")
	}
	return names
}()

// options works out what the sections say about rewrite.Options.
func (c *Case) options() error {
	c.opts = rewrite.Options{
		Filename:   c.Name + ".gocell",
		LineName:   c.Name + ".gocell",
		OutputName: c.Name + "_cell.go",
		Package:    "cell",
	}
	if _, ok := c.Section("run"); ok {
		c.opts.Package = "main"
	}
	flags, _ := c.Section("flags")
	words := strings.Fields(string(flags))
	for i := 0; i < len(words); i++ {
		var value *string
		switch words[i] {
		case "-m":
			c.opts.MagicOnly = true
			continue
		case "--line=false":
			c.opts.LineName = ""
			continue
		case "--fix-imports":
			c.opts.FixImports = true
			continue
		case "--types":
			value = (*string)(&c.opts.Types)
		case "-a":
			value = &c.opts.Assign
		case "-p":
			value = &c.opts.Package
		case "--runtime":
			value = &c.opts.Runtime
		default:
			return fmt.Errorf("unknown flag %s", words[i])
		}
		if i++; i == len(words) {
			return fmt.Errorf("no value for %s", words[i-1])
		}
		*value = words[i]
	}
	text, ok := c.Section("template")
	if !ok {
		return nil
	}
	targets := c.Targets()
	if len(targets) != 1 {
		return fmt.Errorf("a case with a template is about one target (give it an empty section, file or block, to fill with -update)")
	}
	var err error
	c.opts.Template, err = templates.Parse(c.Name+".tmpl", text, targets[0].Kind())
	return err
}

// Options returns how the case's cell is rewritten for target, with imports as env finds them.
// A block stands in a function of a file that imports a few packages.
func (c *Case) Options(target rewrite.Target, env *rewrite.Env) rewrite.Options {
	opts := c.opts
	opts.Target = target
	for _, f := range c.Support() {
		if env == nil {
			break
		}
		text := c.Beside(f, target)
		if target.Kind() == templates.Cell { // whose package is main until it is compiled
			text = bytes.Replace(text, []byte("package cell\n"), []byte("package main\n"), 1)
		}
		env = env.With(f.Name, text)
	}
	opts.Env = env
	if target == rewrite.Block {
		opts.Before = fmt.Appendf(nil, blockBefore, cmp.Or(opts.Runtime, rewrite.DefaultRuntime))
		opts.After = []byte("\n}\n")
	}
	return opts
}

// Beside returns a support file as it stands beside the output for target: in the package that this
// is in, where only a file's has a func main of the case's own.
func (c *Case) Beside(f txtar.File, target rewrite.Target) []byte {
	inMain, inCell := []byte("package main\n"), []byte("package cell\n")
	switch target.Kind() {
	case templates.Cell:
		text := bytes.Replace(f.Data, inMain, inCell, 1)
		return bytes.Replace(text, []byte("func main()"), []byte("func run()"), 1)
	case templates.Block:
		return bytes.Replace(f.Data, inMain, inCell, 1)
	}
	return f.Data
}

// blockBefore is what stands before a block's cell.
const blockBefore = `package cell

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	%q
)

func _() {
`

// Section returns a section's text, unquoted.
func (c *Archive) Section(name string) ([]byte, bool) {
	for _, f := range c.ar.Files {
		if strings.TrimSuffix(f.Name, ".quoted") == name {
			text, _ := decode(f) // parse has checked it
			return text, true
		}
	}
	return nil, false
}

// Targets returns the targets that the case is about: those it has a want for.
func (c *Case) Targets() []rewrite.Target {
	var targets []rewrite.Target
	for _, t := range Targets {
		_, code := c.Section(string(t))
		_, refusal := c.Section(string(t) + ".error")
		if code || refusal {
			targets = append(targets, t)
		}
	}
	return targets
}

// Support returns the Go files to compile beside the output.
func (c *Case) Support() []txtar.File {
	var files []txtar.File
	for _, f := range c.ar.Files {
		if strings.HasSuffix(f.Name, ".go") {
			files = append(files, f)
		}
	}
	return files
}

// Set puts text into a section, in the place that it has, or else at the end. The code
// and the refusal of one target share their place.
func (c *Archive) Set(name string, text []byte) {
	f := encode(name, text)
	target := strings.TrimSuffix(name, ".error")
	for i, old := range c.ar.Files {
		if strings.TrimSuffix(strings.TrimSuffix(old.Name, ".quoted"), ".error") == target {
			c.ar.Files[i] = f
			return
		}
	}
	c.ar.Files = append(c.ar.Files, f)
}

// Save writes the case back to its file, if anything in it has changed.
func (c *Archive) Save() error {
	text := txtar.Format(c.ar)
	if bytes.Equal(text, c.raw) {
		return nil
	}
	c.raw = text
	return os.WriteFile(c.path, text, 0o666)
}

func decode(f txtar.File) ([]byte, error) {
	if !strings.HasSuffix(f.Name, ".quoted") {
		if !survives(f.Data) {
			return nil, fmt.Errorf("bytes that an editor or git may change (call the section %s.quoted)", f.Name)
		}
		return f.Data, nil
	}
	var text []byte
	for line := range strings.Lines(string(f.Data)) {
		s, err := strconv.Unquote(strings.TrimSpace(line))
		if err != nil {
			return nil, fmt.Errorf("not one Go string literal a line: %s", strings.TrimSpace(line))
		}
		text = append(text, s...)
	}
	return text, nil
}

func encode(name string, text []byte) txtar.File {
	if survives(text) {
		return txtar.File{Name: name, Data: text}
	}
	var quoted []byte
	for line := range bytes.Lines(text) {
		quoted = append(strconv.AppendQuote(quoted, string(line)), '\n')
	}
	return txtar.File{Name: name + ".quoted", Data: quoted}
}

// survives reports whether text can stand in a section as it is.
func survives(text []byte) bool {
	ar := txtar.Archive{Files: []txtar.File{{Name: "x", Data: text}}}
	back := txtar.Parse(txtar.Format(&ar))
	return len(back.Files) == 1 && bytes.Equal(back.Files[0].Data, text) &&
		utf8.Valid(text) && !bytes.ContainsAny(text, "\r\x00\ufeff")
}
