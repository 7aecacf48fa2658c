package session

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"
)

// What a cell asks of the keeper, one byte on a connection of its own, and what the answer is.
const (
	opWait   = 'w' // here, when the result is there, and the result in a frame
	opPoll   = 'p' // here and the result, or not
	opCancel = 'c' // here: the body's process knows
	opOutput = 'o' // here; a frame of how many bytes were dropped (8 bytes) and of the others
	opEnd    = 'e' // nothing: the connection is closed when the body has ended
)

// What the keeper answers first; what the keeper and the body's process tell each other; and
// what the cell and the keeper do while they start it.
const (
	here    = '+'
	not     = '-'
	ready   = 'r' // up: the body can begin
	begin   = 'g' // down: it shall begin
	cancel  = 'c' // down
	result  = 'v' // up: a frame follows
	maxSize = 1 << 30
)

// answerWithin is how long a keeper may take to answer, or to go on with an answer.
const answerWithin = time.Second

var errSilent = errors.New("its process does not answer")

// A socket is an *os.File that is one.
type socket interface {
	io.ReadWriteCloser
	SetReadDeadline(t time.Time) error
}

// A connection is one question to a keeper.
type connection struct {
	socket
	name    string // of the session
	patient bool   // the answer may take as long as it likes to begin
}

// dial asks op of the keeper of the named session.
func dial(name string, op byte) (*connection, error) {
	path, err := socketOf(name)
	var conn socket
	if err == nil {
		if conn, err = dialTo(path, answerWithin); err != nil {
			err = unreachable(err)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("session: %s: %w", name, err)
	}
	c := &connection{conn, name, op == opWait}
	if _, err := c.Write([]byte{op}); err != nil {
		c.Close()
		return nil, c.lost(err)
	}
	return c, nil
}

// there reads the first byte of the answer, and reports whether it is here.
func (c *connection) there() (bool, error) {
	if !c.patient {
		c.SetReadDeadline(time.Now().Add(answerWithin))
	}
	var b [1]byte
	if _, err := c.Read(b[:]); err != nil {
		return false, c.lost(err)
	}
	return b[0] == here, nil
}

// interrupt has there give up.
func (c *connection) interrupt() { c.SetReadDeadline(time.Unix(1, 0)) }

// frame reads a frame of the answer.
func (c *connection) frame() ([]byte, error) {
	data, err := readFrame(steady{c.socket})
	if err != nil {
		return nil, c.lost(err)
	}
	return data, nil
}

// steady reads as long as there is progress.
type steady struct{ socket }

func (c steady) Read(p []byte) (int, error) {
	c.SetReadDeadline(time.Now().Add(answerWithin))
	return c.socket.Read(p)
}

// lost says what it means that a keeper does not go on to answer.
func (c *connection) lost(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = errSilent
	} else {
		err = fmt.Errorf("%w: the connection broke (%v)", ErrDied, err)
	}
	return fmt.Errorf("session: %s: %w", c.name, err)
}

func writeFrame(w io.Writer, data []byte) error {
	for _, part := range frame(data) {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

func frame(data []byte) [][]byte {
	return [][]byte{binary.BigEndian.AppendUint64(nil, uint64(len(data))), data}
}

func readFrame(r io.Reader) ([]byte, error) {
	var n [8]byte
	if _, err := io.ReadFull(r, n[:]); err != nil {
		return nil, err
	}
	size := binary.BigEndian.Uint64(n[:])
	if size > 2*maxSize {
		return nil, fmt.Errorf("a frame of %d bytes", size)
	}
	// Memory is for what comes, not for what a frame says of itself.
	var data []byte
	for left := size; left > 0; {
		begin, part := len(data), int(min(left, 1<<20))
		data = slices.Grow(data, part)[:begin+part]
		if _, err := io.ReadFull(r, data[begin:]); err == io.EOF {
			return nil, io.ErrUnexpectedEOF
		} else if err != nil {
			return nil, err
		}
		left -= uint64(part)
	}
	return data, nil
}
