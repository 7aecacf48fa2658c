package reactor_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/cellwrap/cellwrap/reactor"
)

// Then makes a Deferred of another type. What fails on the way is the outcome of the last.
func ExampleThen() {
	length := func(text *reactor.Deferred[string]) *reactor.Deferred[string] {
		n := reactor.Then(text, strconv.Atoi)
		return reactor.Then(n, func(n int) (string, error) { return strings.Repeat("=", n), nil })
	}
	fmt.Println(reactor.AwaitFor(time.Second, length(reactor.Succeed("7"))))
	_, err := reactor.AwaitFor(time.Second, length(reactor.Succeed("seven")))
	fmt.Println(err)
	// Output:
	// ======= <nil>
	// strconv.Atoi: parsing "seven": invalid syntax
}

// What blocks goes on while the reactor does something else. Its context ends with the Deferred.
func ExampleDeferToGoroutine() {
	digest := reactor.DeferToGoroutine(func(ctx context.Context) (string, error) {
		var sum byte
		for i := range 1_000_000 {
			if ctx.Err() != nil {
				return "", ctx.Err()
			}
			sum = sum*31 + byte(i)
		}
		return fmt.Sprintf("%#x", sum), nil
	})
	fmt.Println(reactor.AwaitFor(time.Minute, digest))
	// Output: 0x20 <nil>
}

// The callback before AddTimeout belongs to the work, the one after it has all the time it wants.
func ExampleDeferred_AddTimeout() {
	answer := reactor.NewDeferred(func(*reactor.Deferred[int]) { fmt.Println("the work is given up") })
	answer.AddTimeout(10 * time.Millisecond).AddErrback(func(err error) (int, error) {
		fmt.Println(err)
		return 42, nil
	})
	fmt.Println(reactor.AwaitFor(time.Minute, answer))
	// Output:
	// the work is given up
	// reactor: timed out
	// 42 <nil>
}

// A context ends a Deferred with its cause.
func ExampleDeferred_AddContext() {
	ctx, leave := context.WithCancelCause(context.Background())
	answer := reactor.NewDeferred[int](nil).AddContext(ctx)
	leave(errors.New("the user has left"))
	fmt.Println(reactor.AwaitFor(time.Minute, answer))
	// Output: 0 the user has left
}

// Who makes a Deferred says how its work is given up.
func ExampleDeferred_Cancel() {
	var timer *reactor.DelayedCall
	bell := reactor.NewDeferred(func(*reactor.Deferred[string]) {
		fmt.Println("timer taken back:", timer.Cancel() == nil)
	})
	timer = reactor.Default().CallLater(time.Hour, func() { bell.Callback("ding") })

	bell.Cancel()
	_, err := reactor.AwaitFor(time.Second, bell)
	fmt.Println(err, errors.Is(err, context.Canceled))
	// Output:
	// timer taken back: true
	// reactor: canceled true
}

// Of several servers the quickest one that answers is enough. The others are canceled.
func ExampleFirst() {
	ask := func(server string, takes time.Duration) *reactor.Deferred[string] {
		return reactor.DeferLater(takes, func() (string, error) {
			if server == "broken" {
				return "", errors.New("no answer")
			}
			return "the answer of " + server, nil
		})
	}
	quickest, err := reactor.AwaitFor(time.Minute, reactor.First(
		ask("slow", time.Hour), ask("broken", 0), ask("quick", time.Millisecond)))
	fmt.Println(quickest.Index, quickest.Value, err)
	// Output: 2 the answer of quick <nil>
}

// A queue between one who has values and one who takes them.
func ExampleQueue() {
	orders := reactor.NewQueue[string](reactor.QueueLimits{Size: 2})
	cook := reactor.Go(func(co *reactor.Coroutine) error {
		for order, err := range orders.All(co) {
			if err != nil || order == "" {
				return err
			}
			fmt.Println("cooking", order)
		}
		return nil
	})
	_, err := reactor.WaitFor(time.Minute, func(co *reactor.Coroutine) (any, error) {
		for _, order := range []string{"soup", "fish", "cake"} {
			if err := orders.Put(order); err != nil {
				fmt.Println(order+":", err)
			}
		}
		reactor.MustAwait(co, reactor.Sleep(time.Millisecond)) // the cook has the turn
		return nil, orders.Put("")
	})
	fmt.Println(err)
	_, err = cook.Wait(time.Minute)
	fmt.Println(err)
	// Output:
	// cooking soup
	// cooking fish
	// cooking cake
	// <nil>
	// <nil>
}

// Two of these run at a time.
func ExampleSemaphore() {
	room, running := reactor.NewSemaphore(2), 0 // all on the reactor: no lock
	work := func(n int) *reactor.Deferred[int] {
		return reactor.Holding(room, func() (*reactor.Deferred[int], error) {
			running++
			return reactor.DeferLater(time.Millisecond, func() (int, error) {
				defer func() { running-- }()
				return running, nil
			}), nil
		})
	}
	running2, err := reactor.AwaitFor(time.Minute, reactor.Gather(work(1), work(2), work(3), work(4)))
	fmt.Println(len(running2), max(running2[0], running2[1], running2[2], running2[3]), err)
	// Output: 4 2 <nil>
}

// GatherLimit begins the work itself, when there is room.
func ExampleGatherLimit() {
	var work []func() (*reactor.Deferred[int], error)
	for n := range 5 {
		work = append(work, func() (*reactor.Deferred[int], error) {
			return reactor.DeferToGoroutine(func(context.Context) (int, error) { return n * n, nil }), nil
		})
	}
	fmt.Println(reactor.AwaitFor(time.Minute, reactor.GatherLimit(2, work...)))
	// Output: [0 1 4 9 16] <nil>
}

func ExampleAsCompleted() {
	later := func(d time.Duration) *reactor.Deferred[time.Duration] {
		return reactor.DeferLater(d, func() (time.Duration, error) { return d, nil })
	}
	_, err := reactor.WaitFor(time.Minute, func(co *reactor.Coroutine) (any, error) {
		for d, err := range reactor.AsCompleted(co, later(20*time.Millisecond), later(time.Millisecond)) {
			fmt.Println(d, err)
		}
		return nil, nil
	})
	fmt.Println(err)
	// Output:
	// 1ms <nil>
	// 20ms <nil>
	// <nil>
}
