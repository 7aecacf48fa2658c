package kernel

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-zeromq/zmq4"
)

// identity is what the kernel knows all our sockets by.
const identity = "cellwrap"

// channels are the sockets of one side.
type channels struct {
	shell, iopub, stdin, control, heartbeat zmq4.Socket
}

func (c *channels) all() []zmq4.Socket {
	return []zmq4.Socket{c.shell, c.iopub, c.stdin, c.control, c.heartbeat}
}

func (c *channels) close() {
	for _, s := range c.all() {
		if s != nil {
			s.Close() // there is nobody left to tell
		}
	}
}

// listen returns the sockets that clients connect to.
func listen(ctx context.Context, at *connection) (*channels, error) {
	c := &channels{
		shell:     zmq4.NewRouter(ctx),
		iopub:     zmq4.NewPub(ctx),
		stdin:     zmq4.NewRouter(ctx),
		control:   zmq4.NewRouter(ctx),
		heartbeat: zmq4.NewRouter(ctx),
	}
	for i, port := range []int{at.Shell, at.IOPub, at.Stdin, at.Control, at.Heartbeat} {
		prefix := checkedPrefix
		if c.all()[i] == c.iopub {
			prefix = checkedPubPrefix
		}
		if err := c.all()[i].Listen(prefix + at.endpoint(port)); err != nil {
			c.close()
			return nil, fmt.Errorf("cannot listen on %s: %w", at.endpoint(port), err)
		}
	}
	return c, nil
}

// dial returns the sockets to the kernel, which may take its time to listen: it ends with ctx.
func dial(ctx context.Context, at *connection) (*channels, error) {
	opts := []zmq4.Option{
		zmq4.WithID(zmq4.SocketIdentity(identity)),
		zmq4.WithDialerRetry(10 * time.Millisecond),
		zmq4.WithDialerMaxRetries(-1),
	}
	c := &channels{
		shell:   zmq4.NewDealer(ctx, opts...),
		iopub:   zmq4.NewSub(ctx, opts...),
		stdin:   zmq4.NewDealer(ctx, opts...),
		control: zmq4.NewDealer(ctx, opts...),
	}
	failed := c.iopub.SetOption(zmq4.OptionSubscribe, "")
	for _, d := range []struct {
		zmq4.Socket
		port int
	}{{c.iopub, at.IOPub}, {c.stdin, at.Stdin}, {c.control, at.Control}, {c.shell, at.Shell}} {
		failed = errors.Join(failed, d.Dial(checkedPrefix+at.endpoint(d.port)))
	}
	if failed != nil {
		c.close()
		return nil, failed
	}
	return c, nil
}

// pass receives messages until the socket is closed, and hands them on.
func pass(from zmq4.Socket, to func(frames [][]byte)) {
	for {
		m, err := from.Recv()
		if err != nil {
			return
		}
		to(m.Frames)
	}
}
