// Package instance uses the generic types as a cell does whose result is an int.
package instance

import "github.com/cellwrap/cellwrap/reactor"

var Result = reactor.RunInReactor(func() (int, error) { return 42, nil })
