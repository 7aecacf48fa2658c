//go:build !linux && !darwin

package swap

import "errors"

func exchange(a, b string) error { return errors.ErrUnsupported }
