//go:build !linux && !darwin

package session

import (
	"errors"
	"os"
	"runtime"
	"time"
)

var errSystem = errors.New("a result cannot outlive its cell on " + runtime.GOOS + ", only on Linux and macOS (use package reactor)")

func start(string) error { return errSystem }

func socketOf(string) (string, error) { return "", errSystem }

func dialTo(string, time.Duration) (*os.File, error) { return nil, errSystem }

func unreachable(err error) error { return err }

// work is not called: no process has been started for it.
func work(func() (func(), func() []byte)) {}
