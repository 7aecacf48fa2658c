// Command chat is a chat server, and a client for it. What one says, the others hear.
//
//	go run ./examples/chat serve localhost:7000
//	go run ./examples/chat join localhost:7000 alice
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"

	"github.com/cellwrap/cellwrap/reactor"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	switch args := os.Args[1:]; {
	case len(args) == 2 && args[0] == "serve":
		var l net.Listener
		if l, err = net.Listen("tcp", args[1]); err == nil {
			err = serve(ctx, l)
		}
	case len(args) == 3 && args[0] == "join":
		err = join(ctx, args[1], args[2], os.Stdin, os.Stdout)
	default:
		err = errors.New("usage: chat serve ADDRESS | chat join ADDRESS NAME")
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "chat:", err)
		os.Exit(1)
	}
}

// A line is a connection that lines of text come and go on.
type line struct {
	net.Conn
	in *bufio.Reader
}

func newLine(c net.Conn) *line { return &line{c, bufio.NewReader(c)} }

// read returns the next line, without its end. When the Deferred is canceled, or the reactor stops,
// the context ends, and closes the connection: that ends the read.
func (l *line) read() *reactor.Deferred[string] {
	return reactor.DeferToGoroutine(func(ctx context.Context) (string, error) {
		defer context.AfterFunc(ctx, func() { l.Close() })()
		text, err := l.in.ReadString('\n')
		if err != nil {
			return "", err
		}
		return text[:len(text)-1], nil
	})
}

// write sends a line, and ends like read.
func (l *line) write(text string) *reactor.Deferred[int] {
	return reactor.DeferToGoroutine(func(ctx context.Context) (int, error) {
		defer context.AfterFunc(ctx, func() { l.Close() })()
		return fmt.Fprintln(l, text)
	})
}
