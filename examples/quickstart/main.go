// Quickstart fetches three pages in the background while main goes on, and then waits for
// them. The job is the cell fetch.gocell, which go generate rewrites to fetch_cell.go. It
// returns a Deferred of a string, so what Wait gives is a string.
package main

import (
	"fmt"
	"log"
	"strings"
	"time"
)

//go:generate go run github.com/cellwrap/cellwrap/cmd/cellwrap -w fetch.gocell

func main() {
	fmt.Println("main goes on while the pages come:", pages)
	report, err := pages.Wait(10 * time.Second)
	if err != nil {
		log.Fatal(err)
	}
	for line := range strings.Lines(report) {
		fmt.Print("  ", line)
	}
	fmt.Println()
}
