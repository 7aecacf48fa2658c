//go:build !unix

package process

// Exists reports whether there is a process with an id, as far as that can be told.
func Exists(int) bool { return true }
