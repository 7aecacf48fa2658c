//go:build linux || darwin

package session

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
)

// keeperEnv says to the cell's binary that it is the keeper of a session; it is the kernel's
// number and the session's name.
const keeperEnv = "CELLWRAP_SESSION_KEEPER"

// kernel is the process that ran this one, as long as it is known to be that.
var kernel = os.Getppid()

// start starts the keeper of the named session, which starts the body's process, and returns
// when that is there.
func start(name string) error {
	if _, err := placeOf(name); err != nil {
		return err
	}
	if !kernelLives() {
		return errEnded
	}
	cmd, err := again(keeperEnv + "=" + fmt.Sprint(kernel, " ", name))
	if err != nil {
		return err
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	keeper, err := launch(cmd)
	if err != nil {
		return err
	}
	defer keeper.close()
	if b, err := keeper.hear(); err != nil || b != ready {
		return refusal(keeper, cmd, b == not)
	}
	// As the keeper watches the process with the kernel's number, that is the kernel if it was
	// not another's yet.
	if os.Getppid() != kernel {
		return errEnded
	}
	if keeper.say(begin) != nil {
		b, _ := keeper.hear()
		return refusal(keeper, cmd, b == not)
	}
	return cmd.Process.Release()
}

var errEnded = errors.New("the kernel has ended")

// kernelLives reports whether this process still had its first parent when it looked who that is.
// Who inherits a process, as init does, has another process group than the kernel has given it.
// There is no telling if it was given a group of its own.
func kernelLives() bool {
	group := syscall.Getpgrp()
	kernels, err := syscall.Getpgid(kernel)
	return err == nil && (kernels == group || group == os.Getpid())
}

// refusal returns why a keeper has ended, which it told before if it could.
func refusal(keeper link, cmd *exec.Cmd, told bool) error {
	why, _ := io.ReadAll(keeper.in)
	if err := cmd.Wait(); !told {
		return fmt.Errorf("the process that was to keep it died at once (%v)", err)
	}
	return errors.New(string(why))
}

// again returns the command that runs the cell's own binary with one more variable, and without
// those that tell of the cell.
func again(env string) (*exec.Cmd, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if runtime.GOOS == "linux" {
		exe = "/proc/self/exe" // even if the next cell's has taken its place
	}
	cmd := &exec.Cmd{Path: exe, Args: os.Args}
	for _, e := range os.Environ() {
		switch name, _, _ := strings.Cut(e, "="); name {
		case "GONB_PIPE", "GONB_PIPE_BACK": // pipes to the cell's output, which nobody reads any more
		default:
			cmd.Env = append(cmd.Env, e)
		}
	}
	cmd.Env = append(cmd.Env, env)
	return cmd, nil
}
