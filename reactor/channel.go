package reactor

import (
	"errors"
	"reflect"
)

// ErrChannelClosed is the outcome of [FromChannel] for a channel that is closed and empty.
var ErrChannelClosed = errors.New("reactor: the channel is closed")

// FromChannel returns a Deferred of the default reactor for the next value of c. A
// channel that is closed and empty makes it fail with [ErrChannelClosed]. A value that is
// there is received before FromChannel returns; otherwise a goroutine waits for one,
// until the Deferred is canceled or the reactor stops. No value is lost by a cancel: one
// that was received in the same moment is the Deferred's outcome, and after a cancel that
// gave [ErrCanceled] nothing is received any more.
func FromChannel[T any](c <-chan T) *Deferred[T] { return FromChannelOn(Default(), c) }

// FromChannelOn is [FromChannel] for the given reactor.
func FromChannelOn[T any](r *Reactor, c <-chan T) *Deferred[T] { return fromChannel[T](r, typed[T](c)) }

func fromChannel[T any](r *Reactor, c channel[T]) *Deferred[T] {
	if r.stop.Load() {
		return FailOn[T](r, ErrReactorStopped) // and leave c's values to others
	}
	d := NewDeferredOn[T](r, nil)
	fire := func(v T, ok bool) {
		var err error
		if !ok {
			err = ErrChannelClosed
		}
		d.fire(v, err, nil)
	}
	if v, ok, ready := c.poll(); ready {
		fire(v, ok)
		return d
	}
	received := make(chan struct{})                 // closed after firing
	d.canceller = func(*Deferred[T]) { <-received } // which takes the goroutine no time
	waits := r.spawn(func() {
		if r.stop.Load() { // while this goroutine waited for its turn: c's values are for others
			close(received)
			return
		}
		switch v, ok, end := c.receive(received, r.stopping); end {
		case byValue:
			fire(v, ok)
			close(received)
		case byStop:
			close(received)
		}
	})
	if !waits {
		close(received)
	}
	return d
}

// A channel is one to receive from; ok is false when it is closed.
type channel[T any] interface {
	poll() (v T, ok, ready bool)

	// receive waits until there is a value, the canceller is told that there was none, or stopping
	// is closed.
	receive(canceller chan<- struct{}, stopping <-chan struct{}) (v T, ok bool, end receiveEnd)
}

// receiveEnd says what has ended a receive. The values are places in untypedChannel's list.
type receiveEnd int

const (
	byValue receiveEnd = iota
	byCancel
	byStop
)

type typed[T any] <-chan T

func (c typed[T]) poll() (v T, ok, ready bool) {
	select {
	case v, ok = <-c:
		return v, ok, true
	default:
		return v, false, false
	}
}

func (c typed[T]) receive(canceller chan<- struct{}, stopping <-chan struct{}) (v T, ok bool, end receiveEnd) {
	select {
	case v, ok = <-c:
		return v, ok, byValue
	case canceller <- struct{}{}:
		return v, false, byCancel
	case <-stopping:
		return v, false, byStop
	}
}

// untypedChannel is a channel of which only reflection knows the type.
type untypedChannel struct{ c reflect.Value }

func (u untypedChannel) poll() (any, bool, bool) {
	v, ok := u.c.TryRecv()
	if !ok {
		return nil, false, v.IsValid()
	}
	return v.Interface(), true, true
}

func (u untypedChannel) receive(canceller chan<- struct{}, stopping <-chan struct{}) (any, bool, receiveEnd) {
	end, v, ok := reflect.Select([]reflect.SelectCase{
		byValue:  {Dir: reflect.SelectRecv, Chan: u.c},
		byCancel: {Dir: reflect.SelectSend, Chan: reflect.ValueOf(canceller), Send: reflect.ValueOf(struct{}{})},
		byStop:   {Dir: reflect.SelectRecv, Chan: reflect.ValueOf(stopping)},
	})
	if !ok {
		return nil, false, receiveEnd(end)
	}
	return v.Interface(), true, receiveEnd(end)
}
