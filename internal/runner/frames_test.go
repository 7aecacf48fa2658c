package runner

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// frameOf spells a frame as package host does.
func frameOf(fields ...string) string {
	var body strings.Builder
	for _, f := range fields {
		fmt.Fprintf(&body, "%d:%s,", len(f), f)
	}
	return fmt.Sprintf("%d:%s,", body.Len(), body.String())
}

// Frames come whole, however they are cut, and one that has only begun is none.
func TestReadFrame(t *testing.T) {
	large := strings.Repeat("x", 1<<20)
	r := bufio.NewReader(iotest.HalfReader(strings.NewReader(frameOf("end", "1", "ok") + frameOf("result", "text/plain", large) + frameOf("end")[:5])))
	for _, want := range [][]string{{"end", "1", "ok"}, {"result", "text/plain", large}} {
		got, err := readFrame(r)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	if got, err := readFrame(r); err != io.EOF {
		t.Errorf("%q, %v", got, err)
	}
}

func BenchmarkReadFrame(b *testing.B) {
	frame := frameOf("result", "text/plain", strings.Repeat("x", 1<<20))
	b.SetBytes(int64(len(frame)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := readFrame(bufio.NewReader(strings.NewReader(frame))); err != nil {
			b.Fatal(err)
		}
	}
}
