package reactor_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/cellwrap/cellwrap/reactor"
)

// readLine reads a line on a goroutine of its own. When the Deferred is canceled, or the reactor
// stops, that closes the connection, and so ends the read.
func readLine(r *reactor.Reactor, conn net.Conn) *reactor.Deferred[string] {
	return reactor.DeferToGoroutineOn(r, func(ctx context.Context) (string, error) {
		stop := context.AfterFunc(ctx, func() { conn.Close() })
		defer stop()
		return bufio.NewReader(conn).ReadString('\n')
	})
}

// A read of a net.Conn blocks. A Cancel ends it, and so does Stop; Shutdown waits until it has ended.
func ExampleDeferToGoroutine_conn() {
	r := reactor.New()
	r.Start()
	alice, bob := net.Pipe()

	go fmt.Fprintln(bob, "hello")
	line, err := reactor.AwaitFor(time.Minute, readLine(r, alice))
	fmt.Printf("%q %v\n", line, err)

	silence := readLine(r, alice)
	silence.Cancel()
	_, err = reactor.AwaitFor(time.Minute, silence)
	fmt.Println(err)

	carol, _ := net.Pipe()
	reading := make(chan struct{})
	body := reactor.GoOn(r, func(co *reactor.Coroutine) error {
		close(reading)
		_, err := reactor.Await(co, readLine(r, carol))
		fmt.Println("the body:", err)
		return err
	})
	<-reading
	fmt.Println("all has ended:", r.Shutdown(context.Background()) == nil)
	_, err = body.Wait(0)
	fmt.Println(err)
	// Output:
	// "hello\n" <nil>
	// reactor: canceled
	// the body: reactor: the reactor has stopped
	// all has ended: true
	// reactor: the reactor has stopped
}

// The context of a request ends the work that was begun for it.
func ExampleRunCoroutineContext() {
	request, end := context.WithCancel(context.Background())
	begun := make(chan struct{})
	result := reactor.RunCoroutineContext(request, func(co *reactor.Coroutine) (string, error) {
		close(begun)
		_, err := reactor.Await(co, reactor.Sleep(time.Hour))
		fmt.Println("the body:", err)
		return "late", err
	})
	<-begun
	end()
	_, err := result.Wait(time.Minute)
	fmt.Println(errors.Is(err, context.Cause(request)))
	// Output:
	// the body: reactor: canceled
	// true
}
