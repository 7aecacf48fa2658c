package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"testing"

	"github.com/cellwrap/cellwrap/reactor"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if err := reactor.Default().Shutdown(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	if err := goleak.Find(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// A person is at a client.
type person struct {
	t    *testing.T
	name string
	io.WriteCloser
	screen *bufio.Scanner
	left   chan error
}

func (p *person) hears(want string) {
	p.t.Helper()
	if !p.screen.Scan() {
		p.t.Fatalf("%s hears nothing, want %q", p.name, want)
	}
	if got := p.screen.Text(); got != want {
		p.t.Errorf("%s hears %q, want %q", p.name, got, want)
	}
}

func comes(t *testing.T, address, name string) *person {
	keyboard, in := io.Pipe()
	out, screen := io.Pipe()
	p := &person{t, name, in, bufio.NewScanner(out), make(chan error, 1)}
	go func() { p.left <- join(t.Context(), address, name, keyboard, screen) }()
	return p
}

func TestChat(t *testing.T) {
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- serve(ctx, l) }()

	alice := comes(t, l.Addr().String(), "alice")
	alice.hears("alice comes in")
	bob := comes(t, l.Addr().String(), "bob")
	alice.hears("bob comes in")
	bob.hears("bob comes in")
	fmt.Fprintln(bob, "hello")
	alice.hears("bob: hello")
	bob.hears("bob: hello")
	bob.Close()
	alice.hears("bob leaves")
	if err := <-bob.left; err != nil {
		t.Error("bob left with", err)
	}

	cancel() // which closes the door, and alice's connection
	if err := <-served; !errors.Is(err, context.Canceled) {
		t.Error("the server ended with", err)
	}
	<-alice.left // with an error or none, as the connection was ended
	alice.Close()
}
