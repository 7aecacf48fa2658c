package gokernel

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Main is the command gokernel. It returns the exit status.
func Main(args []string, stderr io.Writer) int {
	if len(args) != 1 {
		fmt.Fprintln(stderr, "usage: gokernel CONNECTION_FILE")
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	if err := Run(ctx, args[0], interrupts); err != nil {
		fmt.Fprintln(stderr, "gokernel:", err)
		return 1
	}
	return 0
}
