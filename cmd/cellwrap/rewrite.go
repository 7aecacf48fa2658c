package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"github.com/cellwrap/cellwrap/internal/notebook"
	"github.com/cellwrap/cellwrap/rewrite"
	"github.com/cellwrap/cellwrap/templates"
)

// result is what became of an input.
type result struct {
	input
	dest      string // file that it goes to or is compared with, or ""
	code      []byte // the whole text that goes there
	out       *rewrite.Output
	unchanged bool                 // the cell passed through
	cells     []*bookCell          // of a notebook, those that were looked at
	left      []rewrite.Diagnostic // of what was unwrapped: what stays
	err       error
}

// rewrite rewrites the inputs, and reports in order. Nothing is written
// before every input is done, and nothing at all if one of them is refused.
func (c *config) rewrite(ctx context.Context, files []string, stdin io.Reader, stdout, stderr io.Writer) int {
	inputs, err := c.readInputs(files, stdin)
	if err != nil {
		fmt.Fprintf(stderr, "cellwrap: %v\n", err)
		return exitUsage
	}
	size := 0
	for _, in := range inputs {
		size += len(in.text)
	}
	paceGC(size)
	bar := startProgress(stderr, len(inputs))
	results := c.all(ctx, inputs, bar)
	if len(inputs) > 1 && c.opts.Target.IsFile() && c.opts.Types != rewrite.TypesOff {
		// A cell may use what another one becomes, and that one's type may be new.
		for range inputs {
			if !c.envs.learn(results) {
				break
			}
			bar.done.Store(0)
			bar.total.Store(int64(len(inputs)))
			results = c.all(ctx, inputs, bar)
		}
		if refused := c.envs.lose(results); len(refused) > 1 {
			parallel(len(refused), func(i int) { results[refused[i]] = c.one(ctx, inputs[refused[i]]) })
		}
	}
	bar.end()
	if ctx.Err() != nil {
		fmt.Fprintln(stderr, "cellwrap: interrupted")
		return exitInterrupted
	}
	status := exitOK
	for _, r := range failed(results) {
		refused := isRefusal(r.err)
		if refused {
			status = max(status, exitRefused)
		} else {
			status = exitUsage
		}
		switch {
		case c.json:
			printJSONRefusal(stderr, r)
		case refused:
			fmt.Fprintln(stderr, r.err)
		default:
			fmt.Fprintf(stderr, "cellwrap: %s: %v\n", r.name, r.err)
		}
	}
	if status != exitOK {
		return status
	}
	c.findOrphans(results)
	status, err = c.emit(results, stdout, stderr)
	if err != nil {
		fmt.Fprintf(stderr, "cellwrap: %v\n", err)
		return exitUsage
	}
	return status
}

// failed returns the results with errors: last those whose errors only follow from others.
func failed(results []*result) []*result {
	var list, following []*result
	for _, r := range results {
		switch {
		case r.err == nil:
		case !r.isBook && follows(r.err):
			following = append(following, r)
		default:
			list = append(list, r)
		}
	}
	return append(list, following...)
}

// follows reports whether an error is there only because another cell was refused.
func follows(err error) bool {
	list := rewrite.Errors(err)
	return len(list) > 0 && !slices.ContainsFunc(list, func(e *rewrite.Error) bool { return !e.Follows })
}

// all rewrites the inputs in parallel.
func (c *config) all(ctx context.Context, inputs []input, bar *progress) []*result {
	results := make([]*result, len(inputs))
	parallel(len(inputs), func(i int) {
		if in := inputs[i]; in.isBook {
			results[i] = c.book(ctx, in, bar)
		} else {
			results[i] = c.one(ctx, in)
		}
		bar.done.Add(1)
	})
	return results
}

// parallel calls do for each of n indexes, as many at a time as there are processors.
func parallel(n int, do func(int)) {
	if n == 1 { // most often; a goroutine costs a short process a thread that is woken and a stack that grows
		do(0)
		return
	}
	var wg sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i := range n {
		slots <- struct{}{}
		wg.Go(func() {
			do(i)
			<-slots
		})
	}
	wg.Wait()
}

// isRefusal reports whether an error is about what the user wrote.
func isRefusal(err error) bool {
	var cell *rewrite.Error
	var file *notebook.Error
	return errors.As(err, &cell) || errors.As(err, &file)
}

