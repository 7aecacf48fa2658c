package rewrite

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
)

// Session rewrites the cells of a notebook in the order in which they are run. What a cell
// declares, and the variable of its result, are known to the cells after it, with their types.
// A later declaration of a name replaces the earlier one. The settings of magics hold for later
// cells. A Session is not safe for
// concurrent use.
type Session struct {
	opts     Options
	settings settings
}

// NewSession returns a Session that rewrites each cell with opts, in which Env is needed for
// types, and Filename, FirstLine and the names in //line comments are of no use.
func NewSession(opts Options) *Session {
	opts.LineName, opts.OutputName = "", ""
	return &Session{opts, opts.settings()}
}

// Cell rewrites the next cell, as [CellContext] does. The name is for messages. A cell that is
// refused declares nothing.
//
// A cell that passes through unchanged is run by the host, and one that has an await and no magic
// is waited for: the variables of its body are known to the cells after it as well.
func (s *Session) Cell(ctx context.Context, src []byte, name string) (*Output, error) {
	opts := s.opts
	opts.Filename = name
	before := s.settings
	r, err := rewrite(ctx, src, opts.withDefaults(), before)
	if err != nil {
		return nil, err
	}
	s.settings = r.after
	switch passed := r.out.Name == ""; {
	case opts.Env == nil || opts.Types == TypesOff:
	case passed:
		opts.MagicOnly, opts.FixImports = false, true
		if host, err := rewrite(ctx, src, opts.withDefaults(), before); err == nil && host.checked != nil {
			s.learn(host.checked, host.checked.locals())
		}
		return r.out, ctx.Err() // the host says what is wrong with the cell
	case r.checked.shape == waited || r.checked.shape == inPlace:
		s.learn(r.checked, r.checked.locals())
	default:
		s.learn(r.checked, r.checked.resultVar())
	}
	return r.out, nil
}

// learn makes the declarations of a checked cell, and vars, known to later cells.
func (s *Session) learn(c *checker, vars []ast.Spec) {
	f := *c.file
	f.Decls = nil
	for _, d := range c.file.Decls {
		if !c.holdsBody(d) {
			f.Decls = append(f.Decls, d)
		}
	}
	if len(vars) > 0 {
		f.Decls = append(f.Decls, &ast.GenDecl{Tok: token.VAR, Lparen: 1, Specs: vars, Rparen: 1})
	}
	s.opts.Env = s.opts.Env.replace(withoutBodies(&f))
}

// holdsBody reports whether d is what the cell's statements were put into.
func (c *checker) holdsBody(d ast.Decl) bool {
	return d.Pos() <= c.body.Pos() && c.body.End() <= d.End()
}

// resultVar returns the variable of the result.
func (c *checker) resultVar() []ast.Spec {
	if c.name == "_" {
		return nil
	}
	return c.varSpec(c.name, "*"+c.runtime+".EventualResult["+c.result+"]")
}

// locals returns the variables that the body declares and whose types can be named.
func (c *checker) locals() []ast.Spec {
	var specs []ast.Spec
	scope := c.scopeAt(c.body.Rbrace)
	s := c.speller()
	for _, stmt := range c.body.List {
		for _, id := range declaredBy(unlabeled(stmt, nil)) {
			if obj := c.info.Defs[id]; obj != nil && scope.Lookup(id.Name) == obj {
				if typ, ok := s.spell(obj.Type()); ok && len(s.added) == 0 {
					specs = append(specs, c.varSpec(id.Name, typ)...)
				}
			}
		}
	}
	return specs
}

func (c *checker) varSpec(name, typ string) []ast.Spec {
	t, err := parser.ParseExpr(typ)
	if err != nil {
		return nil
	}
	return []ast.Spec{&ast.ValueSpec{Names: []*ast.Ident{ast.NewIdent(name)}, Type: t}}
}
