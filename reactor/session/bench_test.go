//go:build linux || darwin

package session

import (
	"testing"
	"time"

	"github.com/cellwrap/cellwrap/reactor"
)

// BenchmarkWait waits for a result that is ready, each time as a new cell would.
func BenchmarkWait(b *testing.B) {
	k := newKernel(b)
	k.want("", "serve named", "result")
	k.want("result <nil>\n", "wait named", "result")
	k.place("result")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Attach[string]("result").Wait(time.Second); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStart runs a cell that starts a session, in the place of the one before. Beside it is a
// cell that does nothing.
func BenchmarkStart(b *testing.B) {
	for _, bb := range []struct{ name, cell string }{{"session", "serve named"}, {"nothing", "nothing"}} {
		b.Run(bb.name, func(b *testing.B) {
			k := newKernel(b)
			for b.Loop() {
				k.want("", bb.cell, "result")
			}
		})
	}
}

// BenchmarkString is what a notebook does to show a result.
func BenchmarkString(b *testing.B) {
	k := newKernel(b)
	k.want("", "serve named", "result")
	k.place("result")
	for b.Loop() {
		if s := Attach[string]("result").String(); s != "<EventualResult result>" && s != "<EventualResult pending>" {
			b.Fatal(s)
		}
	}
}

// BenchmarkCodec is a value's way without the socket, and an error's.
func BenchmarkCodec(b *testing.B) {
	b.Run("value", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			decode[[]string]("r", encode("r", []string{"x"}, nil))
		}
	})
	b.Run("error", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			decode[int]("r", encode("r", 0, reactor.ErrCanceled))
		}
	})
}
