//go:build linux || darwin

package session

import (
	"io"
	"os"
	"os/exec"
	"syscall"
)

// A link is two pipes to another process, of which each end is open in one process only: at its
// end the other one reads EOF.
type link struct{ in, out *os.File }

// launch starts cmd with the other ends of a link.
func launch(cmd *exec.Cmd) (link, error) {
	theirIn, out, err := os.Pipe()
	if err != nil {
		return link{}, err
	}
	in, theirOut, err := os.Pipe()
	if err != nil {
		theirIn.Close()
		out.Close()
		return link{}, err
	}
	cmd.ExtraFiles = []*os.File{theirIn, theirOut}
	err = cmd.Start()
	theirIn.Close()
	theirOut.Close()
	l := link{in, out}
	if err != nil {
		l.close()
		return link{}, err
	}
	return l, nil
}

// inherited returns the link that launch gave to this process, which its own children do not get.
func inherited() link {
	const in, out = 3, 4 // the first ExtraFiles
	for _, fd := range []int{in, out} {
		syscall.CloseOnExec(fd)
		syscall.SetNonblock(fd, true) // for the poller
	}
	return link{os.NewFile(in, "in"), os.NewFile(out, "out")}
}

func (l link) close() {
	l.in.Close()
	l.out.Close()
}

// say sends one byte.
func (l link) say(b byte) error {
	_, err := l.out.Write([]byte{b})
	return err
}

// hear receives one byte, or an error.
func (l link) hear() (byte, error) {
	var b [1]byte
	_, err := io.ReadFull(l.in, b[:])
	return b[0], err
}
