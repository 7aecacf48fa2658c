package session

import (
	"encoding/binary"
	"fmt"
)

// Output is what the body, and the processes that it started, printed so far, standard output
// and standard error together.
type Output struct {
	Text    string // the last MiB of it
	Dropped int64  // bytes that came before Text
	Err     error  // why there is none: ErrNotStarted, ErrDied
}

// String is the text after a line that says what is missing, if anything is.
func (o Output) String() string {
	switch {
	case o.Err != nil:
		return fmt.Sprintf("(%v)\n", o.Err)
	case o.Dropped > 0:
		return fmt.Sprintf("(%d bytes dropped)\n%s", o.Dropped, o.Text)
	}
	return o.Text
}

// Output returns what the body has printed. When a Wait has returned the result, that is all
// that was printed before the body returned.
func (r *EventualResult[T]) Output() Output {
	c, err := r.ask(opOutput)
	if err != nil {
		return Output{Err: err}
	}
	defer c.Close()
	if _, err := c.there(); err != nil {
		return Output{Err: err}
	}
	data, err := c.frame()
	if err != nil || len(data) < 8 {
		return Output{Err: err}
	}
	return Output{Text: string(data[8:]), Dropped: int64(binary.BigEndian.Uint64(data))}
}

// maxOutput is how many bytes of the output are kept.
const maxOutput = 1 << 20

// A tail keeps the last bytes that were written to it.
type tail struct {
	kept    []byte // a ring of maxOutput bytes once it is full
	next    int    // where the ring goes on
	dropped int64
}

func (t *tail) write(p []byte) {
	if over := len(p) - maxOutput; over > 0 {
		t.dropped += int64(over)
		p = p[over:]
	}
	if room := maxOutput - len(t.kept); room > 0 {
		n := min(room, len(p))
		t.kept = append(t.kept, p[:n]...)
		p = p[n:]
	}
	t.dropped += int64(len(p))
	for len(p) > 0 {
		n := copy(t.kept[t.next:], p)
		t.next = (t.next + n) % maxOutput
		p = p[n:]
	}
}

func (t *tail) text() []byte {
	return append(append([]byte(nil), t.kept[t.next:]...), t.kept[:t.next]...)
}
