package host

import (
	"os"
	"strconv"
)

// frame writes a frame between the outputs of the cells. It is the nonce, which the output has only
// by a chance of 2 to the -128, and a netstring of netstrings: the kind and its fields.
//
//	begin   number, n of In [n]        on standard output and error
//	end     number, "ok" or "failed"   on both
//	skip    number, why                on both
//	result  pairs of MIME type and data, base64 of what is not text
//	error   kind, text, traceback in lines
//
// What is told in one write is not torn by another goroutine's.
func (r *run) frame(w *os.File, kind string, fields ...string) {
	body := appendNetstring(nil, kind)
	for _, f := range fields {
		body = appendNetstring(body, f)
	}
	w.Write(appendNetstring([]byte(r.nonce), string(body)))
}

func appendNetstring(to []byte, s string) []byte {
	to = strconv.AppendInt(to, int64(len(s)), 10)
	to = append(to, ':')
	to = append(to, s...)
	return append(to, ',')
}

func itoa(n int) string { return strconv.Itoa(n) }
