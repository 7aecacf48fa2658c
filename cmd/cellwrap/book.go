package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"go/token"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cellwrap/cellwrap/internal/notebook"
	"github.com/cellwrap/cellwrap/rewrite"
)

// newInput returns a text as an input. It is a notebook by its name, or if it is Go in the percent
// format. One line that starts a cell is enough. A Go file with a package clause is no notebook, though it may have
// lines that start cells: its cells are parts of one program text.
func (c *config) newInput(name, path string, text []byte) input {
	in := input{name: name, path: path, text: text}
	switch strings.ToLower(filepath.Ext(path)) {
	case ".ipynb":
		in.isBook = true
	case ".go":
		in.isBook = c.selection.first == 0 && hasMarker(text) && !isGoFile(text)
	}
	return in
}

// isPercent reports whether an input's cells are those of a percent-format file.
func isPercent(in input) bool { return in.isBook && strings.ToLower(filepath.Ext(in.path)) != ".ipynb" }

// hasMarker reports whether a line of a Go text starts a cell.
func hasMarker(text []byte) bool {
	return bytes.Contains(text, []byte("%%")) &&
		slices.ContainsFunc(notebook.Percent(text), func(c notebook.Cell) bool { return c.Top < c.Line })
}

// parseBook reads a notebook of Go cells.
func parseBook(name string, text []byte) (*notebook.Book, error) {
	b, err := notebook.Parse(name, text)
	if err == nil && b.Language != "" && !strings.EqualFold(b.Language, "go") {
		err = &notebook.Error{Pos: token.Position{Filename: name, Line: 1, Column: 1}, Msg: "a notebook in " + b.Language + ", not in go (its kernel says so)"}
	}
	return b, err
}

// book rewrites the cells of a notebook, in order.
func (c *config) book(ctx context.Context, in input, bar *progress) *result {
	r := &result{input: in, dest: c.destination(in), code: in.text}
	b, err := parseBook(in.name, in.text)
	chosen := -1
	if err == nil {
		chosen, err = c.chosen(b, in)
	}
	if err != nil {
		r.err = err
		return r
	}
	w := &bookWork{config: c, result: r, Book: b, chosen: chosen}
	if r.unchanged = w.hasNothing(); r.unchanged {
		return r
	}
	bar.more(len(b.Cells) - 1)
	if !c.unwrap {
		if r.err = w.begin(); r.err != nil {
			return r
		}
	}
	for i, cell := range b.Cells {
		if cell.Kind == notebook.Code && (chosen < 0 || i <= chosen && !c.unwrap || i == chosen) {
			w.cell(ctx, i)
		}
		if i > 0 {
			bar.done.Add(1)
		}
		if ctx.Err() != nil {
			r.err = ctx.Err()
			return r
		}
	}
	r.err = w.end()
	return r
}

// hasNothing reports whether no cell can have anything to rewrite, so that nothing need be known of
// any.
func (w *bookWork) hasNothing() bool {
	if w.unwrap || w.json || w.chosen >= 0 || w.magicOnly == "false" {
		return false
	}
	for i, cell := range w.Cells {
		if cell.Kind == notebook.Code {
			if src, err := w.Source(i); err != nil || rewrite.MayChange(src) {
				return false
			}
		}
	}
	return true
}

// chosen returns the index of the cell that --cell chooses, or -1.
func (c *config) chosen(b *notebook.Book, in input) (int, error) {
	s := c.selection
	if s.all() {
		if c.opts.Assign != "" {
			return 0, errors.New("--assign names the result of one cell (choose it with --cell)")
		}
		return -1, nil
	}
	if filepath.Ext(in.name) == ".go" {
		return s.in(in.text, b.Cells)
	}
	if s.cell == 0 {
		return 0, errors.New("the cells of a notebook are chosen by their number, --cell N")
	}
	return s.in(nil, b.Cells)
}

// bookWork is a notebook that is being rewritten.
type bookWork struct {
	*config
	*result
	*notebook.Book
	chosen  int
	session *rewrite.Session

	lineName, outputName string
	refused              bookErrors
	following            bookErrors        // those that were refused for what another one lacks
	context              bookErrors        // those before the one that is chosen
	stay                 rewrite.ErrorList // why cells could not be unwrapped
}

// begin starts the session.
func (w *bookWork) begin() error {
	opts := w.opts
	opts.Assign, opts.MagicOnly = "", w.magicOnly != "false"
	opts.Percent = isPercent(w.input)
	var err error
	if opts.Package, err = w.packageOf(w.input); err != nil {
		return err
	}
	opts.FixImports = true // as the kernels do, or most notebooks would not run
	opts.Reversible = !w.makesFile(w.input)
	if w.path != "" && w.line {
		w.lineName, w.outputName = lineNames(w.path, cmp.Or(w.dest, w.path))
	}
	if opts.Types != rewrite.TypesOff {
		env, err := w.envs.ofBook(w.path)
		if err != nil {
			return err
		}
		opts.Env = env
	}
	w.session = rewrite.NewSession(opts)
	return nil
}

