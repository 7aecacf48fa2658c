// Package later uses no generic type.
package later

import (
	"time"

	"github.com/cellwrap/cellwrap/reactor"
)

func Run() { reactor.Default().CallLater(time.Second, func() { println("later") }) }
