package runner

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/cellwrap/cellwrap"
	"github.com/cellwrap/cellwrap/internal/host"
	"github.com/cellwrap/cellwrap/internal/process"
	"github.com/cellwrap/cellwrap/rewrite"
)

// A Program is one that was built. Close removes it.
type Program struct {
	temp string // directory
	file string // executable
	out  *rewrite.ProgramOutput
}

// A BuildError is what the go command says of a program, which has passed our own check.
type BuildError struct{ Text string }

func (e *BuildError) Error() string { return e.Text }

// Build builds the program of a notebook in the directory dir. Its error is a *BuildError if the go
// command refuses the program, or the context's.
func Build(ctx context.Context, dir string, out *rewrite.ProgramOutput) (_ *Program, err error) {
	temp, err := os.MkdirTemp("", "cellwrap-run-")
	if err != nil {
		return nil, err
	}
	p := &Program{temp: temp, file: filepath.Join(temp, "notebook"+exeSuffix), out: out}
	defer func() {
		if err != nil {
			p.Close()
		}
	}()
	at, err := placeOf(out, dir)
	if err != nil {
		return nil, err
	}
	overlay, err := p.overlay(at)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-overlay="+overlay, "-o", p.file,
		// Relative names in //line directives stay as they are, and nobody debugs the program.
		"-buildvcs=false", "-ldflags=-w", "-gcflags=-dwarf=false "+quoted("-trimpath="+at.virtual()), "--", "./"+host.VirtualDir)
	cmd.Dir = at.dir
	cmd.Env = append(cmd.Environ(), at.env...)
	// What a go command that is killed leaves behind goes with our directory.
	cmd.Env = append(cmd.Env, "GOTMPDIR="+temp)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.WaitDelay = time.Second
	process.OwnGroup(cmd)
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.As(err, &exit):
		return nil, &BuildError{wordsOf(said.String())}
	case err != nil:
		return nil, err
	}
	return p, nil
}

// Close removes what was built.
func (p *Program) Close() error { return os.RemoveAll(p.temp) }

// quoted quotes a flag in a list of flags, as the go command reads it: nothing is escaped.
func quoted(flag string) string {
	if strings.Contains(flag, "'") {
		return `"` + flag + `"`
	}
	return "'" + flag + "'"
}

// wordsOf returns what the go command said, without the names of its packages.
func wordsOf(said string) string {
	var text strings.Builder
	for line := range strings.Lines(said) {
		if !strings.HasPrefix(line, "# ") {
			text.WriteString(strings.TrimPrefix(line, host.VirtualDir+"/"))
		}
	}
	return strings.TrimSuffix(text.String(), "\n")
}

// overlay writes the program, and what it imports of ours, for the go command to find at its place.
func (p *Program) overlay(at place) (string, error) {
	shared := at.shared()
	o := &overlay{
		temp:    filepath.Join(p.temp, "src"),
		replace: map[string]string{},
		moved:   map[string]string{},
	}
	base := path.Join(shared.pkg, host.VirtualDir)
	o.moved[rewrite.DefaultHost] = base + "/host"
	o.moved[rewrite.DefaultHost+"/rich"] = base + "/host/rich"
	if p.out.Runtime {
		o.moved[rewrite.DefaultRuntime] = base + "/reactor"
		o.moved[rewrite.DefaultRuntime+"/dynamic"] = base + "/reactor/dynamic"
	}
	for _, f := range p.out.Files {
		o.addSource(at, f.Name, f.Code)
	}
	if p.out.Runtime {
		o.addAll(shared, "reactor", cellwrap.Reactor(), ".", "dynamic")
	}
	o.addAll(shared, "host", cellwrap.Host(), ".", "rich")
	if at.pkg == ownModule {
		o.addAt(filepath.Join(at.dir, "go.mod"), "go.mod", []byte(ownGoMod))
	}
	return o.write(filepath.Join(p.temp, "overlay.json"))
}

// overlay is what the go command is to find that is not there.
type overlay struct {
	temp    string            // directory of the files' texts
	replace map[string]string // by their virtual names
	moved   map[string]string // import paths of ours
	err     error
}

func (o *overlay) addAt(virtual, name string, text []byte) {
	real := filepath.Join(o.temp, filepath.FromSlash(name))
	o.replace[virtual] = real
	if err := os.MkdirAll(filepath.Dir(real), 0o777); err != nil {
		o.err = errors.Join(o.err, err)
		return
	}
	o.err = errors.Join(o.err, os.WriteFile(real, text, 0o666))
}

// addSource adds a Go file of ours. The constraint raises the language version, which is else that
// of the user's module.
func (o *overlay) addSource(at place, name string, text []byte) {
	o.addAt(filepath.Join(at.virtual(), filepath.FromSlash(name)), name, append([]byte("//go:build "+rewrite.ProgramLanguage+"\n\n"), o.relink(text)...))
}

// addAll adds the files of packages of ours.
func (o *overlay) addAll(at place, dir string, files fs.FS, packages ...string) {
	for _, pkg := range packages {
		names, err := fs.Glob(files, path.Join(pkg, "*.go"))
		o.err = errors.Join(o.err, err)
		for _, name := range names {
			text, err := fs.ReadFile(files, name)
			o.err = errors.Join(o.err, err)
			o.addSource(at, path.Join(dir, name), text)
		}
	}
}

// relink changes the import paths that have moved, each on its line.
func (o *overlay) relink(text []byte) []byte {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", text, parser.ImportsOnly|parser.SkipObjectResolution)
	if err != nil {
		o.err = errors.Join(o.err, err)
		return text
	}
	var b bytes.Buffer
	at := 0
	for _, imp := range f.Imports {
		old, err := strconv.Unquote(imp.Path.Value)
		to, ok := o.moved[old]
		if err != nil || !ok {
			continue
		}
		off := int(imp.Path.Pos()) - fset.File(imp.Pos()).Base()
		b.Write(text[at:off])
		b.WriteString(strconv.Quote(to))
		at = off + len(imp.Path.Value)
	}
	b.Write(text[at:])
	return b.Bytes()
}

func (o *overlay) write(file string) (string, error) {
	data, err := json.Marshal(map[string]any{"Replace": o.replace})
	if err := errors.Join(o.err, err); err != nil {
		return "", fmt.Errorf("the program's files: %w", err)
	}
	return file, os.WriteFile(file, data, 0o666)
}
