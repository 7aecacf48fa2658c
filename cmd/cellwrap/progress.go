package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/term"
)

// progress shows on a terminal how many inputs and cells of notebooks are done, once that takes longer than a second.
type progress struct {
	w     io.Writer // nil: it shows nothing
	total atomic.Int64
	done  atomic.Int64
	stop  chan struct{}
	ended sync.WaitGroup
}

// startProgress begins to show the progress of total inputs on w if it is a terminal.
func startProgress(w io.Writer, total int) *progress {
	p := &progress{stop: make(chan struct{})}
	p.more(total)
	if isTerminal(w) {
		p.w = w
		p.ended.Go(p.show)
	}
	return p
}

// more adds to what is to be done: the cells of a notebook, once they are counted.
func (p *progress) more(n int) { p.total.Add(int64(n)) }

// isTerminal reports whether a stream is one.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// show writes the line until the progress ends, and then clears it.
func (p *progress) show() {
	wait := time.NewTimer(time.Second)
	defer wait.Stop()
	shown := false
	for {
		select {
		case <-wait.C:
			if total := p.total.Load(); total > 1 {
				fmt.Fprintf(p.w, "\rcellwrap: %d of %d", p.done.Load(), total)
				shown = true
			}
			wait.Reset(100 * time.Millisecond)
		case <-p.stop:
			if shown {
				fmt.Fprint(p.w, "\r\x1b[K")
			}
			return
		}
	}
}

// end stops it. It returns when nothing is shown any more.
func (p *progress) end() {
	close(p.stop)
	p.ended.Wait()
}
