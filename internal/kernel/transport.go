package kernel

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/transport"
)

// What the ZMQ library reads from a connection it takes for true: it allocates as much as a frame says that it has,
// and panics where a handshake is not one. Everybody on this machine can connect to our ports. So the library's
// connections are made here: what comes is checked before the library sees it, see [checked].
//
// Our endpoints are "checked-tcp://…" and "checked-ipc://…", and "checked-pub-…" for a socket that publishes.
func init() {
	for _, prefix := range []string{checkedPrefix, checkedPubPrefix} {
		peers := []string{"DEALER", "ROUTER", "REQ"}
		if prefix == checkedPubPrefix {
			peers = []string{"SUB", "XSUB"}
		}
		for name, network := range map[string]string{"tcp": "tcp", "ipc": "unix"} {
			if err := zmq4.RegisterTransport(prefix+name, checkedTransport{transport.New(network), peers}); err != nil {
				panic(err) // the name is ours
			}
		}
	}
}

const (
	checkedPrefix    = "checked-"
	checkedPubPrefix = "checked-pub-"
)

// checkedTransport is a transport whose peers' data is checked.
type checkedTransport struct {
	transport.Transport
	peers []string // types of sockets that may connect
}

func (t checkedTransport) Dial(ctx context.Context, dialer transport.Dialer, addr string) (net.Conn, error) {
	conn, err := t.Transport.Dial(ctx, dialer, addr)
	if err != nil {
		return nil, err
	}
	return &checked{Conn: conn, peers: []string{"ROUTER", "PUB", "XPUB"}, most: mostOfKernel}, nil
}

func (t checkedTransport) Listen(ctx context.Context, addr string) (net.Listener, error) {
	l, err := t.Transport.Listen(ctx, addr)
	if err != nil {
		return nil, err
	}
	c := &checkedListener{Listener: l, peers: t.peers, ready: make(chan *checked), closed: make(chan struct{})}
	c.accepting.Go(c.accept)
	return c, nil
}

// checkedListener has connections whose peer has completed the handshake: the library would wait for one peer, and
// let no other one in.
type checkedListener struct {
	net.Listener
	peers     []string
	ready     chan *checked
	closed    chan struct{}
	closing   sync.Once
	accepting sync.WaitGroup
}

func (l *checkedListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.ready:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *checkedListener) Close() error {
	err := l.Listener.Close()
	l.closing.Do(func() { close(l.closed) })
	l.accepting.Wait()
	return err
}

// mostHandshakes is how many peers may be in a handshake, and handshakeWithin how long that may take.
const (
	mostHandshakes  = 100
	handshakeWithin = 10 * time.Second
)

func (l *checkedListener) accept() {
	slots := make(chan struct{}, mostHandshakes)
	for {
		conn, err := l.Listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // too many files are open, say
			select {
			case <-time.After(100 * time.Millisecond):
				continue
			case <-l.closed:
				return
			}
		}
		select {
		case slots <- struct{}{}:
		default:
			conn.Close()
			continue
		}
		l.accepting.Go(func() {
			defer func() { <-slots }()
			l.shake(conn)
		})
	}
}

// shake completes the handshake of a peer, and hands the connection to the library.
func (l *checkedListener) shake(conn net.Conn) {
	c := &checked{Conn: conn, peers: l.peers, most: mostOfClient}
	done := make(chan struct{})
	defer close(done)
	go func() {
		select {
		case <-l.closed:
			conn.SetDeadline(time.Unix(1, 0))
		case <-done:
		}
	}()
	conn.SetDeadline(time.Now().Add(handshakeWithin))
	err := c.greet()
	if err == nil {
		err = c.handshake()
	}
	conn.SetDeadline(time.Time{})
	if err == nil {
		select {
		case l.ready <- c:
			return
		case <-l.closed:
		}
	}
	conn.Close()
}
