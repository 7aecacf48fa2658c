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

// markOf spells a mark as package host does.
func markOf(number int) string { return fmt.Sprint(testNonce, number, ";") }

// However a stream is cut into writes, the same texts and marks come out, in order.
func TestSplitter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Texts that look like the beginning of a nonce are the hard ones.
		text := rapid.OneOf(rapid.StringMatching(`[01234:;\n]{0,12}`), rapid.SampledFrom([]string{"", "0", "0123abc", "0123abc0123", "01230123abc"}))
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
			if rapid.Bool().Draw(t, "mark") {
				number := rapid.IntRange(0, 1_000_000).Draw(t, "number")
				stream.WriteString(markOf(number))
				want = append(want, fmt.Sprint("mark ", number))
			}
		}
		if strings.Count(stream.String(), testNonce) != strings.Count(strings.Join(want, "\n"), "mark ") {
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
			mark: func(number int) error {
				got = append(got, fmt.Sprint("mark ", number))
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

// What cannot begin a mark is passed on at once: a prompt must not wait for its answer.
func TestSplitterAtOnce(t *testing.T) {
	var got string
	s := &splitter{
		nonce: []byte(testNonce),
		text:  func(text []byte) error { got += string(text); return nil },
		mark:  func(number int) error { got += fmt.Sprint("<", number, ">"); return nil },
	}
	for _, c := range []struct{ text, want string }{
		{"name? ", "name? "}, {"012", ""}, {"3x", "0123x"}, {testNonce + "12", ""}, {"3", ""}, {";4", "<123>4"},
		{testNonce + "x", testNonce + "x"}, {testNonce + strings.Repeat("9", 30), testNonce + strings.Repeat("9", 30)},
	} {
		got = ""
		s.Write([]byte(c.text))
		if got != c.want {
			t.Errorf("%q: passed on: %q, want %q", c.text, got, c.want)
		}
	}
}

func BenchmarkSplitter(b *testing.B) {
	stream := strings.Repeat("a line of output\n", 1<<16)
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	s := &splitter{nonce: []byte(testNonce), text: func([]byte) error { return nil }}
	for b.Loop() {
		for rest := []byte(stream); len(rest) > 0; {
			n := min(4096, len(rest))
			s.Write(rest[:n])
			rest = rest[n:]
		}
	}
}
