package rewrite

import (
	"context"
	"go/ast"
	"go/parser"
	"go/types"
)

// Session rewrites the cells of a notebook in the order in which they are run. What a cell
// declares and imports, and the variable of its result, are known to the cells after it, with their
// types. A later declaration of a name replaces the earlier one. The settings of magics hold for
// later cells. A cell takes the time that its own text takes, however many there were before. A
// Session is not safe for concurrent use.
type Session struct {
	opts     Options
	settings settings
	past     *past
}

// Place is what is different for each cell of a [Session].
type Place struct {
	Filename  string // for messages
	FirstLine int    // number in Filename of the cell's first line; default 1

	LineName, OutputName string // as in Options

	// Chosen rewrites the cell whatever Options.MagicOnly says, and Assign is as there.
	Chosen bool
	Assign string
}

// NewSession returns a Session that rewrites each cell with opts, in which Env is needed for
// types, and what a Place has is of no use.
func NewSession(opts Options) *Session {
	s := &Session{opts: opts, settings: opts.settings()}
	if opts.Env != nil && opts.Types != TypesOff {
		s.past = newPast(&s.opts)
	}
	return s
}

// Cell rewrites the next cell, as [CellContext] does. The name is for messages. A cell that is
// refused declares nothing.
//
// A cell that passes through unchanged is run by the host, and one that has an await and no magic
// is waited for: the variables of its body are known to the cells after it as well. A cell that was
// rewritten before declares what it did then.
func (s *Session) Cell(ctx context.Context, src []byte, name string) (*Output, error) {
	return s.CellAt(ctx, src, Place{Filename: name})
}

// CellAt is [Session.Cell] for a cell with a place of its own. It retains src.
func (s *Session) CellAt(ctx context.Context, src []byte, at Place) (*Output, error) {
	opts := s.opts
	opts.Filename, opts.FirstLine = at.Filename, at.FirstLine
	opts.LineName, opts.OutputName = at.LineName, at.OutputName
	opts.MagicOnly = opts.MagicOnly && !at.Chosen
	opts.Assign = at.Assign
	opts.past = s.past
	before := s.settings
	r, err := rewrite(ctx, src, opts.withDefaults(), before)
	if err != nil {
		if s.past != nil && ctx.Err() == nil {
			s.past.lost.forget(at.origin())
			for _, name := range roughlyVisible(src, at.Assign) {
				s.past.lost.raise(name, at.origin())
			}
		}
		return nil, err
	}
	if s.past != nil {
		s.past.lost.forget(at.origin())
		s.past.unsure.forget(at.origin())
		s.past.ended.forget(at.origin())
	}
	s.settings = r.after
	switch {
	case r.out.Name == "", r.checked == nil:
		if err := s.pass(ctx, passed{src: src, at: at, before: before, host: true}); err != nil {
			return nil, err
		}
	case s.past != nil:
		s.past.learn(r.checked)
	}
	return r.out, nil
}

// pass keeps a cell that is left as it is. What it declares is looked for when a later cell
// is checked: in most notebooks none is.
func (s *Session) pass(ctx context.Context, p passed) error {
	if original, ok := unwrapped(p.src); ok {
		p.src, p.host = original, false
		s.settings = settingsAfter(original, &s.opts, p.before)
	}
	if s.past == nil {
		return nil
	}
	if s.past.passed = append(s.past.passed, p); len(s.past.passed) < maxPassed {
		return nil
	}
	return s.past.catchUp(ctx)
}

// maxPassed is how many cells wait to be looked at: a session has no more than that of what later cells replace.
const maxPassed = 1000

// settingsAfter returns what holds behind a cell.
func settingsAfter(text []byte, opts *Options, before settings) settings {
	opts = opts.withDefaults() // whose cell it is decides which magics are its host's
	src, err := newSource(text, "", 1)
	if err != nil {
		return before
	}
	c, err := split(src, nil, opts)
	if err != nil {
		return before
	}
	_, st, err := c.settle(before, opts)
	if err != nil {
		return before
	}
	return st.next()
}

// holdsBody reports whether d is what the cell's statements were put into.
func (c *checker) holdsBody(d ast.Decl) bool {
	return d.Pos() <= c.body.Pos() && c.body.End() <= d.End()
}

func (c *checker) varSpec(obj types.Object, typ string) []ast.Spec {
	t, err := parser.ParseExpr(typ)
	if err != nil {
		return nil
	}
	return []ast.Spec{&ast.ValueSpec{Names: []*ast.Ident{{NamePos: obj.Pos(), Name: obj.Name()}}, Type: t}}
}
