package main

import (
	"context"
	"net"

	"github.com/cellwrap/cellwrap/reactor"
)

// A server has the guests who are there. It is used on the reactor alone, and needs no lock.
type server struct{ guests map[*guest]bool }

// A guest has one coroutine that reads what it says and one that writes what it hears: who reads
// slowly holds up nobody.
type guest struct {
	*line
	name  string
	hears *reactor.Queue[string]
}

const mostUnread = 100 // lines; a guest who leaves more of them unread has to leave

// serve has guests come in from l until ctx is done or l fails. Then it closes all connections.
func serve(ctx context.Context, l net.Listener) error {
	s := &server{map[*guest]bool{}}
	_, err := reactor.GoContext(ctx, func(co *reactor.Coroutine) error {
		for {
			conn, err := reactor.Await(co, accept(l))
			if err != nil {
				return err
			}
			reactor.GoContext(ctx, func(co *reactor.Coroutine) error { return s.welcome(co, newLine(conn)) })
		}
	}).WaitContext(context.Background())
	return err
}

// accept returns the next connection of l, which it closes when the Deferred is canceled.
func accept(l net.Listener) *reactor.Deferred[net.Conn] {
	return reactor.DeferToGoroutine(func(ctx context.Context) (net.Conn, error) {
		defer context.AfterFunc(ctx, func() { l.Close() })()
		return l.Accept()
	})
}

// welcome is a guest's stay. The first line is the name.
func (s *server) welcome(co *reactor.Coroutine, l *line) error {
	defer l.Close()
	name, err := reactor.Await(co, l.read())
	if err != nil {
		return nil // somebody who only looked in
	}
	g := &guest{l, name, reactor.NewQueue[string](reactor.QueueLimits{Size: mostUnread})}
	writes := reactor.Go(g.write)
	defer writes.Cancel()

	s.guests[g] = true
	s.say(name + " comes in")
	for err == nil {
		var text string
		if text, err = reactor.Await(co, l.read()); err == nil {
			s.say(name + ": " + text)
		}
	}
	delete(s.guests, g)
	s.say(name + " leaves")
	return nil // however the connection came to its end
}

// say has all guests hear text.
func (s *server) say(text string) {
	for g := range s.guests {
		if g.hears.Put(text) != nil {
			g.Close() // which ends its read
		}
	}
}

func (g *guest) write(co *reactor.Coroutine) error {
	for text, err := range g.hears.All(co) {
		if err != nil {
			return err
		}
		if _, err := reactor.Await(co, g.line.write(text)); err != nil {
			return nil // the read learns of it too
		}
	}
	return nil
}
