package runner

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// FuzzSplitter holds that a program's stream, whatever is in it, gives the same texts and frames however
// it is cut into writes; that what has no nonce comes out byte for byte; and that no byte is lost but
// those of frames.
func FuzzSplitter(f *testing.F) {
	f.Add([]byte("a"+frameOf("begin", "1", "1")+"b"+frameOf("error", "E", "x", "y\nz")+"c"), uint16(3))
	f.Add([]byte("0123ab"+frameOf("")+"0123abc"), uint16(1))
	f.Add([]byte(testNonce+"9223372036854775807:x,"), uint16(5))
	f.Add([]byte(testNonce+"-1:x,"+testNonce+"5:9:xyz,,"+testNonce), uint16(2))
	f.Fuzz(func(t *testing.T, stream []byte, cut uint16) {
		split := func(size int) (told, text string, frames int) {
			var all, texts strings.Builder
			begun := false
			s := &splitter{
				nonce: []byte(testNonce),
				text: func(p []byte) error {
					if !begun {
						all.WriteString("text ")
						begun = true
					}
					fmt.Fprintf(&all, "%x", p)
					texts.Write(p)
					return nil
				},
				frame: func(fields []string) error {
					begun = false
					frames++
					fmt.Fprintf(&all, "\n%q\n", fields)
					return nil
				},
			}
			for rest := stream; len(rest) > 0; {
				n := min(size, len(rest))
				if wrote, err := s.Write(bytes.Clone(rest[:n])); wrote != n || err != nil {
					t.Fatal(wrote, err)
				}
				rest = rest[n:]
			}
			if err := s.end(); err != nil {
				t.Fatal(err)
			}
			return all.String(), texts.String(), frames
		}
		told, text, frames := split(len(stream) + 1)
		if again, _, _ := split(1 + int(cut)); again != told {
			t.Fatalf("%q\nin writes of %d bytes is\n%s\nand at once\n%s", stream, 1+int(cut), again, told)
		}
		if frames == 0 && text != string(stream) || frames > bytes.Count(stream, []byte(testNonce)) {
			t.Fatalf("%q has %d frames and the text %q", stream, frames, text)
		}
	})
}
