package reactor_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/cellwrap/cellwrap/reactor"
)

// sleep is a Deferred that fires when d has passed.
func sleep(d time.Duration) *reactor.Deferred[time.Duration] {
	var timer *reactor.DelayedCall
	slept := reactor.NewDeferred(func(*reactor.Deferred[time.Duration]) { timer.Cancel() })
	timer = reactor.Default().CallLater(d, func() { slept.Callback(d) })
	return slept
}

// What cellwrap makes of a cell that returns a Deferred.
func ExampleRunDeferred() {
	var result = reactor.RunDeferred(func() (*reactor.Deferred[string], error) {
		d := sleep(10 * time.Millisecond)
		return reactor.Then(d, func(d time.Duration) (string, error) {
			return fmt.Sprint("awake after ", d), nil
		}), nil
	})

	shout, err := result.Wait(2 * time.Second)
	fmt.Println(shout, err)
	fmt.Println(result)
	// Output:
	// awake after 10ms <nil>
	// <EventualResult awake after 10ms>
}

func ExampleEventualResult_Wait() {
	result := reactor.RunDeferred(func() (*reactor.Deferred[time.Duration], error) {
		return sleep(time.Hour), nil
	})
	_, err := result.Wait(time.Millisecond)
	fmt.Println(errors.Is(err, reactor.ErrTimeout))

	result.Cancel()
	_, err = result.Wait(time.Second)
	fmt.Println(errors.Is(err, reactor.ErrCanceled))
	// Output:
	// true
	// true
}

// What cellwrap makes of a cell that awaits.
func ExampleRunCoroutine() {
	result := reactor.RunCoroutine(func(co *reactor.Coroutine) (string, error) {
		d, err := reactor.Await(co, sleep(10*time.Millisecond))
		if err != nil {
			return "", err
		}
		return fmt.Sprint("awake after ", d), nil
	})
	shout, err := reactor.AwaitFor(reactor.Seconds(2.5), result)
	fmt.Println(shout, err)
	// Output: awake after 10ms <nil>
}

// What cellwrap makes of a cell that waits. The body fails with the error of the first
// MustAwait that has one.
func ExampleWaitFor() {
	total, err := reactor.WaitFor(reactor.Seconds(2), func(co *reactor.Coroutine) (time.Duration, error) {
		first := reactor.MustAwait(co, sleep(time.Millisecond))
		second := reactor.MustAwait(co, sleep(2*time.Millisecond))
		return first + second, nil
	})
	fmt.Println(total, err)

	_, err = reactor.WaitFor(reactor.Seconds(0.001), func(co *reactor.Coroutine) (time.Duration, error) {
		return reactor.Await(co, sleep(time.Hour))
	})
	fmt.Println(err)
	// Output:
	// 3ms <nil>
	// reactor: timed out
}

// A chain as in Twisted: an error skips callbacks until an errback recovers from it.
func ExampleDeferred() {
	d := reactor.NewDeferred[int](nil)
	d.AddCallback(func(v int) (int, error) { return 0, fmt.Errorf("%d is too much", v) })
	d.AddCallback(func(v int) (int, error) { return v * 2, nil })
	d.AddErrback(func(err error) (int, error) {
		fmt.Println("recovered:", err)
		return 1, nil
	})
	result := reactor.RunDeferred(func() (*reactor.Deferred[int], error) { return d, nil })

	d.Callback(1000)
	fmt.Println(result.Wait(time.Second))
	// Output:
	// recovered: 1000 is too much
	// 1 <nil>
}

// Without types, cellwrap leaves to Values what a return statement means.
func ExampleValues() {
	result := reactor.RunInReactor(func() (any, error) {
		return reactor.Values(fmt.Sscan("6 7", new(int), new(int)))
	})
	fmt.Println(result.Wait(time.Second))
	// Output: 2 <nil>
}
