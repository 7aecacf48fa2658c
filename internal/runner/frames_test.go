package runner

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

const testNonce = "0123abcd"

// frameOf spells a frame as package host does.
func frameOf(fields ...string) string {
	var body strings.Builder
	for _, f := range fields {
		fmt.Fprintf(&body, "%d:%s,", len(f), f)
	}
	return fmt.Sprintf("%s%d:%s,", testNonce, body.Len(), body.String())
}

// However a stream is cut into writes, the same texts and frames come out, in order.
func TestSplitter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Texts that look like the beginning of a nonce are the hard ones.
		text := rapid.OneOf(rapid.StringMatching(`[01234:,\n]{0,12}`), rapid.SampledFrom([]string{"", "0", "0123abc", "0123abc0123", "01230123abc"}))
		var stream bytes.Buffer
		var want []string
		add := func(s string) {
			if s == "" {
				return
			}
			stream.WriteString(s)
			if n := len(want); n > 0 && strings.HasPrefix(want[n-1], "text ") {
				want[n-1] += s
			} else {
				want = append(want, "text "+s)
			}
		}
		for range rapid.IntRange(0, 6).Draw(t, "pieces") {
			add(text.Draw(t, "text"))
			if rapid.Bool().Draw(t, "frame") {
				fields := rapid.SliceOfN(rapid.String(), 1, 4).Draw(t, "fields")
				stream.WriteString(frameOf(fields...))
				want = append(want, fmt.Sprintf("frame %q", fields))
			}
		}
		if strings.Count(stream.String(), testNonce) != strings.Count(strings.Join(want, "\n"), "frame ") {
			t.Skip("a nonce by chance")
		}
		var got []string
		s := &splitter{
			nonce: []byte(testNonce),
			text: func(text []byte) error {
				if n := len(got); n > 0 && strings.HasPrefix(got[n-1], "text ") {
					got[n-1] += string(text)
				} else {
					got = append(got, "text "+string(text))
				}
				return nil
			},
			frame: func(fields []string) error {
				got = append(got, fmt.Sprintf("frame %q", fields))
				return nil
			},
		}
		for rest := stream.Bytes(); len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "write")
			if _, err := s.Write(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if err := s.end(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("of %q (-want +got):\n%s", stream.Bytes(), diff)
		}
	})
}

// What cannot begin a frame is passed on at once: a prompt must not wait for its answer.
func TestSplitterAtOnce(t *testing.T) {
	var got string
	s := &splitter{nonce: []byte(testNonce), text: func(text []byte) error { got += string(text); return nil }}
	s.Write([]byte("name? "))
	if got != "name? " {
		t.Errorf("passed on: %q", got)
	}
	s.Write([]byte("012"))
	s.Write([]byte("3x"))
	if got != "name? 0123x" {
		t.Errorf("passed on: %q", got)
	}
}

// The text of a large frame is looked at once, not with every write.
func BenchmarkSplitter(b *testing.B) {
	for _, c := range []struct{ name, stream string }{
		{"text", strings.Repeat("a line of output\n", 1<<16)},
		{"frame", frameOf("result", "text/plain", strings.Repeat("x", 1<<20))},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.stream)))
			b.ReportAllocs()
			s := &splitter{
				nonce: []byte(testNonce),
				text:  func([]byte) error { return nil },
				frame: func([]string) error { return nil },
			}
			for b.Loop() {
				for rest := []byte(c.stream); len(rest) > 0; {
					n := min(4096, len(rest))
					s.Write(rest[:n])
					rest = rest[n:]
				}
			}
		})
	}
}

// What is in the buffer is not looked at again before all of a frame is there: a picture of many
// megabytes comes in small pieces.
func TestSplitterWaits(t *testing.T) {
	frame := frameOf(strings.Repeat("x", 1000))
	frames := 0
	s := &splitter{
		nonce: []byte(testNonce),
		text:  func(text []byte) error { return fmt.Errorf("text %q", text) },
		frame: func([]string) error { frames++; return nil },
	}
	for i := range len(frame) {
		if _, err := s.Write([]byte{frame[i]}); err != nil {
			t.Fatal(err)
		}
		if i == 20 && s.need != len(frame) {
			t.Errorf("it waits for %d bytes, want %d", s.need, len(frame))
		}
	}
	if frames != 1 || s.need != 0 {
		t.Errorf("%d frames, waits for %d bytes", frames, s.need)
	}
}
