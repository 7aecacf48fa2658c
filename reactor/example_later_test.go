package reactor_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cellwrap/cellwrap/reactor"
)

// What cellwrap makes of a cell that awaits a channel.
func ExampleFromChannel() {
	words := make(chan string)
	go func() {
		words <- "hello"
		close(words)
	}()
	result := reactor.RunCoroutine(func(co *reactor.Coroutine) (string, error) {
		first, err := reactor.Await(co, reactor.FromChannel(words))
		if err != nil {
			return "", err
		}
		_, err = reactor.Await(co, reactor.FromChannel(words))
		return first, err
	})
	word, err := result.Wait(time.Second)
	fmt.Println(word, errors.Is(err, reactor.ErrChannelClosed))
	// Output: hello true
}

func ExampleGather() {
	square := func(n int) *reactor.Deferred[int] {
		return reactor.DeferToGoroutine(func(context.Context) (int, error) { return n * n, nil })
	}
	squares, err := reactor.RunDeferred(func() (*reactor.Deferred[[]int], error) {
		return reactor.Gather(square(2), square(3), square(4)).AddTimeout(time.Second), nil
	}).Wait(time.Second)
	fmt.Println(squares, err)
	// Output: [4 9 16] <nil>
}

func ExampleLoopingCall() {
	var ticks *reactor.LoopingCall
	n := 0
	ticks = reactor.NewLoopingCall(func() error {
		n++
		if n == 3 {
			return ticks.Stop()
		}
		return nil
	})
	_, err := reactor.RunDeferred(func() (*reactor.Deferred[struct{}], error) {
		return ticks.Start(time.Millisecond, true), nil
	}).Wait(time.Second)
	fmt.Println(n, err)
	// Output: 3 <nil>
}
