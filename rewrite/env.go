package rewrite

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cellwrap/cellwrap"
	"github.com/cellwrap/cellwrap/internal/importer"
)

// Env is what a cell may use beside its own text: the packages that an import finds in a
// directory, and the declarations of other files of the package that the output will be part
// of. Functions' bodies count only for initialization cycles. An Env is safe for concurrent use.
//
// To find packages it starts the go command, unless the cache knows them.
type Env struct {
	dir      string
	packages *importer.Importer
	fset     *token.FileSet
	files    []envFile
	left     []leftOut         // files that are no part of the package
	refused  map[string]string // names that refused cells of the package would declare, and whose each is
}

// envFile is a file of the cell's package.
type envFile struct {
	path   string
	file   *ast.File // without bodies
	bodies *ast.File // with them
	text   []byte
	broken *scanner.Error
}

// NewEnv returns an Env in which imports are looked up as the go command would look them up in
// dir. What it finds out is remembered in the user's cache directory.
func NewEnv(dir string) *Env { return newEnv(dir, importer.Options{}) }

// NewBookEnv is as NewEnv, for cells of a notebook, which are not of the package in dir and may import
// it.
func NewBookEnv(dir string) *Env { return newEnv(dir, importer.Options{Apart: true}) }

// NewOfflineEnv is as NewEnv or NewBookEnv, but for that the go command is kept from the network and from starting
// other commands, so that nothing is downloaded or compiled.
func NewOfflineEnv(dir string, book bool) *Env {
	return newEnv(dir, importer.Options{Apart: book, Offline: true})
}

func newEnv(dir string, opts importer.Options) *Env {
	runtime := cellwrap.Reactor()
	opts.Fallback = map[string]fs.FS{DefaultRuntime: runtime}
	for _, name := range []string{sessionPackage, dynamicPackage} {
		if sub, err := fs.Sub(runtime, name); err == nil {
			opts.Fallback[DefaultRuntime+"/"+name] = sub
		}
	}
	return &Env{dir: dir, packages: importer.New(dir, opts), fset: token.NewFileSet()}
}

// With returns an Env that has the files of e and the named Go file of the cell's package, which
// replaces one of the same name. A file that cannot be parsed is not an error here: cells get a
// warning.
func (e *Env) With(name string, src []byte) *Env {
	f, err := parser.ParseFile(e.fset, name, src, parser.SkipObjectResolution)
	added := envFile{path: name, file: withoutBodies(f), bodies: f, text: bytes.Clone(src)}
	if err != nil {
		added.broken = &scanner.Error{Pos: token.Position{Filename: name, Line: 1, Column: 1}, Msg: err.Error()}
		if list, ok := err.(scanner.ErrorList); ok {
			added.broken = list[0]
		}
	}
	files := slices.DeleteFunc(slices.Clone(e.files), func(f envFile) bool { return f.path == name })
	left := slices.DeleteFunc(slices.Clone(e.left), func(f leftOut) bool { return f.path == name })
	return &Env{e.dir, e.packages, e.fset, append(files, added), left, e.refused}
}

// WithRefused returns an Env that has what e has, and knows that the cell of the file called name was refused: what only that
// would declare is not what is wrong with another cell. assign is as in Options.
func (e *Env) WithRefused(name string, src []byte, assign string) *Env {
	with := *e
	with.refused = map[string]string{}
	maps.Copy(with.refused, e.refused)
	for _, declared := range roughlyVisible(src, assign) {
		with.refused[declared] = name
	}
	return &with
}

// WithPackage returns an Env that has the files of e and the Go files in dir that build here.
// Those of another package than the cell's will not count.
func (e *Env) WithPackage(dir string) (*Env, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	host := importer.BuildContext()
	left := slices.Clone(e.left)
	for _, entry := range entries {
		name := entry.Name()
		path := filepath.Join(dir, name)
		if !strings.HasSuffix(name, ".go") {
			continue
		}
		if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
			continue // a link to nowhere, or a pipe
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if len(bytes.TrimSpace(src)) == 0 {
			continue // what a shell has just made, for our own output
		}
		if !matches(host, dir, name, src) {
			left = append(left, newLeftOut(host, dir, name, src))
			continue
		}
		if cell := Orphan(path, src); cell != "" {
			left = append(left, newOrphan(path, src, cell))
			continue
		}
		with := e.With(path, src)
		if added := with.files[len(with.files)-1]; !host.CgoEnabled && added.file != nil && imported([]*ast.File{added.file}, "C") {
			left = append(left, newLeftOut(host, dir, name, src))
			continue
		}
		e = with
	}
	return &Env{e.dir, e.packages, e.fset, e.files, left, e.refused}, nil
}

