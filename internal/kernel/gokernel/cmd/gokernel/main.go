// Gokernel runs the Jupyter kernel for tests: gokernel CONNECTION_FILE.
package main

import (
	"os"

	"github.com/cellwrap/cellwrap/internal/kernel/gokernel"
)

func main() { os.Exit(gokernel.Main(os.Args[1:], os.Stderr)) }
