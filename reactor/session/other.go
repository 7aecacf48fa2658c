//go:build !linux && !darwin

package session

import (
	"errors"
	"runtime"
)

var errSystem = errors.New("a result cannot outlive its cell on " + runtime.GOOS + ", only on Linux and macOS (use package reactor)")

func start(string) error { return errSystem }

func socketOf(string) (string, error) { return "", errSystem }

func unreachable(err error) error { return err }

// work is not called: no process has been started for it.
func work(func() (func(), func() []byte)) {}
