//go:build !unix

// Package process starts commands whose own children end with them.
package process

import (
	"os"
	"os/exec"
)

// OwnGroup leaves cmd alone: when its context ends it is killed, and the compilers of a go command
// end by themselves.
func OwnGroup(cmd *exec.Cmd) {}

// SignalGroup signals a started command. Where there are no signals, it is killed.
func SignalGroup(cmd *exec.Cmd, sig os.Signal) error {
	if err := cmd.Process.Signal(sig); err != nil {
		return cmd.Process.Kill()
	}
	return nil
}

// GuardGroup returns what ends cmd. What cmd has started is left alone.
func GuardGroup(cmd *exec.Cmd) (end func()) { return func() { cmd.Process.Kill() } }

// Status returns the exit status of a command.
func Status(state *os.ProcessState) int { return state.ExitCode() }
