package dynamic_test

import (
	"fmt"
	"time"

	"github.com/cellwrap/cellwrap/reactor/dynamic"
)

// What one cell starts, a later one waits for.
func Example() {
	result := dynamic.RunInReactor(func() (any, error) {
		return dynamic.DeferLater(time.Millisecond, func() (any, error) { return 42, nil }), nil
	})

	v, err := result.Wait(time.Minute)
	fmt.Println(v, err)
	// Output: 42 <nil>
}

func ExampleAwaitFor() {
	words := make(chan string, 1)
	words <- "a word"
	fmt.Println(dynamic.AwaitFor(time.Minute, words))
	fmt.Println(dynamic.AwaitFor(time.Minute, 42))
	// Output:
	// a word <nil>
	// <nil> dynamic: await of type int (want a Deferred, an EventualResult or a channel to receive from)
}
