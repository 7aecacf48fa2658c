//go:build unix

package process_test

import (
	"os"
	"os/exec"
	"testing"

	"github.com/cellwrap/cellwrap/internal/process"
)

// TestSignalGroup holds that a signal reaches a command with and without a group of its own.
func TestSignalGroup(t *testing.T) {
	for name, prepare := range map[string]func(*exec.Cmd){"alone": func(*exec.Cmd) {}, "group": process.OwnGroup} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), "sleep", "60")
			prepare(cmd)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if err := process.SignalGroup(cmd, os.Interrupt); err != nil {
				t.Error(err)
				cmd.Process.Kill()
			}
			cmd.Wait() // its error is in the status
			if got := process.Status(cmd.ProcessState); got != 130 {
				t.Errorf("status %d, want 130", got)
			}
		})
	}
}
