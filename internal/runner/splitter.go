package runner

import (
	"bytes"
	"strconv"
)

// A splitter takes the marks of package host out of a stream. It is an io.Writer, and passes on at once what cannot
// be part of a mark.
type splitter struct {
	nonce []byte
	buf   []byte

	text func([]byte) error
	mark func(number int) error // of a frame, whose place is here
}

func (s *splitter) Write(p []byte) (int, error) {
	s.buf = append(s.buf, p...)
	for len(s.buf) > 0 {
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

// next takes what is at the start of the buffer, and reports whether to go on.
func (s *splitter) next() (bool, error) {
	i := bytes.Index(s.buf, s.nonce)
	if i < 0 {
		return false, s.pass(len(s.buf) - s.held())
	}
	if err := s.pass(i); err != nil {
		return false, err
	}
	number := s.buf[len(s.nonce):]
	n := 0
	for n < len(number) && '0' <= number[n] && number[n] <= '9' {
		n++
	}
	const most = 10 // digits
	if n == len(number) && n <= most {
		return false, nil // the rest is to come
	}
	frame, err := strconv.Atoi(string(number[:n]))
	if err != nil || n > most || number[n] != ';' {
		return true, s.pass(len(s.nonce)) // another nonce than ours
	}
	s.drop(len(s.nonce) + n + 1)
	return true, s.mark(frame)
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
