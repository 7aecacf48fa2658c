package runner

import (
	"bufio"
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// FuzzSplitter holds that a program's stream, whatever is in it, gives the same texts and marks however
// it is cut into writes, and that no byte is lost but those of marks.
func FuzzSplitter(f *testing.F) {
	f.Add([]byte("a"+markOf(1)+"b"+markOf(20)+"c"), uint16(3))
	f.Add([]byte("0123ab"+markOf(0)+"0123abc"), uint16(1))
	f.Add([]byte(testNonce+"9223372036854775807;"), uint16(5))
	f.Add([]byte(testNonce+"-1;"+testNonce+";"+testNonce+"00000000000;"+testNonce), uint16(2))
	f.Fuzz(func(t *testing.T, stream []byte, cut uint16) {
		split := func(size int) (told string, text int) {
			var all strings.Builder
			begun := false
			s := &splitter{
				nonce: []byte(testNonce),
				text: func(p []byte) error {
					if !begun {
						all.WriteString("text ")
						begun = true
					}
					fmt.Fprintf(&all, "%x", p)
					text += len(p)
					return nil
				},
				mark: func(number int) error {
					begun = false
					fmt.Fprintf(&all, "\nmark %d\n", number)
					text += len(testNonce) + 1
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
			return all.String(), text
		}
		told, text := split(len(stream) + 1)
		if again, _ := split(1 + int(cut)); again != told {
			t.Fatalf("%q\nin writes of %d bytes is\n%s\nand at once\n%s", stream, 1+int(cut), again, told)
		}
		marks := strings.Count(told, "mark")
		if marks == 0 && text != len(stream) || text > len(stream) || text+10*marks < len(stream) || marks > bytes.Count(stream, []byte(testNonce)) {
			t.Fatalf("%q is\n%s", stream, told)
		}
	})
}

// FuzzFrame holds that what is read as a frame is what was written, and that nothing else can crash the reader.
func FuzzFrame(f *testing.F) {
	f.Add([]byte(frameOf("begin", "1", "1") + frameOf("error", "E", "x", "y\nz")))
	f.Add([]byte("5:9:xyz,,"))
	f.Add([]byte("2147483647:x,"))
	f.Add([]byte("3:0:,x0:,"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		r := bufio.NewReader(bytes.NewReader(stream))
		for {
			fields, err := readFrame(r)
			if err != nil {
				return
			}
			again, err := readFrame(bufio.NewReader(strings.NewReader(frameOf(fields...))))
			if err != nil || fmt.Sprintf("%q", again) != fmt.Sprintf("%q", fields) {
				t.Fatalf("%q is %q, %v", fields, again, err)
			}
		}
	})
}
