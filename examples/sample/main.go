// Command sample reads a value again and again and hands it to somebody who is slow at times. When
// three values wait to be handed over, it reads no more until there is room, and then says how many
// times it has missed: memory does not grow, and nobody is overrun.
//
//	go run ./examples/sample
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"time"

	"github.com/cellwrap/cellwrap/reactor"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := sample(ctx, 500*time.Millisecond, runtime.NumGoroutine, func(ctx context.Context, s sampled) error {
		_, err := fmt.Println(s.at.Format(time.TimeOnly), s.value, "goroutines, missed", s.missed)
		return err
	})
	fmt.Fprintln(os.Stderr, "sample:", err)
}

// A sampled is a value, when it was read, and how many readings were left out before it.
type sampled struct {
	at     time.Time
	value  int
	missed int
}

const mostWaiting = 3

// sample reads a value at each interval and hands it over, one at a time, until ctx is done or
// handOver fails. read is called on the reactor and has to be quick; handOver may block.
func sample(ctx context.Context, interval time.Duration, read func() int, handOver func(context.Context, sampled) error) error {
	_, err := reactor.WaitForContext(ctx, func(co *reactor.Coroutine) (struct{}, error) {
		room := reactor.NewSemaphore(mostWaiting)
		waiting := reactor.NewQueue[sampled](reactor.QueueLimits{Size: mostWaiting})

		// A tick that finds no room waits for it, and those that pass meanwhile are counted.
		missed := 0
		ticks := reactor.NewLoopingCallDeferred(func(intervals int) (*reactor.Deferred[struct{}], error) {
			missed += intervals - 1
			return reactor.Then(room.Acquire(), func(struct{}) (struct{}, error) {
				s := sampled{time.Now(), read(), missed}
				missed = 0
				return struct{}{}, waiting.Put(s)
			}), nil
		})
		ticks.Start(interval, true)
		defer ticks.Stop()

		for s, err := range waiting.All(co) {
			if err != nil {
				return struct{}{}, err
			}
			_, err = reactor.Await(co, reactor.DeferToGoroutine(func(ctx context.Context) (struct{}, error) {
				return struct{}{}, handOver(ctx, s)
			}))
			if err != nil {
				return struct{}{}, err
			}
			room.Release()
		}
		return struct{}{}, nil
	})
	return err
}
