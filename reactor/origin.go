package reactor

import (
	"math"
	"reflect"
)

// An origin is the function whose failure something is, in the four bytes that an EventualResult
// has to spare: how far the function's code is from New's. 0 is none.
type origin int32

func codeOf(f any) uintptr { return reflect.ValueOf(f).Pointer() }

var firstCode = codeOf(New)

// originOf returns the origin that stands for the function f.
func originOf(f any) origin {
	d := int64(codeOf(f)) - int64(firstCode)
	if d < math.MinInt32 || d > math.MaxInt32 { // the code of a plugin
		return 0
	}
	return origin(d)
}

// where names the function and the line at which it begins, or nothing.
func (o origin) where() string {
	if o == 0 {
		return ""
	}
	f, ok := frameOf(uintptr(int64(firstCode) + int64(o)))
	if !ok {
		return ""
	}
	return f.where()
}
