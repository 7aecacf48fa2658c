package importer

import (
	"encoding/binary"
	"fmt"
)

// An encoder appends numbers and strings to a byte slice; a decoder reads them
// back in the same order. Entries of the cache are written so, since the first
// use of encoding/json alone costs a fresh process 0.1 ms.
type encoder struct{ data []byte }

func (e *encoder) int(n int) { e.data = binary.AppendUvarint(e.data, uint64(n)) }

func (e *encoder) bool(b bool) {
	n := 0
	if b {
		n = 1
	}
	e.int(n)
}

func (e *encoder) string(s string) {
	e.int(len(s))
	e.data = append(e.data, s...)
}

// A decoder panics where the data end early or make no sense; decoded turns
// that into an error. It holds a string since its parts can be had for nothing.
type decoder struct{ data string }

func (d *decoder) int() int {
	var n uint64
	for i := 0; i < len(d.data) && i < binary.MaxVarintLen64; i++ {
		b := d.data[i]
		n |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			d.data = d.data[i+1:]
			return int(n)
		}
	}
	panic("number cut short")
}

// len reads the length of a list, each element of which takes a byte or more.
func (d *decoder) len() int {
	n := d.int()
	if n < 0 || n > len(d.data) {
		panic("list cut short")
	}
	return n
}

func (d *decoder) bool() bool { return d.int() != 0 }

func (d *decoder) string() string {
	n := d.len()
	s := d.data[:n]
	d.data = d.data[n:]
	return s
}

// decoded makes a panic the error of the function that defers it.
func decoded(err *error) {
	if e := recover(); e != nil {
		*err = fmt.Errorf("not an entry of the cache: %v", e)
	}
}
