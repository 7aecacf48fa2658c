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
func FromChannelOn[T any](r *Reactor, c <-chan T) *Deferred[T] {
	d := new(Deferred[T])
	d.core.init(r, &d.slot)
	d.core.receive(c)
	return d
}

// receive has c, which is new, fire with the next value of a channel.
func (c *core) receive(from any) {
	if c.r.stop.Load() {
		c.hasFailed(ErrReactorStopped) // and leave the channel's values to others
		return
	}
	channel := reflect.ValueOf(from)
	if v, ok := channel.TryRecv(); v.IsValid() {
		received(c, v, ok)
		return
	}
	ended := make(chan struct{})               // closed after firing
	c.work = cancellerFunc(func() { <-ended }) // which takes the goroutine no time
	go func() {
		if c.r.stop.Load() { // while this goroutine waited for its turn: the values are for others
			close(ended)
			return
		}
		const byValue, byCancel, byStop = 0, 1, 2
		end, v, ok := reflect.Select([]reflect.SelectCase{
			byValue:  {Dir: reflect.SelectRecv, Chan: channel},
			byCancel: {Dir: reflect.SelectSend, Chan: reflect.ValueOf(ended), Send: reflect.ValueOf(struct{}{})},
			byStop:   {Dir: reflect.SelectRecv, Chan: reflect.ValueOf(c.r.stopping)},
		})
		if end == byValue {
			received(c, v, ok)
		}
		if end != byCancel {
			close(ended)
		}
	}()
}

// received fires c with what was received; ok is false if the channel is closed.
func received(c *core, v reflect.Value, ok bool) {
	if !ok {
		c.fail(ErrChannelClosed, nil)
	} else if ok, _ := c.open(); ok {
		inside(c.slot).Set(v)
		c.settle(nil, nil)
	}
}
