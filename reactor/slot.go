package reactor

import "reflect"

// What a cell uses of Deferreds and results of a type T is compiled with the cell, for each T anew:
// every method of Deferred[T] and EventualResult[T], used or not, and of all generic types that
// they mention. So these two are shells of a few instructions around a core without type
// parameters, which does all the work and handles values by their slots.

// A slot holds the value of a Deferred or of an EventualResult. It is a *slotOf.
type slot interface {
	// call calls f, if it is one of the functions below, for an outcome so far of the slot's
	// value and err, or with co; the new value is then in the slot, and the new error returned.
	call(f any, err error, co *Coroutine) (error, verdict)
}

type verdict int

const (
	unknown verdict = iota // f is no function of the slot
	skipped                // it is not for such an outcome
	ran
)

type slotOf[T any] struct{ Value T } // exported for package reflect

// The functions of the user that make a T. As types without methods they cost a cell little.
type (
	onValue[T any]        func(T) (T, error)
	onError[T any]        func(error) (T, error)
	onBoth[T any]         func(T, error) (T, error)
	valueBody[T any]      func() (T, error)
	valueCoroutine[T any] func(*Coroutine) (T, error)
)

func (s *slotOf[T]) call(f any, err error, co *Coroutine) (error, verdict) {
	switch f := f.(type) {
	case onValue[T]:
		if err != nil {
			return err, skipped
		}
		s.Value, err = f(s.Value)
	case onError[T]:
		if err == nil {
			return nil, skipped
		}
		s.Value, err = f(err)
	case onBoth[T]:
		s.Value, err = f(s.Value, err)
	case valueBody[T]:
		s.Value, err = f()
	case valueCoroutine[T]:
		s.Value, err = f(co)
	default:
		return err, unknown
	}
	return err, ran
}

// valueIn returns the value of a slot of T, and the zero value if there is none.
func valueIn[T any](s slot) (v T) {
	if s != nil {
		v = s.(*slotOf[T]).Value
	}
	return v
}

// valueOf returns the value of any slot.
func valueOf(s slot) any { return inside(s).Interface() }

func inside(s slot) reflect.Value { return reflect.ValueOf(s).Elem().Field(0) }

// move makes the value of to that of from, or zero if there is no such slot.
func move(to, from slot) {
	if from == nil {
		reflect.ValueOf(to).Elem().SetZero()
	} else {
		reflect.ValueOf(to).Elem().Set(reflect.ValueOf(from).Elem())
	}
}

// copyOf returns a slot with the same value, nil if there is none.
func copyOf(s slot) slot {
	if s == nil {
		return nil
	}
	v := reflect.New(reflect.TypeOf(s).Elem())
	v.Elem().Set(reflect.ValueOf(s).Elem())
	return v.Interface().(slot)
}