// withoutBodies returns f without the bodies of its functions.
func withoutBodies(f *ast.File) *ast.File {
	if f == nil {
		return nil
	}
	g := *f
	g.Decls = slices.Clone(f.Decls)
	for i, d := range g.Decls {
		if d, ok := d.(*ast.FuncDecl); ok {
			bare := *d
			bare.Body = nil
			g.Decls[i] = &bare
		}
	}
	return &g
}

// filesFor returns the files of the given package, but for the one called output, and what is
// wrong with the first that is broken. Tests count if output is one.
//
// Where the output has no name, the files may well hold an older one, and they count only as
// far as they do not declare what the cell declares. result is the cell's variable.
func (e *Env) filesFor(pkg, output, result string, cell *ast.File) (files []*ast.File, broken string) {
	var names map[string]bool
	if output == "" {
		names = declaredIn(cell)
	}
	// A body that uses the result may close a cycle, through other bodies.
	mentioned := result != "_" && slices.ContainsFunc(e.files, func(f envFile) bool {
		return filepath.Base(f.path) != output && bytes.Contains(f.text, []byte(result))
	})
	for _, f := range e.files {
		base := filepath.Base(f.path)
		switch {
		case base == output, isTest(base) && !isTest(output):
		case f.broken != nil && (f.file == nil || f.file.Name == nil || f.file.Name.Name == pkg):
			if broken == "" && output != "" {
				broken = f.broken.Error()
			}
		case f.broken == nil && f.file.Name.Name == pkg:
			file := f.file
			if mentioned && f.bodies != nil {
				file = f.bodies
			}
			if output == "" {
				file = without(file, names)
			}
			files = append(files, file)
		}
	}
	return files, broken
}

// otherPackage returns the package, if it is not pkg, whose files of e declare name, or "".
func (e *Env) otherPackage(pkg, name string) string {
	for _, f := range e.files {
		if f.broken == nil && f.file.Name.Name != pkg && declaredIn(f.file)[name] {
			return f.file.Name.Name
		}
	}
	return ""
}

// declares reports whether a file of the given package, but for the one called output, declares name.
func (e *Env) declares(pkg, output, name string) bool {
	files, _ := e.filesFor(pkg, output, "_", &ast.File{Name: ast.NewIdent(pkg)})
	return slices.ContainsFunc(files, func(f *ast.File) bool { return declaredIn(f)[name] })
}

// declaredIn returns the names that f declares at package level.
func declaredIn(f *ast.File) map[string]bool {
	names := map[string]bool{}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				names[d.Name.Name] = true
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					names[spec.Name.Name] = true
				case *ast.ValueSpec:
					for _, id := range spec.Names {
						names[id.Name] = true
					}
				}
			}
		}
	}
	delete(names, "_")
	delete(names, "init")
	return names
}

// without returns f without the declarations of names and of their methods. Variables and
// constants become blank: those below a constant may count on it.
func without(f *ast.File, names map[string]bool) *ast.File {
	g := *f
	g.Decls = nil
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && names[d.Name.Name] || d.Recv != nil && names[receiverName(d)] {
				continue
			}
		case *ast.GenDecl:
			if slices.ContainsFunc(d.Specs, func(spec ast.Spec) bool { return declaresOne(spec, names) }) {
				e := *d
				e.Specs = blankSpecs(d.Specs, names)
				if len(e.Specs) > 0 {
					g.Decls = append(g.Decls, &e)
				}
				continue
			}
		}
		g.Decls = append(g.Decls, d)
	}
	return &g
}

// blankSpecs returns specs without the types among names, and with _ for the other names.
func blankSpecs(specs []ast.Spec, names map[string]bool) []ast.Spec {
	var list []ast.Spec
	for _, spec := range specs {
		if !declaresOne(spec, names) {
			list = append(list, spec)
		} else if v, ok := spec.(*ast.ValueSpec); ok {
			w := *v
			w.Names = slices.Clone(v.Names)
			for i, id := range w.Names {
				if names[id.Name] {
					w.Names[i] = &ast.Ident{NamePos: id.NamePos, Name: "_"}
				}
			}
			list = append(list, &w)
		}
	}
	return list
}

func declaresOne(spec ast.Spec, names map[string]bool) bool {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		return names[spec.Name.Name]
	case *ast.ValueSpec:
		return slices.ContainsFunc(spec.Names, func(id *ast.Ident) bool { return names[id.Name] })
	}
	return false
}
