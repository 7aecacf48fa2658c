// Package host runs the cells of a program that cellwrap has made of a notebook. The program
// is the user's: this package is small, imports little, and stays out of the way.
//
// What the command that started the program wants of it stands in the environment, see Env. Without
// that the cells run one after the other and print, as any program does.
package host

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"time"
)

// Program is a notebook.
type Program struct {
	Cells   []Cell
	Reactor func() Reactor // the one that the cells use; nil: they use none
}

// Cell is a cell of the notebook.
type Cell struct {
	Number int    // counted from 1, text too
	Name   string // "book.ipynb:cell 3"
	Line   int    // number there of its first line, if that is not 1
	Run    func() // nil if it does not compile
	Err    string // why it does not
	Needs  []int  // numbers of the cells that define what it uses
	Notes  string // what its magics print
	Raises bool   // the notebook says that it may fail
}

// place returns where the cell begins.
func (c Cell) place() string { return c.Name + ":" + itoa(max(c.Line, 1)) }

// Reactor is the loop in which cells go on between cells.
type Reactor interface {
	Call(f func()) error
	Stop()
	Stopped() <-chan struct{}
}

// Main runs the cells in order and ends the process: with status 1 if one has failed. The first
// that fails is the last, unless the rest is to go on; what needs one that failed is skipped then.
func Main(p Program) {
	r := &run{Program: p, settings: given, failed: map[int]bool{}}
	r.prepare()
	for _, c := range p.Cells {
		if need := r.missing(c); need != 0 {
			r.skip(c, need)
			continue
		}
		r.count++
		r.begin(c)
		f := r.cell(c)
		if f != nil {
			r.report(f)
		}
		r.end(c, f == nil)
		if f == nil || c.Raises {
			continue
		}
		r.failed[c.Number] = true
		r.status = 1
		if !r.keepGoing || f.last {
			break
		}
	}
	r.exit()
}

// run is a run of a program.
type run struct {
	Program
	settings
	count   int          // of cells that have begun: the n of In [n]
	current Cell         // the last that has begun
	failed  map[int]bool // by number, the skipped ones too
	status  int
}

// showing is the run whose cell's values are displayed.
var showing *run

func (r *run) prepare() {
	showing = r
	if r.crash != "" {
		if f, err := os.Create(r.crash); err == nil {
			debug.SetCrashOutput(f, debug.CrashOptions{})
			f.Close()
		}
	}
	if r.sources != "" {
		r.readSources()
	}
}

// missing returns the number of a cell that c needs and that has failed, or 0.
func (r *run) missing(c Cell) int {
	if c.Run == nil {
		return 0 // it says so itself
	}
	for _, n := range c.Needs {
		if r.failed[n] {
			return n
		}
	}
	return 0
}

func (r *run) skip(c Cell, need int) {
	r.failed[c.Number] = true
	why := fmt.Sprintf("skipped: it needs cell %d, which failed", need)
	if r.frames.to != nil {
		r.frames.write("skip", itoa(c.Number), why)
		return
	}
	fmt.Fprintf(stderr, "%s: %s\n", c.place(), why)
}

// cell runs a cell, and returns why it failed.
func (r *run) cell(c Cell) (f *failure) {
	if c.Notes != "" {
		fmt.Fprint(stdout, c.Notes)
	}
	if c.Run == nil {
		return &failure{kind: "CompileError", text: c.Err}
	}
	if r.timeout > 0 {
		limit := time.AfterFunc(r.timeout, r.tooLong)
		defer func() {
			if !limit.Stop() {
				select {} // it is about to end the process
			}
		}()
	}
	returned := false
	defer func() {
		if returned {
			return
		}
		v := recover()
		f = r.panicked(v, string(debug.Stack()))
		if v == nil { // runtime.Goexit: this goroutine cannot go on
			r.report(f)
			r.end(c, false)
			r.status = 1
			r.exit()
		}
	}()
	c.Run()
	returned = true
	return nil
}

// exit ends the process. What the cells have queued on the reactor is still run, for a second at
// most, and then the reactor is stopped, so that it reports what nobody has looked at.
func (r *run) exit() {
	if r.Reactor != nil {
		loop, limit := r.Reactor(), make(chan struct{})
		time.AfterFunc(time.Second, func() { close(limit) })
		idle := make(chan struct{})
		if loop.Call(func() { close(idle) }) == nil {
			select {
			case <-idle:
			case <-limit:
			}
		}
		loop.Stop()
		select {
		case <-loop.Stopped():
		case <-limit: // a callback that does not return
		}
	}
	os.Exit(r.status)
}

// begin and end tell where the output of a cell begins and ends.
func (r *run) begin(c Cell) {
	r.current = c
	switch {
	case r.frames.to != nil:
		r.frames.write("begin", itoa(c.Number), itoa(r.count))
	case r.sources != "":
		r.showIn(c)
	}
}

func (r *run) end(c Cell, ok bool) {
	if r.frames.to == nil {
		return
	}
	state := "failed"
	if ok {
		state = "ok"
	}
	r.frames.write("end", itoa(c.Number), state)
}

// report tells why the cell fails.
func (r *run) report(f *failure) {
	if r.frames.to != nil {
		r.frames.write("error", f.kind, f.text, strings.Join(f.traceback(r.current), "\n"))
		return
	}
	fmt.Fprintln(stderr, r.red(strings.Join(f.traceback(r.current), "\n")))
}
