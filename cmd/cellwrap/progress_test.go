package main

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"
)

// The line comes after a second, counts, and is gone at the end.
func TestProgress(t *testing.T) {
	for name, tt := range map[string]struct {
		takes time.Duration
		want  string
	}{
		"quick":  {900 * time.Millisecond, ""},
		"slow":   {1050 * time.Millisecond, "\rcellwrap: 1 of 3\r\x1b[K"},
		"longer": {1150 * time.Millisecond, "\rcellwrap: 1 of 3\rcellwrap: 1 of 3\r\x1b[K"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var out bytes.Buffer
				p := &progress{w: &out, stop: make(chan struct{})}
				p.more(3)
				p.ended.Go(p.show)
				p.done.Add(1)
				time.Sleep(tt.takes) // in the bubble, no time passes
				p.end()
				if got := out.String(); got != tt.want {
					t.Errorf("%q, want %q", got, tt.want)
				}
			})
		})
	}
}

// Nothing is shown where nobody looks.
func TestProgressOffTerminal(t *testing.T) {
	var out bytes.Buffer
	p := startProgress(&out, 3)
	p.end()
	if p.w != nil || out.Len() > 0 {
		t.Errorf("it shows %q", out.String())
	}
}
