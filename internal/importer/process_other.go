//go:build !unix

package importer

import "os/exec"

// ownGroup leaves cmd alone: when its context ends it is killed, and compilers
// that it started end by themselves.
func ownGroup(cmd *exec.Cmd) {}
