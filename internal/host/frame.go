package host

import (
	"os"
	"strconv"
	"sync"
	"syscall"
)

// frames is what is told of the cells. Each frame is a netstring of netstrings, the kind and its fields:
//
//	begin   number, n of In [n]
//	end     number, "ok" or "failed"
//	skip    number, why
//	result  pairs of MIME type and data, base64 of what is not text
//	error   kind, text, traceback in lines
//
// They have a descriptor of their own, which the processes that a cell starts do not get: nothing that those print
// can be a frame, or tear one. Where a frame belongs in the output is told by a mark there, see [frames.write].
type frames struct {
	to    *os.File // nil: nobody asks for them
	nonce string

	mu     sync.Mutex
	number int // of the last one
}

// openFrames returns the frames on a descriptor that this process has inherited.
func openFrames(descriptor, nonce string) *frames {
	fd, err := strconv.ParseUint(descriptor, 10, 0)
	if err != nil {
		return &frames{}
	}
	closeOnExec(syscall.CloseOnExec, uintptr(fd))
	return &frames{to: os.NewFile(uintptr(fd), "frames"), nonce: nonce}
}

// closeOnExec calls mark, whose descriptors are int or a handle of Windows.
func closeOnExec[T ~int | ~uintptr](mark func(T), fd uintptr) { mark(T(fd)) }

// write writes a frame, and then a mark into the output of the cells: standard output, and where the cell begins or
// ends standard error, too. A mark is the nonce, which output has only by a chance of 2 to the -128, and the
// frame's number. It is shorter than PIPE_BUF, so no other process's output gets into it.
func (f *frames) write(kind string, fields ...string) {
	body := appendNetstring(nil, kind)
	for _, field := range fields {
		body = appendNetstring(body, field)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.number++
	f.to.Write(appendNetstring(nil, string(body)))
	mark := f.nonce + itoa(f.number) + ";"
	if kind != "result" && kind != "error" {
		stderr.WriteString(mark)
	}
	stdout.WriteString(mark)
}

func appendNetstring(to []byte, s string) []byte {
	to = strconv.AppendInt(to, int64(len(s)), 10)
	to = append(to, ':')
	to = append(to, s...)
	return append(to, ',')
}

func itoa(n int) string { return strconv.Itoa(n) }
