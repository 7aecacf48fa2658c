package templates

import (
	"go/token"

	"github.com/dave/dst"
)

// fillImports replaces the cell_imports spec by imports, in its place, less
// those that the template has already.
func fillImports(tree *dst.File, imports []Import) {
	have := map[[2]string]bool{}
	for _, spec := range tree.Imports {
		have[importKey(spec)] = true
	}
	for i, d := range tree.Decls {
		g, ok := d.(*dst.GenDecl)
		if !ok || g.Tok != token.IMPORT {
			continue
		}
		for j, s := range g.Specs {
			hole := s.(*dst.ImportSpec)
			if hole.Path.Value != `"`+holeImports+`"` {
				continue
			}
			var specs []dst.Spec
			for _, imp := range imports {
				spec := imp.spec()
				if have[importKey(spec)] {
					continue
				}
				if len(specs) == 0 { // stands where the hole stood
					if g.Lparen {
						spec.Decs.Before = hole.Decs.Before
					}
					spec.Decs.Start.Prepend(hole.Decs.Start...)
				}
				specs = append(specs, spec)
			}
			g.Specs = append(append(g.Specs[:j:j], specs...), g.Specs[j+1:]...)
			if len(g.Specs) == 1 && !g.Lparen && len(g.Specs[0].Decorations().Start) == 0 {
				g.Specs[0].Decorations().Before = dst.None // import "fmt"
			} else {
				g.Lparen = true
			}
			if len(g.Specs) == 0 {
				tree.Decls = append(tree.Decls[:i:i], tree.Decls[i+1:]...)
			}
			return
		}
	}
}

func importKey(s *dst.ImportSpec) [2]string {
	if s.Name != nil {
		return [2]string{s.Name.Name, s.Path.Value}
	}
	return [2]string{"", s.Path.Value}
}

func (imp Import) spec() *dst.ImportSpec {
	s := &dst.ImportSpec{Path: &dst.BasicLit{Kind: token.STRING, Value: imp.Path}}
	if imp.Name != "" {
		s.Name = dst.NewIdent(imp.Name)
	}
	s.Decs.Before = dst.NewLine
	if imp.Apart {
		s.Decs.Before = dst.EmptyLine
	}
	s.Decs.After = dst.NewLine
	for _, c := range imp.Doc {
		if s.Decs.Start.Append(c); c[1] == '*' {
			s.Decs.Start.Append("\n")
		}
	}
	if imp.Comment != "" {
		s.Decs.End.Append(imp.Comment)
	}
	return s
}
