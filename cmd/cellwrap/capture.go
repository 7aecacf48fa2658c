package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/cellwrap/cellwrap/internal/notebook"
	"github.com/cellwrap/cellwrap/internal/runner"
)

// mostOutput is how many bytes a cell may print where its output is kept: more would make a notebook
// that nobody can open.
const mostOutput = 16 << 20

// record is what a cell has done in a run.
type record struct {
	count          int
	stdout, stderr bytes.Buffer
	results        []notebook.Output
}

// capture runs the program and keeps, compares or tells what it prints.
func (c *runConfig) capture(program *runner.Program, n *runnable, opts runner.Options, signals <-chan os.Signal, stdout, stderr io.Writer) (int, error) {
	records := map[int]*record{}
	var tell *teller
	if c.json {
		tell = newTeller(stdout, n)
	}
	opts.Events = func(e runner.Event) error {
		if e.Kind == runner.Failed && e.Traceback == nil {
			e.Traceback = []string{n.at(e)}
		}
		if tell != nil {
			if err := tell.event(e); err != nil {
				return err
			}
		} else if e.Kind == runner.Skipped || e.Kind == runner.Failed && !n.raises(e.Cell-1) {
			n.printFailure(stderr, e)
		}
		if !c.write && !c.check {
			return nil
		}
		return n.keep(records, e)
	}
	var interrupted atomic.Bool
	status, err := program.Run(context.Background(), withSignals(opts, signals, &interrupted))
	if err != nil {
		return 0, err
	}
	if interrupted.Load() {
		status = exitInterrupted
	} else if c.check {
		differs := func(_ int, diff string) error {
			_, err := io.WriteString(stdout, diff)
			return err
		}
		if tell != nil {
			differs = tell.differs
		}
		if status, err = n.compare(records, c.normal, status, differs); err != nil {
			return 0, err
		}
	}
	if tell != nil {
		if err := tell.exit(status); err != nil {
			return 0, err
		}
	}
	if interrupted.Load() {
		return 0, errInterrupted
	}
	switch {
	case !c.write:
		return status, nil
	case status != 0 && !c.keepGoing:
		fmt.Fprintf(stderr, "cellwrap: %s stays as it was (--keep-going stores what has failed, too)\n", n.path)
		return status, nil
	}
	return status, n.store(records)
}

// printFailure tells of a failure as the program itself does where nobody captures it.
func (n *runnable) printFailure(w io.Writer, e runner.Event) {
	if e.Traceback != nil {
		fmt.Fprintln(w, strings.Join(e.Traceback, "\n"))
		return
	}
	fmt.Fprintln(w, n.at(e))
}

// at returns what an event tells of a cell, at the cell's first line.
func (n *runnable) at(e runner.Event) string {
	return fmt.Sprintf("%s:%d: %s", n.cellName(e.Cell), n.book.Cells[e.Cell-1].Line, e.Text)
}

// cellName returns the name of the cell with a number.
func (n *runnable) cellName(number int) string {
	if number == 0 {
		return n.book.Name
	}
	return n.book.CellName(number - 1)
}

// keep keeps what an event tells of a cell.
func (n *runnable) keep(records map[int]*record, e runner.Event) error {
	if e.Cell == 0 {
		e.Cell = n.cells[0] + 1 // printed by a package, before the first cell
	}
	r := records[e.Cell]
	if r == nil {
		r = &record{}
		records[e.Cell] = r
	}
	switch e.Kind {
	case runner.Begin:
		r.count = e.Count
	case runner.Stream:
		to := &r.stdout
		if e.Name == "stderr" {
			to = &r.stderr
		}
		to.WriteString(e.Text)
	case runner.Result:
		r.results = append(r.results, notebook.Output{Type: notebook.Result, Data: e.Data, Count: r.count})
	case runner.Failed:
		if e.Crash != "" {
			r.stderr.Truncate(len(bytes.TrimSuffix(r.stderr.Bytes(), []byte(e.Crash))))
		}
		r.results = append(r.results, notebook.Output{
			Type:      notebook.Failure,
			Name:      e.Name,
			Text:      n.relative(e.Text),
			Traceback: strings.Split(n.relative(strings.Join(e.Traceback, "\n")), "\n"),
		})
	}
	size := r.stdout.Len() + r.stderr.Len()
	for _, out := range r.results {
		for _, data := range out.Data {
			size += len(data)
		}
	}
	if size > mostOutput {
		return fmt.Errorf("%s: the cell has printed more than %d MB, which is too much to keep; the notebook stays as it was", n.cellName(e.Cell), mostOutput>>20)
	}
	return nil
}

// relative names the notebook as it is called in its own directory: what is stored does not depend on
// where the command was called.
func (n *runnable) relative(text string) string {
	return strings.ReplaceAll(text, n.book.Name+":", filepath.Base(n.path)+":")
}

// outputs returns what a notebook stores of it: in an order that does not depend on which stream
// was read first.
func (r *record) outputs() []notebook.Output {
	var list []notebook.Output
	for _, s := range []struct {
		name string
		buf  *bytes.Buffer
	}{{"stdout", &r.stdout}, {"stderr", &r.stderr}} {
		if s.buf.Len() > 0 {
			list = append(list, notebook.Output{Type: notebook.Stream, Name: s.name, Text: s.buf.String()})
		}
	}
	return append(list, r.results...)
}

// store puts the outputs into the notebook's file. A cell that was to run and did not has none.
func (n *runnable) store(records map[int]*record) error {
	read := n.book.Bytes()
	for i, cell := range n.book.Cells {
		if !runs(cell) {
			continue
		}
		r := records[i+1]
		if r == nil {
			r = &record{}
		}
		if err := errors.Join(n.book.SetExecutionCount(i, r.count), n.book.SetOutputs(i, r.outputs())); err != nil {
			return err
		}
	}
	text := n.book.Bytes()
	if bytes.Equal(text, read) {
		return nil
	}
	return writeFiles([]file{{path: n.path, text: text, was: read, mustBe: true}})
}
