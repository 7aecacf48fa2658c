package session

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"reflect"
	"sync"
	"time"

	"github.com/cellwrap/cellwrap/reactor"
)

// A header says how an outcome is written that follows it in the same gob stream.
type header struct {
	Type     string // T
	Pointers int    // around the value
	Empty    bool   // it is a slice that is empty, but not nil: to gob these are the same
	Form     form
	Failure  *failure // the body's error, or the value if that is one
}

type form int

const (
	failed    form = iota // there is no value
	zero                  // the zero value, of which gob takes none or makes another one
	plain                 // the value follows
	boxed                 // T is an interface; a box follows
	unit                  // a struct{}{} in an interface
	errorForm             // an error in an interface
)

// A box carries what is in an interface.
type box struct{ V any }

// encode returns the outcome as bytes. If the value cannot cross, the outcome is an error that
// says so.
func encode[T any](name string, v T, err error) []byte {
	if err == nil {
		var data []byte
		if data, err = encodeValue(reflect.ValueOf(&v).Elem()); err == nil {
			return data
		}
		err = fmt.Errorf("session: %s: the value, a %v, cannot be brought to other cells: %v "+
			"(values cross by encoding/gob: no functions and channels, exported fields only, types in an interface registered by gob.Register)",
			name, reflect.TypeFor[T](), err)
	}
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(header{Failure: takeApart(name, err)}); err != nil {
		panic(err) // a header is always fine
	}
	return b.Bytes()
}

func encodeValue(v reflect.Value) (data []byte, err error) {
	registerBasics()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	h := header{Type: v.Type().String()}
	for ; v.Kind() == reflect.Pointer && !v.IsNil(); v = v.Elem() {
		if h.Pointers++; h.Pointers > 100 {
			return nil, fmt.Errorf("more than 100 pointers in a row")
		}
	}
	var body any
	h.Empty = isEmpty(v) || v.Kind() == reflect.Interface && isEmpty(v.Elem())
	switch {
	case v.IsZero():
		h.Form = zero
	case v.Kind() != reflect.Interface:
		h.Form, body = plain, v.Addr().Interface()
	case v.Elem().Type() == reflect.TypeFor[struct{}]():
		h.Form = unit
	default:
		if err, ok := v.Interface().(error); ok && !isRemote(v.Type()) {
			return nil, fmt.Errorf("an error %T in a %v", err, v.Type())
		} else if ok {
			h.Form, h.Failure = errorForm, fail(err, 0)
			break
		}
		h.Form, body = boxed, box{v.Interface()}
	}
	b := bytes.Buffer{}
	enc := gob.NewEncoder(&b)
	if err := enc.Encode(h); err != nil {
		return nil, err
	}
	if body != nil {
		if err := enc.Encode(body); err != nil {
			return nil, err
		}
	}
	if b.Len() > maxSize {
		return nil, fmt.Errorf("%d bytes, and at most %d can cross", b.Len(), maxSize)
	}
	return b.Bytes(), nil
}

func isEmpty(v reflect.Value) bool { return v.Kind() == reflect.Slice && v.Len() == 0 && !v.IsNil() }

// isRemote reports whether an error of ours can be a value of type t, an interface.
func isRemote(t reflect.Type) bool { return reflect.TypeFor[*remote]().AssignableTo(t) }

// What a keeper says of the end of a body that has no outcome. No gob stream, which a keeper could only
// write if all cells linked that, begins with a 0.
const (
	byDeath   = 'd' // ErrDied
	byRestart = 'r' // ErrCanceled
)

// ending returns the error as bytes.
func ending(by byte, text string) []byte { return append([]byte{0, by}, text...) }

// endingIn returns the error that ending has written, nil if it is an outcome.
func endingIn(data []byte) error {
	if len(data) < 2 || data[0] != 0 {
		return nil
	}
	why := ErrDied
	if data[1] == byRestart {
		why = reactor.ErrCanceled
	}
	return &remoteOne{&remote{text: string(data[2:])}, why}
}

// decode is the opposite of encode.
func decode[T any](name string, data []byte) (v T, err error) {
	if err := endingIn(data); err != nil {
		return v, err
	}
	dec := gob.NewDecoder(bytes.NewReader(data))
	var h header
	if err = dec.Decode(&h); err == nil && h.Form == failed && h.Failure != nil {
		return v, h.Failure.error()
	}
	if err == nil {
		err = decodeValue(dec, h, reflect.ValueOf(&v).Elem())
	}
	if err != nil {
		var none T
		return none, fmt.Errorf("session: %s: the value cannot be read: %v", name, err)
	}
	return v, nil
}

func decodeValue(dec *gob.Decoder, h header, v reflect.Value) (err error) {
	registerBasics()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	if t := v.Type().String(); t != h.Type {
		return fmt.Errorf("it is a %s, not a %s", h.Type, t)
	}
	for range h.Pointers {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	switch h.Form {
	case zero:
		return nil
	case plain:
		if h.Empty && v.Kind() == reflect.Slice {
			v.Set(reflect.MakeSlice(v.Type(), 0, 0))
			return nil
		}
		return dec.DecodeValue(v.Addr())
	case unit:
		return put(v, struct{}{})
	case errorForm:
		return put(v, h.Failure.error())
	}
	var b box
	if err := dec.Decode(&b); err != nil {
		return err
	}
	if t := reflect.TypeOf(b.V); h.Empty && t != nil && t.Kind() == reflect.Slice {
		b.V = reflect.MakeSlice(t, 0, 0).Interface()
	}
	return put(v, b.V)
}

// put sets v, an interface, to x.
func put(v reflect.Value, x any) error {
	if v.Kind() != reflect.Interface || x == nil || !reflect.TypeOf(x).AssignableTo(v.Type()) {
		return fmt.Errorf("it is a %T, not a %v", x, v.Type())
	}
	v.Set(reflect.ValueOf(x))
	return nil
}

// registerBasics makes known to gob what an interface may hold beside the types that gob knows
// itself: slices and maps of basic types, and times.
var registerBasics = sync.OnceFunc(func() {
	register[any]()
	register[bool]()
	register[string]()
	register[int]()
	register[int8]()
	register[int16]()
	register[int32]()
	register[int64]()
	register[uint]()
	register[uint8]()
	register[uint16]()
	register[uint32]()
	register[uint64]()
	register[uintptr]()
	register[float32]()
	register[float64]()
	register[complex64]()
	register[complex128]()
	register[time.Duration]()
	register[time.Time]()
	gob.Register(time.Duration(0))
	gob.Register(time.Time{})
})

func register[B any]() {
	gob.Register([]B(nil))
	gob.Register([][]B(nil))
	gob.Register([]map[string]B(nil))
	gob.Register(map[string]B(nil))
	gob.Register(map[string][]B(nil))
	gob.Register(map[int]B(nil))
}
