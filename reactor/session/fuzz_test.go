package session

import (
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"reflect"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/cellwrap/cellwrap/reactor"
)

// FuzzFrame holds that a frame is read as it was written, in however many pieces it comes; and that one
// of which a part is missing, or which says that it is too large, is an error, for which no more memory
// is needed than has come.
func FuzzFrame(f *testing.F) {
	for _, data := range [][]byte{nil, []byte("x"), bytes.Repeat([]byte("long"), 1<<10)} {
		f.Add(slices.Concat(frame(data)...), len(data)/2)
	}
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff"), 0)
	f.Add([]byte("\x00\x00\x00\x00\x7f\xff\xff\xffx"), 3)
	f.Fuzz(func(t *testing.T, stream []byte, cut int) {
		written := slices.Concat(frame(stream)...)
		for _, r := range []io.Reader{bytes.NewReader(written), iotest.OneByteReader(bytes.NewReader(written)), iotest.DataErrReader(bytes.NewReader(written))} {
			if got, err := readFrame(r); err != nil || !bytes.Equal(got, stream) {
				t.Fatalf("%q, %v", got, err)
			}
		}
		short := written[:uint(cut)%uint(len(written))]
		if got, err := readFrame(bytes.NewReader(short)); err == nil || got != nil || len(short) > 0 && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("%d of %d bytes: %q, %v", len(short), len(written), got, err)
		}
		// The stream as one that somebody else has written.
		in := bytes.NewReader(stream)
		got, err := readFrame(in)
		if err == nil && !bytes.Equal(slices.Concat(frame(got)...), stream[:len(stream)-in.Len()]) {
			t.Fatalf("%q is read as %q", stream, got)
		}
		if err != nil && (got != nil || err.Error() == "") {
			t.Fatalf("%q, %v", got, err)
		}
	})
}

// What says that it is too large is not read on.
func TestFrameTooLarge(t *testing.T) {
	for size, want := range map[uint64]string{2*maxSize + 1: "a frame of 2147483649 bytes", 1 << 63: "a frame of 9223372036854775808 bytes", 2 * maxSize: "read on"} {
		r := io.MultiReader(bytes.NewReader(binary.BigEndian.AppendUint64(nil, size)), iotest.ErrReader(errors.New("read on")))
		if _, err := readFrame(r); err == nil || err.Error() != want {
			t.Errorf("%d: %v", size, err)
		}
	}
}

// FuzzDecode holds that a value which can be read is written, and read again, as the same; that one which
// cannot be is an error of the session's; and that an error which has come can be asked whatever
// errors can be asked.
func FuzzDecode(f *testing.F) {
	f.Add(encode[any]("r", []any{1, "x"}, nil))
	f.Add(encode("r", &public{"x"}, nil))
	f.Add(encode[any]("r", io.EOF, nil))
	f.Add(encode[any]("r", struct{}{}, nil))
	f.Add(encode("r", 0, &reactor.PanicError{Value: io.EOF}))
	f.Add(encode("r", 0, errors.Join(io.EOF, fmt.Errorf("x: %w", fs.ErrNotExist), &isBoth{})))
	var odd bytes.Buffer
	if err := gob.NewEncoder(&odd).Encode(header{Failure: &failure{Text: "x", Known: -1, Is: []int{-1, 1 << 20}, Wraps: make([]failure, 2)}}); err != nil {
		f.Fatal(err)
	}
	f.Add(odd.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		decodes[any](t, data)
		decodes[*public](t, data)
		decodes[[]map[string]int](t, data)
	})
}

// isBoth is an error that its method takes for two of the known.
type isBoth struct{}

func (isBoth) Error() string        { return "both" }
func (isBoth) Is(target error) bool { return target == io.EOF || target == fs.ErrExist }

func decodes[T any](t *testing.T, data []byte) {
	v, err := decode[T]("r", data)
	if err != nil {
		ask(err)
		return
	}
	if e, ok := any(v).(error); ok {
		ask(e)
		return // of another type when it comes back
	}
	again, err := decode[T]("r", encode("r", v, nil))
	if err != nil || !reflect.DeepEqual(again, v) && fmt.Sprint(again) != fmt.Sprint(v) { // NaN
		t.Fatalf("%#v has become %#v, %v", v, again, err)
	}
}

// ask asks an error all that can be asked of errors.
func ask(err error) {
	_ = err.Error()
	for _, k := range known {
		errors.Is(err, k)
	}
	var p *reactor.PanicError
	errors.As(err, &p)
}
