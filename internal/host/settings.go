package host

import (
	"os"
	"strings"
	"time"
)

// Env is the environment variable in which the program finds what is wanted of it, a line each:
//
//	frames=NUMBER      tell of the cells on this descriptor, see [frames]
//	nonce=TEXT         what marks the frames' places in the output
//	sources=FILE       show In [n] and Out [n], with the cells' texts that FILE has
//	color=yes          … in colour
//	keep-going=yes     go on behind a cell that fails
//	timeout=DURATION   the most that a cell may take
//	crash=FILE         where the Go runtime tells of a panic that nobody can recover
//
// The user's code does not see it.
const Env = "CELLWRAP_HOST"

type settings struct {
	frames           *frames
	sources, crash   string
	color, keepGoing bool
	timeout          time.Duration
}

// These are taken before the user's code can change them.
var (
	given          = takeSettings()
	stdout, stderr = os.Stdout, os.Stderr
)

func takeSettings() settings {
	var s settings
	var descriptor, nonce string
	for line := range strings.Lines(os.Getenv(Env)) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		switch name {
		case "frames":
			descriptor = value
		case "nonce":
			nonce = value
		case "sources":
			s.sources = value
		case "crash":
			s.crash = value
		case "color":
			s.color = true
		case "keep-going":
			s.keepGoing = true
		case "timeout":
			s.timeout, _ = time.ParseDuration(value)
		}
	}
	os.Unsetenv(Env)
	s.frames = openFrames(descriptor, nonce)
	return s
}
