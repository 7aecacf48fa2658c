package runner

import (
	"bufio"
	"io"
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

// A teller makes events of a program's frames and of its two streams. Each is read by a goroutine of its own. A frame
// is told when the streams have come to its mark, and they wait there until it is: so what a cell prints is told
// within the cell, and before or after a value as it was printed.
type teller struct {
	streams [2]*splitter  // standard output, and error
	kill    func()        // the program
	read    chan struct{} // closed when all frames are

	mu     sync.Mutex
	cond   *sync.Cond
	tell   func(Event) error
	cell   int     // that has begun last; 0: none has
	ended  int     // that has ended last
	told   int     // how many frames were
	at     [2]int  // the frame whose mark a stream has come to last
	writes [2]int  // how often a stream has said something
	silent [2]bool // the frames do not wait for that stream
	over   bool    // nothing waits any more
	failed error   // of tell
}

// patience is how long a frame waits for a stream that says nothing, which is for ever where the user's code has
// closed it.
const patience = time.Second

func newTeller(nonce string, tell func(Event) error, kill func()) *teller {
	t := &teller{kill: kill, tell: tell, read: make(chan struct{})}
	t.cond = sync.NewCond(&t.mu)
	for i, name := range []string{"stdout", "stderr"} {
		t.streams[i] = &splitter{
			nonce: []byte(nonce),
			text:  func(text []byte) error { return t.text(i, Event{Kind: Stream, Name: name, Text: string(text)}) },
			mark:  func(number int) error { return t.mark(i, number) },
		}
	}
	return t
}

// text tells what a stream says.
func (t *teller) text(stream int, e Event) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.writes[stream]++
	return t.send(e)
}

// mark waits until the frame with a number is told, whose mark a stream has come to.
func (t *teller) mark(stream, number int) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.writes[stream]++
	t.at[stream], t.silent[stream] = max(t.at[stream], number), false
	t.cond.Broadcast()
	for t.told < number && !t.over && t.failed == nil {
		t.cond.Wait()
	}
	return t.failed
}

// frames tells the frames that come from r, until it ends.
func (t *teller) frames(r io.Reader) {
	defer close(t.read)
	defer t.stopWaiting() // for frames that do not come
	for from := bufio.NewReader(r); ; {
		fields, err := readFrame(from)
		if err != nil || t.frame(fields) != nil {
			return
		}
	}
}

// stopWaiting has nothing wait any more.
func (t *teller) stopWaiting() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = true
	t.cond.Broadcast()
}

// frame tells a frame when it is its turn.
func (t *teller) frame(fields []string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.await(0)
	if kind := fields[0]; kind != "result" && kind != "error" {
		t.await(1)
	}
	t.told++
	defer t.cond.Broadcast()
	if t.failed != nil {
		return t.failed
	}
	return t.event(append(fields, "", "", "", ""))
}

// await waits until a stream has come to the mark of the next frame.
func (t *teller) await(stream int) {
	for t.at[stream] <= t.told && !t.silent[stream] && !t.over && t.failed == nil {
		writes, late := t.writes[stream], false
		limit := time.AfterFunc(patience, func() {
			t.mu.Lock()
			defer t.mu.Unlock()
			late = true
			t.cond.Broadcast()
		})
		for t.at[stream] <= t.told && !t.over && t.failed == nil && !late {
			t.cond.Wait()
		}
		limit.Stop()
		t.silent[stream] = late && t.writes[stream] == writes
	}
}

// event tells the event that a frame is.
func (t *teller) event(fields []string) error {
	number, _ := strconv.Atoi(fields[1])
	switch fields[0] {
	case "begin":
		t.cell = number
		count, _ := strconv.Atoi(fields[2])
		return t.send(Event{Kind: Begin, Count: count})
	case "end":
		t.ended = number
		return t.send(Event{Kind: End, Cell: number, OK: fields[2] == "ok"})
	case "skip":
		return t.send(Event{Kind: Skipped, Cell: number, Text: fields[2]})
	case "error":
		return t.send(Event{Kind: Failed, Name: fields[1], Text: fields[2], Traceback: strings.Split(fields[3], "\n")})
	case "result":
		data := map[string]string{}
		for i := 1; i+1 < len(fields) && fields[i] != ""; i += 2 {
			data[fields[i]] = fields[i+1]
		}
		return t.send(Event{Kind: Result, Data: data})
	}
	return nil
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

// finish tells the rest when the program has ended: died, if it did so within a cell, which it
// reports.
func (t *teller) finish(died func() Event) (within bool, err error) {
	t.stopWaiting()
	<-t.read
	for _, s := range t.streams {
		if err := s.end(); err != nil {
			return false, err
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if within = t.ended < t.cell; within && t.failed == nil && t.send(died()) == nil {
		t.ended = t.cell
		t.send(Event{Kind: End, Cell: t.cell})
	}
	return within, t.failed
}
