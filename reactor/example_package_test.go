package reactor_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cellwrap/cellwrap/reactor"
)

// Two bodies share a map without a lock, while what blocks runs elsewhere.
func Example() {
	lookUp := func(name string) *reactor.Deferred[string] { // blocks, as a database does
		return reactor.DeferToGoroutine(func(context.Context) (string, error) {
			if name == "" {
				return "", errors.New("no name")
			}
			return strings.ToUpper(name), nil
		}).AddTimeout(5 * time.Second)
	}
	found := map[string]string{}
	greet := func(names ...string) *reactor.EventualResult[int] {
		return reactor.RunCoroutine(func(co *reactor.Coroutine) (int, error) {
			for _, name := range names {
				text, err := reactor.Await(co, lookUp(name)) // the other body goes on meanwhile
				if err != nil {
					return 0, err
				}
				found[name] = text
			}
			return len(found), nil
		})
	}
	a, b := greet("ada", "bob"), greet("eve", "")

	_, err := b.Wait(time.Minute)
	fmt.Println(err)
	_, err = a.Wait(time.Minute)
	fmt.Println(found["ada"], found["bob"], found["eve"], err)
	// Output:
	// no name
	// ADA BOB EVE <nil>
}
