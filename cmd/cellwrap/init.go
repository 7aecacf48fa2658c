package main

import (
	"fmt"
	"io"

	"github.com/cellwrap/cellwrap/internal/provide"
)

const initManual = `cellwrap init [DIR]

Puts the source of the runtime into the module of DIR, or of the current directory, below third_party,
and has its go.mod use that. It needs no network. A module that has the runtime stays as it is.
`

// initCommand puts the runtime's source into a module that cannot fetch it.
func initCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	if wantsHelp(args) {
		io.WriteString(stdout, initManual)
		return exitOK
	}
	dir := "."
	switch len(args) {
	case 0:
	case 1:
		dir = args[0]
	default:
		fmt.Fprintln(stderr, "cellwrap init: one directory, of a module")
		return exitUsage
	}
	root, changed, err := provide.Into(dir)
	if err != nil {
		fmt.Fprintf(stderr, "cellwrap init: %v\n", err)
		return exitUsage
	}
	if changed {
		fmt.Fprintf(stdout, "%s: the runtime is in %s, and go.mod uses it\n", root, provide.Dir)
	} else {
		fmt.Fprintf(stdout, "%s has the runtime\n", root)
	}
	return exitOK
}
