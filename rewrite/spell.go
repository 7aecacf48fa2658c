package rewrite

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"

	"github.com/cellwrap/cellwrap/templates"
)

// speller writes types as they are named in front of the closure.
type speller struct {
	opts  *Options
	pkg   *types.Package
	file  *ast.File // where the type will stand
	scope *types.Scope
	past  *past                  // nil: there are no earlier cells
	pos   token.Pos              // where the type will stand
	added []importSpec           // imports that it needs
	bad   bool                   // some part cannot be named
	parts int                    // that were visited
	taken func() map[string]bool // the names that the file has
}

// maxParts bounds a type that is written out: one whose parts are shared may be exponentially long.
const maxParts = 500

func (c *checker) speller() *speller {
	pos := c.file.FileStart + token.Pos(c.bodyAt) - 2 // before the closure's brace
	return &speller{opts: c.opts, pkg: c.pkg, past: c.opts.past, file: c.file, scope: c.scopeAt(pos), pos: pos, taken: c.identifiers}
}

// spell returns t in Go. It fails for what cannot be named there: a type that is declared inside
// of a function, or not exported by its package.
func (s *speller) spell(t types.Type) (string, bool) {
	s.bad, s.added, s.parts = false, nil, 0
	if types.Identical(t, anyType) && types.Unalias(t) == t {
		t = anyType // interface{}, as recover's
	}
	s.visit(t)
	if s.bad {
		if u := types.Unalias(t); u != t {
			return s.spell(u) // an alias that is not exported
		}
		s.added = nil
		return "", false
	}
	return types.TypeString(t, s.qualifier), true
}

// means reports whether a name means obj in front of the closure.
func (s *speller) means(obj types.Object) bool {
	_, found := s.scope.LookupParent(obj.Name(), s.pos)
	return found == obj || found == nil && s.past != nil && s.past.objs[obj.Name()] == obj
}

// visit looks for parts of t that cannot be named, and for imports to add.
func (s *speller) visit(t types.Type) {
	if s.parts++; s.parts > maxParts {
		s.bad = true
	}
	if s.bad {
		return
	}
	switch t := t.(type) {
	case *types.Basic:
		if t.Kind() == types.UnsafePointer {
			s.bad = s.bad || s.qualifier(types.Unsafe) != "unsafe" // as TypeString has it
		} else if obj := types.Universe.Lookup(t.Name()); obj == nil || !s.means(obj) {
			s.bad = true
		}
	case *types.Named:
		s.name(t.Obj())
		s.list(t.TypeArgs())
	case *types.Alias:
		s.name(t.Obj())
		s.list(t.TypeArgs())
	case *types.Pointer:
		s.visit(t.Elem())
	case *types.Slice:
		s.visit(t.Elem())
	case *types.Array:
		s.visit(t.Elem())
	case *types.Chan:
		s.visit(t.Elem())
	case *types.Map:
		s.visit(t.Key())
		s.visit(t.Elem())
	case *types.Signature:
		s.visit(t.Params())
		s.visit(t.Results())
	case *types.Tuple:
		for v := range t.Variables() {
			s.visit(v.Type())
		}
	case *types.Struct:
		for f := range t.Fields() {
			s.member(f)
			s.visit(f.Type())
		}
	case *types.Interface:
		for m := range t.ExplicitMethods() {
			s.member(m)
			s.visit(m.Type())
		}
		for e := range t.EmbeddedTypes() {
			s.visit(e)
		}
		if t == types.Unalias(anyType) {
			s.name(types.Universe.Lookup("any"))
		}
	case *types.Union:
		for term := range t.Terms() {
			s.visit(term.Type())
		}
	case *types.TypeParam: // of the function around a block
		s.name(t.Obj())
	default:
		s.bad = true
	}
}

func (s *speller) list(list *types.TypeList) {
	for t := range list.Types() {
		s.visit(t)
	}
}

// member looks at a field or a method: another package's can only be named if it is exported.
func (s *speller) member(obj types.Object) {
	if !obj.Exported() && obj.Pkg() != s.pkg {
		s.bad = true
	}
}

// name looks at the name of a type.
func (s *speller) name(obj types.Object) {
	switch pkg := obj.Pkg(); {
	case pkg == nil, pkg == s.pkg:
		s.bad = s.bad || !s.means(obj)
	case !obj.Exported() || !s.importable(pkg.Path()):
		s.bad = true
	default:
		s.qualifier(pkg)
	}
}

// importable reports whether the package may import path, by the go command's rule for
// internal packages.
func (s *speller) importable(path string) bool {
	if strings.HasPrefix(path, "vendor/") {
		return false // the standard library's own
	}
	elems := strings.Split(path, "/")
	i := len(elems) - 1
	for i >= 0 && elems[i] != "internal" {
		i--
	}
	parent := strings.Join(elems[:max(i, 0)], "/")
	return i < 0 || parent != "" && strings.HasPrefix(s.pkg.Path()+"/", parent+"/")
}

// qualifier returns the name that the file has for a package, and imports it if there is none.
func (s *speller) qualifier(pkg *types.Package) string {
	if pkg == s.pkg {
		return ""
	}
	for _, spec := range s.file.Imports {
		if unquote(spec.Path.Value) != pkg.Path() {
			continue
		}
		name := pkg.Name()
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if name == "." {
			return ""
		}
		if _, obj := s.scope.LookupParent(name, s.pos); name != "_" && isPackage(obj, pkg) {
			return name
		}
	}
	for _, imp := range s.added {
		if imp.path == pkg.Path() {
			return imp.localName()
		}
	}
	imp := importSpec{path: pkg.Path(), off: -1, group: group(pkg.Path(), s.opts)}
	imp.Import = templates.Import{Path: strconv.Quote(pkg.Path())}
	name := s.unused(pkg.Name())
	if name != packageName(pkg.Path()) {
		imp.Name = name
	}
	s.added = append(s.added, imp)
	return name
}

func isPackage(obj types.Object, pkg *types.Package) bool {
	name, ok := obj.(*types.PkgName)
	return ok && name.Imported() == pkg
}

// unused returns name, with a number behind it if the file or the cell uses that name.
func (s *speller) unused(name string) string {
	taken := s.taken()
	free := name
	for i := 2; taken[free] || s.pkg.Scope().Lookup(free) != nil || s.past.declares(free); i++ {
		free = name + strconv.Itoa(i)
	}
	return free
}
