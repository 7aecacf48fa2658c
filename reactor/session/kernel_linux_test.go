package session

import (
	"os/exec"
	"testing"
)

// A process is watched with and without a pidfd, and its end is its exit: it need not be waited for.
func TestWatch(t *testing.T) {
	t.Parallel()
	for _, watch := range []func(int) (<-chan struct{}, error){
		watchProcess,
		func(pid int) (<-chan struct{}, error) {
			ended := make(chan struct{})
			return ended, lookAtProcess(pid, ended)
		},
	} {
		cmd := exec.Command("cat")
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended, err := watch(cmd.Process.Pid)
		if err != nil {
			t.Fatal(err)
		}
		select {
		case <-ended:
			t.Error("too early")
		default:
		}
		in.Close()
		await(t, "the end", ended)
		cmd.Wait()
		if _, err := watch(cmd.Process.Pid); err == nil {
			t.Error("a process is watched that has ended")
		}
	}
}
