package dynamic

import "github.com/cellwrap/cellwrap/reactor"

// A LoopingCall is a [reactor.LoopingCall].
type LoopingCall = reactor.LoopingCall

// NewLoopingCall is [reactor.NewLoopingCall].
func NewLoopingCall(f func() error) *LoopingCall { return reactor.NewLoopingCall(f) }

// NewLoopingCallWithCount is [reactor.NewLoopingCallWithCount].
func NewLoopingCallWithCount(f func(count int) error) *LoopingCall {
	return reactor.NewLoopingCallWithCount(f)
}

// NewLoopingCallDeferred is [reactor.NewLoopingCallDeferred].
func NewLoopingCallDeferred(f func(count int) (*Deferred, error)) *LoopingCall {
	return reactor.NewLoopingCallDeferred(f)
}