// cell rewrites a cell. Those before the one that is chosen are its context: what is wrong with them is told only where
// that one needs them.
func (w *bookWork) cell(ctx context.Context, i int) {
	cell := &bookCell{number: i + 1, name: fmt.Sprintf("%s:cell %d", w.Book.Name, i+1)}
	if cell.old, cell.err = w.Source(i); cell.err == nil {
		if w.unwrap {
			w.unwrapCell(i, cell)
		} else {
			w.rewriteCell(ctx, i, cell)
		}
	}
	if w.chosen >= 0 && i != w.chosen {
		if cell.err != nil {
			w.context = append(w.context, cell)
		}
		return
	}
	w.cells = append(w.cells, cell)
	if cell.err != nil {
		w.refuse(cell)
		return
	}
	if w.chosen >= 0 && w.makesFile(w.input) || bytes.Equal(cell.old, cell.new) {
		return
	}
	set := w.SetSource
	if w.unwrap {
		set = w.Restore
	}
	if cell.err = set(i, cell.new); cell.err != nil {
		w.refuse(cell)
	}
}

// unwrapCell gives the cell back that this one was, if it was one.
func (w *bookWork) unwrapCell(i int, cell *bookCell) {
	code, left, err := rewrite.Unwrap(cell.old, w.CellName(i))
	if cell.new = code; err != nil {
		cell.new = cell.old
	}
	for _, d := range left {
		d.Pos, d.End = w.Position(i, d.Pos.Line, d.Pos.Column), w.Position(i, d.End.Line, d.End.Column)
		w.left = append(w.left, d)
	}
	for _, e := range rewrite.Errors(err) {
		if len(left) > 0 { // else it was not rewritten
			e.Pos, e.End = w.Position(i, e.Pos.Line, e.Pos.Column), w.Position(i, e.End.Line, e.End.Column)
			w.stay = append(w.stay, e)
		}
	}
}

func (w *bookWork) rewriteCell(ctx context.Context, i int, cell *bookCell) {
	at := rewrite.Place{Filename: w.CellName(i), FirstLine: w.Cells[i].Line}
	if w.lineName != "" {
		at.LineName = w.lineName + strings.TrimPrefix(w.CellName(i), w.Book.Name)
	}
	if i == w.chosen {
		at.Chosen, at.Assign = w.magicOnly != "true", w.opts.Assign
		if w.makesFile(w.input) {
			at.OutputName = w.outputName
		}
	}
	cell.out, cell.err = w.session.CellAt(ctx, cell.old, at)
	for _, e := range rewrite.Errors(cell.err) {
		e.Pos, e.End = w.place(i, e.Pos), w.place(i, e.End)
	}
	if cell.err != nil {
		return
	}
	for j := range cell.out.Diagnostics {
		d := &cell.out.Diagnostics[j]
		d.Pos, d.End = w.place(i, d.Pos), w.place(i, d.End)
	}
	if !bytes.HasSuffix(cell.old, []byte("\n")) && !w.makesFile(w.input) { // as it is with notebooks' cells
		cell.out.Code = bytes.TrimSuffix(cell.out.Code, []byte("\n"))
	}
	cell.new = cell.out.Code
}

// place returns a position in a cell's source as one in its notebook.
func (w *bookWork) place(i int, p token.Position) token.Position {
	return w.Position(i, p.Line-w.Cells[i].Line+1, p.Column)
}

// refuse keeps a cell that was refused: those where that only follows from another one come last.
func (w *bookWork) refuse(cell *bookCell) {
	if follows(cell.err) {
		w.following = append(w.following, cell)
	} else {
		w.refused = append(w.refused, cell)
	}
}

// end returns why the notebook is refused, or puts its text together.
func (w *bookWork) end() error {
	if w.chosen >= 0 && len(w.following) > 0 {
		w.refused = append(w.context, w.refused...) // the reason
	}
	if refused := append(w.refused, w.following...); len(refused) > 0 {
		return refused
	}
	w.code = w.Bytes()
	changed := false
	for _, cell := range w.cells {
		changed = changed || !bytes.Equal(cell.old, cell.new)
		if !bytes.Equal(cell.old, cell.new) && w.opts.Target.IsFile() && !w.unwrap && w.chosen < 0 && filepath.Ext(w.Book.Name) == ".go" {
			return fmt.Errorf("a cell of a Go file has no place for the whole file that cell %d becomes (choose the cell with --cell, or -t block)", cell.number)
		}
	}
	switch {
	case w.unwrap && !changed && len(w.stay) > 0:
		return w.stay
	case w.unwrap && !changed:
		return &notebook.Error{Pos: token.Position{Filename: w.Book.Name, Line: 1, Column: 1}, Msg: "nothing to unwrap (no cell was rewritten)"}
	case changed && w.makesFile(w.input):
		w.code = w.cells[0].out.Code
	}
	w.unchanged = !changed
	return nil
}
