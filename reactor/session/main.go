package session

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/cellwrap/cellwrap/reactor"
)

// Main runs f as a coroutine, and waits for it: it is the main function of a cell that awaits. If f
// fails, or has not returned within timeout, Main says so on standard error and the process exits with
// status 1; if it panics it is with status 2 and the stack, as Go itself does.
func Main(timeout time.Duration, f func(*reactor.Coroutine) (struct{}, error)) {
	_, err := reactor.WaitFor(timeout, f)
	if p, ok := errors.AsType[*reactor.PanicError](err); ok {
		fmt.Fprintf(os.Stderr, "panic: %v\n\n%s", p.Value, p.Stack)
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
