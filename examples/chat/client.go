package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/cellwrap/cellwrap/reactor"
)

// join says, as name, the lines of in, and prints what there is to hear, until in ends, the server
// does, or ctx.
func join(ctx context.Context, address, name string, in io.Reader, out io.Writer) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	hearing := reactor.GoContext(ctx, func(co *reactor.Coroutine) error {
		for l := newLine(conn); ; {
			text, err := reactor.Await(co, l.read())
			if err != nil {
				return err
			}
			if _, err := reactor.Await(co, show(out, text)); err != nil {
				return err
			}
		}
	})
	go func() { // in may be a terminal, and a read of that has no end
		fmt.Fprintln(conn, name)
		for lines := bufio.NewScanner(in); lines.Scan(); {
			fmt.Fprintln(conn, lines.Text())
		}
		conn.(*net.TCPConn).CloseWrite() // the server says goodbye
	}()
	if _, err = hearing.WaitContext(context.Background()); errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// show writes to who knows what, which may be slow, so it leaves the reactor alone.
func show(out io.Writer, text string) *reactor.Deferred[int] {
	return reactor.DeferToGoroutine(func(context.Context) (int, error) { return fmt.Fprintln(out, text) })
}
