package main

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cellwrap/cellwrap/reactor"
)

// bubble runs f with a reactor of its own and a fake clock: nobody sleeps.
func bubble(t *testing.T, f func(t *testing.T)) {
	synctest.Test(t, func(t *testing.T) {
		r := reactor.New()
		r.Start()
		defer reactor.Use(r)()
		f(t)
		if err := r.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// As long as values are handed over quickly, none is missed. A value that takes 7 seconds has three
// others wait, a fifth one is read late, and the intervals that have passed by then are missed.
func TestSample(t *testing.T) {
	bubble(t, func(t *testing.T) {
		enough := errors.New("enough")
		begun, n := time.Now(), 0
		var at []float64
		var missed []int
		err := sample(t.Context(), time.Second, func() int { n++; return n }, func(_ context.Context, s sampled) error {
			at = append(at, s.at.Sub(begun).Seconds())
			missed = append(missed, s.missed)
			switch s.value {
			case 3:
				time.Sleep(7 * time.Second)
			case 9:
				return enough
			}
			return nil
		})
		if err != enough {
			t.Error(err)
		}
		if want := []float64{0, 1, 2, 3, 4, 9, 10, 11, 12}; !slices.Equal(at, want) {
			t.Errorf("read at %v, want %v", at, want)
		}
		if want := []int{0, 0, 0, 0, 0, 0, 4, 0, 0}; !slices.Equal(missed, want) {
			t.Errorf("missed %v, want %v", missed, want)
		}
	})
}

// The end of the context ends all of it, also what is being handed over.
func TestSampleCanceled(t *testing.T) {
	bubble(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err := sample(ctx, time.Second, func() int { return 1 }, func(ctx context.Context, s sampled) error {
			<-ctx.Done()
			return ctx.Err()
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}

// An error of whoever takes the values ends it, and the reading.
func TestSampleFails(t *testing.T) {
	bubble(t, func(t *testing.T) {
		want := errors.New("full")
		n := 0
		err := sample(t.Context(), time.Second, func() int { n++; return n }, func(_ context.Context, s sampled) error {
			if s.value == 2 {
				return want
			}
			return nil
		})
		time.Sleep(time.Minute)
		if err != want || n != 2 {
			t.Errorf("%v after %d values", err, n)
		}
	})
}
