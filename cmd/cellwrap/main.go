package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/pflag"

	"github.com/cellwrap/cellwrap/rewrite"
)

// Exit statuses.
const (
	exitOK      = 0
	exitRefused = 1 // a cell was refused, or --check or --diff found a difference
	exitUsage   = 2 // called wrongly, or a file could not be read or written

	exitInterrupted = 130 // as a shell has it
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run is the command. It does not exit, so that what it defers is run.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) > 0 {
		if c := lookup(args[0]); c != nil {
			return c.run(args[1:], stdin, stdout, stderr)
		}
	}
	cfg, files, err := parseFlags(args)
	switch {
	case errors.Is(err, pflag.ErrHelp):
		io.WriteString(stdout, manual())
		return exitOK
	case err != nil:
		fmt.Fprintf(stderr, "cellwrap: %v\n", err)
		return exitUsage
	}
	if cfg.opts.Types == rewrite.TypesOff {
		return cfg.rewrite(context.Background(), files, stdin, stdout, stderr)
	}
	// The go command may run for long, and has to end with us.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return cfg.rewrite(ctx, files, stdin, stdout, stderr)
}
