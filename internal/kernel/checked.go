package kernel

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"time"
)

// The bounds of what a peer may send, in bytes: in a handshake and in a message, all of its frames together. What it
// says of a size is not believed even within the bounds: memory is for what has come.
const (
	mostOfHandshake = 1 << 12
	mostOfClient    = 1 << 28
	mostOfKernel    = 1<<31 - 1

	mostFrames = 1 << 14 // of a message
)

// writeWithin is how long a peer may take to read a part of a message.
const writeWithin = time.Minute

// checked is a connection by ZMTP 3 (https://rfc.zeromq.org/spec/23/) whose peer sends what the library can read:
// a greeting, a handshake of the mechanism NULL, and messages within bounds. What else it sends is not read, as if
// the peer had closed the connection.
type checked struct {
	net.Conn
	peers []string // types of sockets that it may be of: of one that it does not know, the library panics

	most int // bytes of a message

	in      []byte // checked, and not read yet
	greeted bool   // the peer's greeting is in
	shaken  bool   // so is its handshake
	left    int    // of the message that comes: bytes
	frames  int    // of it that have come
	ended   bool

	sent    bool   // our greeting, before the library
	opened  bool   // the library has written it
	out     []byte // frames that wait for the rest of their message
	body    bool   // the body of a frame comes next,
	partial bool   // which is not the message's last one
}

var errProtocol = errors.New("not a peer of ours")

// greeting is what both sides send first: version 3.0, mechanism NULL.
func greeting() []byte {
	g := make([]byte, 64)
	g[0], g[9], g[10] = 0xff, 0x7f, 3
	copy(g[12:], "NULL")
	return g
}

// greet sends our greeting, which the library then need not.
func (c *checked) greet() error {
	c.sent = true
	return c.flush(greeting())
}

// handshake reads the peer's greeting and what it says of itself.
func (c *checked) handshake() error {
	if err := c.readGreeting(); err != nil {
		return err
	}
	return c.readReady()
}

func (c *checked) readGreeting() error {
	g := make([]byte, 64)
	if _, err := io.ReadFull(c.Conn, g); err != nil {
		return err
	}
	c.greeted = true
	c.in = append(c.in, g...)
	if mechanism, ours := g[12:32], greeting()[12:32]; g[0] != 0xff || g[9] != 0x7f || g[10] < 3 || !bytes.Equal(mechanism, ours) || g[32] > 1 {
		return errProtocol
	}
	return nil
}

// readReady reads the command READY, of which the type of the peer's socket is a part.
func (c *checked) readReady() error {
	c.left = mostOfHandshake
	flags, body, err := c.readFrame()
	c.shaken, c.frames = true, 0
	if err != nil {
		return err
	}
	properties, ok := bytes.CutPrefix(body, []byte("\x05READY"))
	if flags&^isLong != isCommand || !ok {
		return errProtocol
	}
	peer := ""
	for len(properties) > 0 {
		name, rest, ok := counted(properties, 1)
		if !ok || len(name) == 0 || bytes.ContainsFunc(name, notInName) {
			return errProtocol
		}
		var value []byte
		if value, properties, ok = counted(rest, 4); !ok {
			return errProtocol
		}
		if strings.EqualFold(string(name), "Socket-Type") {
			if string(name) != "Socket-Type" || peer != "" {
				return errProtocol // the library might take another one
			}
			peer = string(value)
		}
	}
	if !slices.Contains(c.peers, peer) {
		return errProtocol
	}
	return nil
}

// notInName reports whether a character cannot be in the name of a property.
func notInName(c rune) bool {
	return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("-_.+", c))
}

// counted returns the bytes at the start of b whose number is in its first bytes.
func counted(b []byte, size int) (value, rest []byte, ok bool) {
	if len(b) < size {
		return nil, nil, false
	}
	n := uint64(0)
	for _, digit := range b[:size] {
		n = n<<8 | uint64(digit)
	}
	if b = b[size:]; n > uint64(len(b)) {
		return nil, nil, false
	}
	return b[:n], b[n:], true
}

// The flags of a frame.
const (
	hasMore   = 1
	isLong    = 2
	isCommand = 4
)

// readFrame reads a frame for the library, if it is within bounds, and returns its flags and body.
func (c *checked) readFrame() (flags byte, body []byte, err error) {
	var head [9]byte
	if _, err := io.ReadFull(c.Conn, head[:2]); err != nil {
		return 0, nil, err
	}
	flags, n := head[0], 2
	size := uint64(head[1])
	if flags&isLong != 0 {
		if _, err := io.ReadFull(c.Conn, head[2:]); err != nil {
			return 0, nil, err
		}
		n, size = 9, binary.BigEndian.Uint64(head[1:])
	}
	if flags > hasMore|isLong|isCommand || size > uint64(c.left) || c.frames >= mostFrames {
		return 0, nil, errProtocol
	}
	c.left -= int(size)
	c.frames++
	at := bytes.NewBuffer(c.in)
	at.Write(head[:n])
	start := at.Len()
	if _, err := io.CopyN(at, c.Conn, int64(size)); err != nil {
		return 0, nil, err
	}
	c.in = at.Bytes()
	return flags, c.in[start:], nil
}

// next reads what comes next.
func (c *checked) next() error {
	switch {
	case !c.greeted:
		return c.readGreeting()
	case !c.shaken:
		return c.readReady()
	}
	if c.frames == 0 {
		c.left = c.most
	}
	flags, _, err := c.readFrame()
	if flags&hasMore == 0 {
		c.frames = 0
	}
	return err
}

// Read implements [net.Conn].
func (c *checked) Read(p []byte) (int, error) {
	for len(c.in) == 0 {
		if c.in = nil; c.ended {
			return 0, io.EOF
		}
		if err := c.next(); err != nil {
			c.ended, c.in = true, nil
			c.Conn.Close()
		}
	}
	n := copy(p, c.in)
	c.in = c.in[n:]
	return n, nil
}

// Write implements [net.Conn]. The library writes a greeting, and then each head and body of a frame by itself: they
// are sent together.
func (c *checked) Write(p []byte) (int, error) {
	switch {
	case !c.opened:
		c.opened = true
		if c.sent {
			return len(p), nil
		}
		return len(p), c.flush(p)
	case !c.body && len(p) > 0:
		c.body, c.partial = true, p[0]&hasMore != 0
		c.out = append(c.out, p...)
		return len(p), nil
	}
	c.body = false
	if c.partial && len(c.out)+len(p) < 1<<16 {
		c.out = append(c.out, p...)
		return len(p), nil
	}
	out := c.out
	c.out = nil
	return len(p), c.flush(out, p)
}

// flush writes. A peer that does not read is given up.
func (c *checked) flush(parts ...[]byte) error {
	c.SetWriteDeadline(time.Now().Add(writeWithin))
	buffers := net.Buffers(parts)
	if _, err := buffers.WriteTo(c.Conn); err != nil {
		c.Conn.Close()
		return io.EOF // so the library forgets it
	}
	return nil
}
