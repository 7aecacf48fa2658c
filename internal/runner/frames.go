package runner

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
)

var errFrame = errors.New("not a frame")

// readFrame reads the next frame of package host's, and returns its fields.
func readFrame(r *bufio.Reader) ([]string, error) {
	size, err := r.ReadString(':')
	if err != nil {
		return nil, err
	}
	n, err := strconv.ParseUint(size[:len(size)-1], 10, 31)
	if err != nil {
		return nil, errFrame
	}
	var text bytes.Buffer // grows with what comes, not with what a frame says of itself
	if _, err := io.CopyN(&text, r, int64(n)+1); err != nil {
		return nil, err
	}
	var fields []string
	for body := text.Bytes()[:n]; len(body) > 0; {
		field, size, ok := netstring(body)
		if !ok {
			return nil, errFrame
		}
		fields = append(fields, string(field))
		body = body[size:]
	}
	if len(fields) == 0 {
		return nil, errFrame
	}
	return fields, nil
}

// netstring returns the text of the netstring at the start of b, and the size of the whole.
func netstring(b []byte) (text []byte, size int, ok bool) {
	i := bytes.IndexByte(b, ':')
	if i < 0 {
		return nil, 0, false
	}
	n, err := strconv.ParseUint(string(b[:i]), 10, 31)
	if size = i + 1 + int(n) + 1; err != nil || len(b) < size {
		return nil, 0, false
	}
	return b[i+1 : size-1], size, true
}