// one rewrites one input.
func (c *config) one(ctx context.Context, in input) *result {
	r := &result{input: in, dest: c.destination(in)}
	reg, err := c.selection.of(in.text)
	if err != nil {
		r.err = err
		return r
	}
	cell := in.text[reg.start:reg.end]
	if c.unwrap {
		cell, r.left, r.err = rewrite.Unwrap(cell, in.name)
		for _, e := range rewrite.Errors(r.err) {
			e.Pos.Line += reg.line - 1
			e.End.Line += reg.line - 1
		}
		for i := range r.left {
			r.left[i].Pos.Line += reg.line - 1
			r.left[i].End.Line += reg.line - 1
		}
		r.code = slices.Concat(in.text[:reg.start], cell, in.text[reg.end:])
		return r
	}
	opts := c.opts
	if opts.MagicOnly && c.selection.all() && isGoFile(in.text) {
		r.code, r.unchanged = in.text, true
		return r
	}
	if opts.Target == rewrite.Block && c.selection.all() && isGoFile(in.text) {
		r.err = noCells(in)
		return r
	}
	if at, ok := c.selection.directiveAbove(in.text, reg); ok && !opts.MagicOnly {
		r.err = &rewrite.Error{Pos: token.Position{Filename: in.name, Line: at, Column: 1}, Msg: "the directive is above the range, and would be left behind (begin the range with it)"}
		return r
	}
	if opts.Package, r.err = c.packageOf(in); r.err != nil {
		return r
	}
	opts.Filename, opts.FirstLine = in.name, reg.line
	opts.Percent = c.selection.first == 0 && !c.selection.all()
	if in.path != "" {
		opts.LineName, opts.OutputName = lineNames(in.path, r.dest)
	}
	if !c.line {
		opts.LineName = ""
	}
	if opts.Target == rewrite.Block {
		opts.Before, opts.After = in.text[:reg.start], in.text[reg.end:]
		opts.OutputName = filepath.Base(in.path)
	}
	if opts.Types != rewrite.TypesOff {
		env := c.envs.of
		if opts.Target.Kind() == templates.Cell {
			env = c.envs.ofBook
		}
		if opts.Env, r.err = env(in.path); r.err != nil {
			return r
		}
	}
	r.out, r.err = rewrite.CellContext(ctx, cell, opts)
	if r.err != nil {
		return r
	}
	r.code = r.out.Code
	r.unchanged = r.out.Name == ""
	if !c.opts.Target.IsFile() || r.unchanged {
		r.code = slices.Concat(in.text[:reg.start], r.out.Code, in.text[reg.end:])
	}
	return r
}

// noCells is the error about a Go file that has a package clause, of which nobody has said what is the cell.
func noCells(in input) error {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", in.text, parser.PackageClauseOnly)
	if err != nil {
		return err
	}
	msg := "this Go file has no // %% cells; choose lines with --range FIRST:LAST"
	if hasMarker(in.text) {
		msg = "this Go file has a package clause; choose a cell with --cell N|@LINE or lines with --range FIRST:LAST"
	}
	pos := fset.PositionFor(f.Package, false)
	pos.Filename = in.name
	return &rewrite.Error{Pos: pos, Msg: msg}
}

// lineNames returns the names of a cell and its output for //line comments, relative to
// the output's directory.
func lineNames(path, dest string) (cell, output string) {
	from, err1 := filepath.Abs(filepath.Dir(dest))
	to, err2 := filepath.Abs(path)
	rel, err3 := filepath.Rel(from, to)
	if errors.Join(err1, err2, err3) != nil {
		rel = filepath.Base(path) // on another volume, say
	}
	return filepath.ToSlash(rel), filepath.Base(dest)
}

// emit prints, compares or writes the results.
func (c *config) emit(results []*result, stdout, stderr io.Writer) (int, error) {
	var out bytes.Buffer
	var texts [][]byte // notebooks may be large
	status := exitOK
	reports := c.list || c.diff || c.check
	var files []file
	from := map[string]string{} // the input of each file
	for _, r := range results {
		c.note(r, stderr)
		switch {
		case c.json:
			for _, cell := range r.outputs() {
				if err := printJSON(&out, r.name, cell); err != nil {
					return 0, err
				}
			}
			continue
		case !reports && !c.write && c.output == "":
			texts = append(texts, r.code)
			continue
		}
		if err := c.mayReplace(r); err != nil {
			return 0, err
		}
		if other, ok := from[r.dest]; ok {
			return 0, fmt.Errorf("%s and %s both go to %s", other, r.name, r.dest)
		}
		from[r.dest] = r.name
		if r.dest != "" && r.dest == r.path && c.makesFile(r.input) && !r.unchanged {
			return 0, fmt.Errorf("%s would be replaced by what it is made to", r.name)
		}
		old, err := r.old()
		if err != nil {
			return 0, err
		}
		if old.exists && bytes.Equal(old.text, r.code) || r.unchanged && c.output == "" {
			continue
		}
		if c.list {
			fmt.Fprintln(&out, r.name)
		}
		if c.diff {
			out.WriteString(unified(r, old))
		}
		if c.check || c.diff {
			status = exitRefused
		}
		if c.check && !c.list && !c.diff {
			fmt.Fprintf(stderr, "cellwrap: %s would change\n", r.displayName())
		}
		if c.write || !reports {
			files = append(files, r.file())
		}
	}
	if err := writeFiles(files); err != nil {
		return 0, err
	}
	for _, text := range append(texts, out.Bytes()) {
		if _, err := stdout.Write(text); err != nil {
			return 0, err
		}
	}
	return status, nil
}

// note prints what magics print, and what stays of what was to be unwrapped.
func (c *config) note(r *result, stderr io.Writer) {
	if c.json {
		return
	}
	list := r.left
	for _, cell := range r.outputs() {
		list = append(list, cell.out.Diagnostics...)
	}
	for _, d := range list {
		fmt.Fprintf(stderr, "%s: %s: %s\n", d.Pos, d.Severity, d.Msg)
	}
}

// displayName names what would change.
func (r *result) displayName() string {
	if r.dest != "" {
		return r.dest
	}
	return r.name
}
