package runner

import (
	"strconv"
	"strings"
	"sync"
	"time"
)

// An Event is something that a program has done.
type Event struct {
	Kind  Kind
	Cell  int // number
	Count int // the n of In [n]

	Name      string            // of a stream, "stdout" or "stderr"; of a failure, such as "PanicError"
	Text      string            // of a stream; of a failure; why a cell is skipped
	Data      map[string]string // of a value, by MIME type: text as it is, JSON, and base64 of what is not text
	Traceback []string          // of a failure: "file:line: what", and the user's frames
	OK        bool              // of the end: the cell has not failed

	Crash string // of a panic that nobody could recover: what the Go runtime has printed on standard error
}

// Kind is what an event is.
type Kind string

const (
	Begin   Kind = "begin"
	Stream  Kind = "stream"
	Result  Kind = "result"
	Failed  Kind = "error"
	End     Kind = "end"
	Skipped Kind = "skip"
)

// A teller makes events of the two streams of a program. Each is read by a goroutine of its own;
// they wait for each other where a cell ends, so that what belongs to a cell is told within it.
type teller struct {
	streams [2]*splitter // standard output, and error
	kill    func()

	mu     sync.Mutex
	cond   *sync.Cond
	tell   func(Event) error
	cell   int     // that has begun last; 0: none has
	ended  int     // that has ended last
	ends   [2]int  // where the streams are
	closed [2]bool // wait no more for that stream
	failed error   // of tell
}

// patience is how long one stream waits for the other where a cell ends, which is for ever where
// the user's code has closed that.
const patience = time.Second

func newTeller(nonce string, tell func(Event) error, kill func()) *teller {
	t := &teller{kill: kill, tell: tell}
	t.cond = sync.NewCond(&t.mu)
	for i, name := range []string{"stdout", "stderr"} {
		t.streams[i] = &splitter{
			nonce: []byte(nonce),
			text:  func(text []byte) error { return t.event(Event{Kind: Stream, Name: name, Text: string(text)}) },
			frame: func(fields []string) error { return t.frame(i, fields) },
		}
	}
	return t
}

func (t *teller) event(e Event) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.send(e)
}

// send tells an event of the current cell, unless it says which.
func (t *teller) send(e Event) error {
	if t.failed != nil {
		return t.failed
	}
	if e.Cell == 0 {
		e.Cell = t.cell
	}
	if t.failed = t.tell(e); t.failed != nil {
		t.cond.Broadcast()
		t.kill()
	}
	return t.failed
}

// frame takes a frame of package host's from a stream.
func (t *teller) frame(stream int, fields []string) error {
	field := func(i int) string {
		if i < len(fields) {
			return fields[i]
		}
		return ""
	}
	number, _ := strconv.Atoi(field(1))
	t.mu.Lock()
	defer t.mu.Unlock()
	switch field(0) {
	case "begin":
		if t.cell == number {
			return nil // the other stream has it, too
		}
		t.cell = number
		count, _ := strconv.Atoi(field(2))
		return t.send(Event{Kind: Begin, Count: count})
	case "end":
		return t.end(stream, Event{Kind: End, Cell: number, OK: field(2) == "ok"})
	case "skip":
		return t.end(stream, Event{Kind: Skipped, Cell: number, Text: field(2)})
	case "error":
		return t.send(Event{Kind: Failed, Name: field(1), Text: field(2), Traceback: strings.Split(field(3), "\n")})
	case "result":
		data := map[string]string{}
		for i := 1; i+1 < len(fields); i += 2 {
			data[fields[i]] = fields[i+1]
		}
		return t.send(Event{Kind: Result, Data: data})
	}
	return nil
}

// end waits until both streams have come to the end of the cell, which the last of them tells.
func (t *teller) end(stream int, e Event) error {
	t.ends[stream] = e.Cell
	other := 1 - stream
	if t.ends[other] == e.Cell || t.closed[other] {
		return t.sendEnd(e)
	}
	limit := time.AfterFunc(patience, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.closed[other] = true
		t.cond.Broadcast()
	})
	defer limit.Stop()
	for t.ended < e.Cell && !t.closed[other] && t.failed == nil {
		t.cond.Wait()
	}
	if t.ended < e.Cell && t.failed == nil {
		return t.sendEnd(e)
	}
	return t.failed
}

// sendEnd tells that a cell has ended. Their numbers grow.
func (t *teller) sendEnd(e Event) error {
	t.ended = e.Cell
	t.cond.Broadcast()
	return t.send(e)
}

// finish tells the rest when the program has ended: died, if it did so within a cell, which it
// reports.
func (t *teller) finish(died func() Event) (within bool, err error) {
	t.mu.Lock()
	t.closed = [2]bool{true, true}
	t.cond.Broadcast()
	t.mu.Unlock()
	for _, s := range t.streams {
		if err := s.end(); err != nil {
			return false, err
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	within = t.ended < t.cell
	if within && t.failed == nil && t.send(died()) == nil {
		t.sendEnd(Event{Kind: End, Cell: t.cell})
	}
	return within, t.failed
}
