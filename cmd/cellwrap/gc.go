package main

import (
	"os"
	"runtime/debug"
)

// paceGC sets how often garbage is collected, by how many bytes are read. A short process, whose heap stays small
// in any case, is held up by it more than it gets back; one that reads megabytes is to hold little besides what it
// needs.
func paceGC(size int) {
	if os.Getenv("GOGC") != "" {
		return
	}
	switch {
	case size < 256<<10:
		debug.SetGCPercent(400)
	case size < 1<<20:
		debug.SetGCPercent(200)
	default:
		debug.SetGCPercent(40)
	}
}
