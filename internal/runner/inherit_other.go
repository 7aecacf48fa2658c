//go:build !windows

package runner

import (
	"os"
	"os/exec"
	"strconv"
)

// inherit has cmd inherit f, and returns the number that f has there.
func inherit(cmd *exec.Cmd, f *os.File) (string, error) {
	cmd.ExtraFiles = append(cmd.ExtraFiles, f)
	return strconv.Itoa(2 + len(cmd.ExtraFiles)), nil
}
