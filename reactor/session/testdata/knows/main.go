// Command knows is a cell that knows of a result and does not ask for it.
package main

import (
	"fmt"

	"github.com/cellwrap/cellwrap/reactor/session"
)

var total = session.Attach[int]("total")

func main() { fmt.Println("hello") }
