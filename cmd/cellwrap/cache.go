package main

import (
	"fmt"
	"io"

	"github.com/cellwrap/cellwrap/internal/importer"
)

const cacheManual = `cellwrap cache clean

Removes what is remembered of the types of imported packages, from your cache directory. The next
cells are rewritten more slowly, and otherwise the same.
`

// cache is cellwrap cache clean: it empties the cache of types.
func cache(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	if wantsHelp(args) {
		io.WriteString(stdout, cacheManual)
		return exitOK
	}
	if len(args) != 1 || args[0] != "clean" {
		fmt.Fprintln(stderr, "cellwrap: the command is cellwrap cache clean")
		return exitUsage
	}
	dir := importer.DefaultCacheDir()
	n, err := importer.Clean(dir)
	if err != nil {
		fmt.Fprintf(stderr, "cellwrap: %v\n", err)
		return exitUsage
	}
	fmt.Fprintf(stdout, "%d files removed from %s\n", n, dir)
	return exitOK
}
