package runner

import (
	"bytes"
	"strconv"
)

// A splitter takes the frames of package host out of a stream. It is an io.Writer, and passes on
// at once what cannot be part of a frame.
type splitter struct {
	nonce []byte
	buf   []byte
	need  int // length that buf must have for the frame at its start, 0 if not known

	text  func([]byte) error
	frame func(fields []string) error
}

func (s *splitter) Write(p []byte) (int, error) {
	s.buf = append(s.buf, p...)
	for len(s.buf) >= s.need && len(s.buf) > 0 {
		more, err := s.next()
		if err != nil {
			return 0, err
		}
		if !more {
			break
		}
	}
	return len(p), nil
}

// next takes what stands at the start of the buffer, and reports whether to go on.
func (s *splitter) next() (bool, error) {
	i := bytes.Index(s.buf, s.nonce)
	if i < 0 {
		i = len(s.buf) - s.held()
		err := s.pass(i)
		return false, err
	}
	if err := s.pass(i); err != nil {
		return false, err
	}
	body, size, ok := netstring(s.buf[len(s.nonce):])
	if !ok {
		if s.need = 0; size > 0 {
			s.need = len(s.nonce) + size
		}
		return false, nil
	}
	s.need = 0
	var fields []string
	for len(body) > 0 {
		field, size, ok := netstring(body)
		if !ok {
			break
		}
		fields = append(fields, string(field))
		body = body[size:]
	}
	s.drop(len(s.nonce) + size)
	return true, s.frame(fields)
}

// held returns how much of the buffer's end may be the beginning of a nonce.
func (s *splitter) held() int {
	n := min(len(s.buf), len(s.nonce)-1)
	for ; n > 0; n-- {
		if bytes.HasPrefix(s.nonce, s.buf[len(s.buf)-n:]) {
			break
		}
	}
	return n
}

// pass gives the first n bytes out as text.
func (s *splitter) pass(n int) error {
	if n == 0 {
		return nil
	}
	err := s.text(s.buf[:n])
	s.drop(n)
	return err
}

func (s *splitter) drop(n int) { s.buf = s.buf[:copy(s.buf, s.buf[n:])] }

// end gives out what was held, at the end of the stream.
func (s *splitter) end() error { return s.pass(len(s.buf)) }

// netstring returns the text of the netstring at the start of b and the size of the whole, which
// is 0 if that cannot be told yet; ok says that all of it is there.
func netstring(b []byte) (text []byte, size int, ok bool) {
	i := bytes.IndexByte(b, ':')
	if i < 0 {
		return nil, 0, false
	}
	n, err := strconv.ParseUint(string(b[:i]), 10, 31)
	if err != nil {
		return nil, 0, false
	}
	if size = i + 1 + int(n) + 1; len(b) < size {
		return nil, size, false
	}
	return b[i+1 : size-1], size, true
}
