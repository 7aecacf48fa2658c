package gokernel

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// line is a line of a cell, both counted from 1. The zero line is one that we have added.
type line struct{ cell, line int }

// source is Go source under construction, of whole lines, that knows where each is from.
type source struct {
	lines []string
	from  []line
}

// add adds the lines of text, each from its own, or all ours.
func (s *source) add(text string, from ...line) {
	lines := strings.Split(text, "\n")
	s.lines = append(s.lines, lines...)
	s.from = append(s.from, append(from, make([]line, len(lines)-len(from))...)...)
}

func (s *source) String() string { return strings.Join(s.lines, "\n") + "\n" }

// cellSource makes a file of a cell, less the lines that were commands.
func cellSource(lines []string, number int, commands map[int]bool) *source {
	s := &source{}
	s.add("package main")
	end := ""
	for i, l := range lines {
		at := line{number, i + 1}
		first, _, _ := strings.Cut(strings.ReplaceAll(strings.TrimPrefix(l, commentPrefix), "\t", " "), " ")
		switch {
		case first == "%%", strings.HasPrefix(first, "%main"):
			s.add("func main() {\n\tflag.Parse()", at, at)
			end = "\n}"
		case !commands[i] && !strings.HasPrefix(l, "package"):
			s.add(l, at)
		}
	}
	if end != "" {
		s.add(end)
	}
	return s
}

// declaration is a declaration, whole.
type declaration struct {
	text  string
	from  []line
	names []string // that it is remembered by: var a, b = f() is one
}

// declarations are remembered by kind and name: "func f", "func T~m".
type declarations map[string]*declaration

// with returns what is remembered when next comes after d.
func (d declarations) with(next declarations) declarations {
	all := maps.Clone(d)
	for name := range next {
		if old := all[name]; old != nil {
			for _, other := range old.names {
				delete(all, other)
			}
		}
	}
	maps.Copy(all, next)
	return all
}

// collect returns the declarations of a file.
func collect(name string, s *source) (declarations, error) {
	files := token.NewFileSet()
	text := s.String()
	file, err := parser.ParseFile(files, name, text, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		return nil, err
	}
	all := declarations{}
	remember := func(keyword string, from, to ast.Node, names ...string) {
		first, last := files.Position(from.Pos()), files.Position(to.End())
		one := &declaration{keyword + text[first.Offset:last.Offset], s.from[first.Line-1 : last.Line], names}
		for _, name := range names {
			all[name] = one
		}
	}
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			var first ast.Node = decl
			if decl.Doc != nil {
				first = decl.Doc
			}
			remember("", first, decl, "func "+funcName(decl))
		case *ast.GenDecl:
			keyword := decl.Tok.String() + " "
			for i, spec := range decl.Specs {
				switch spec := spec.(type) {
				case *ast.ImportSpec:
					remember(keyword, spec, spec, keyword+importName(spec))
				case *ast.TypeSpec:
					remember(keyword, spec, spec, keyword+spec.Name.Name)
				case *ast.ValueSpec:
					if decl.Tok == token.VAR {
						remember(keyword, spec, spec, varNames(spec)...)
					} else if i == 0 { // the whole of it, which iota counts
						remember("", decl, decl, keyword+spec.Names[0].Name)
					}
				}
			}
		}
	}
	return all, nil
}

func funcName(f *ast.FuncDecl) string {
	if f.Recv == nil || len(f.Recv.List) == 0 {
		return f.Name.Name
	}
	return strings.TrimPrefix(types.ExprString(f.Recv.List[0].Type), "*") + "~" + f.Name.Name
}

func importName(spec *ast.ImportSpec) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	p, _ := strconv.Unquote(spec.Path.Value) // it was parsed
	return path.Base(p)
}

// varNames returns what variables are remembered by: each that is called _ is another one.
func varNames(spec *ast.ValueSpec) []string {
	var names []string
	for _, name := range spec.Names {
		if name.Name == "_" {
			names = append(names, fmt.Sprintf("var _~%06d", nameless.Add(1)))
		} else {
			names = append(names, "var "+name.Name)
		}
	}
	return names
}

// compose returns the program of the declarations and main.
func (d declarations) compose(main *declaration) *source {
	s := &source{}
	s.add("package main")
	for _, kind := range []string{"import ", "type ", "const ", "var ", "func "} {
		for _, name := range slices.Sorted(maps.Keys(d)) {
			one := d[name]
			switch {
			case !strings.HasPrefix(name, kind), len(one.names) > 1 && name != one.names[0]:
			case strings.HasPrefix(name, "func init_"):
				s.add(strings.Replace(one.text, name, "func init", 1), one.from...)
			default:
				s.add(one.text, one.from...)
			}
		}
	}
	s.add(main.text, main.from...)
	return s
}
