// Package cell does a little of each with one type of value.
package cell

import (
	"strings"
	"time"

	"github.com/cellwrap/cellwrap/reactor"
)

func Run() (string, error) {
	e := reactor.RunCoroutine(func(co *reactor.Coroutine) (string, error) {
		upper := reactor.Then(reactor.Succeed("cell"), func(s string) (string, error) { return strings.ToUpper(s), nil })
		return reactor.Await(co, upper)
	})
	return e.Wait(time.Second)
}
