//go:build linux || darwin

package session

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// A connection that asks for the end stays open until then: the garbage collector must not close it.
func TestEndHoldsConnection(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s")
	l, err := listenAt(path)
	if err != nil {
		t.Fatal(err)
	}
	k := &keeper{listener: l, replaced: make(chan struct{}, 1)}
	listens := make(chan struct{})
	go func() {
		k.listen()
		close(listens)
	}()
	t.Cleanup(func() {
		l.Close()
		<-listens
	})
	asker, err := dialTo(path, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer asker.Close()
	asker.Write([]byte{opEnd})
	<-k.replaced
	for range 20 { // in time, answer has nothing left to do
		runtime.GC()
	}
	asker.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	if _, err := asker.Read(make([]byte, 1)); !os.IsTimeout(err) {
		t.Errorf("the connection is closed while the session has not ended: %v", err)
	}
}

// Of a program that ends without a crash, the last whole lines are told, and not all that it has printed.
func TestLastWords(t *testing.T) {
	if got := lastWords([]byte("first\n" + strings.Repeat("x", 4000) + "\n" + strings.Repeat("last\n", 100))); got != strings.TrimSpace(strings.Repeat("last\n", 100)) {
		t.Errorf("%d bytes: %.100q", len(got), got)
	}
	if got := lastWords([]byte("printed\npanic: no\n\ngoroutine 1\n")); got != "panic: no\n\ngoroutine 1" {
		t.Errorf("%q", got)
	}
}

// Who asks whether the result is there is answered within a second, or not at all; who waits for it
// waits as long as it takes. The one answer that does not come is the clock of the other.
func TestPatient(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s")
	l, err := listenAt(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	pair := func(patient bool) (*connection, socket) {
		conn, err := dialTo(path, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		keeper, err := accept(l)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { keeper.Close() })
		return &connection{conn, "x", patient}, keeper
	}
	waits, keeper := pair(true)
	asks, _ := pair(false)
	answer := make(chan error, 1)
	go func() {
		yes, err := waits.there()
		if err == nil && !yes {
			err = errors.New("not there")
		}
		answer <- err
	}()
	if _, err := asks.there(); !errors.Is(err, errSilent) {
		t.Error(err)
	}
	if _, err := asks.there(); !errors.Is(err, errSilent) { // by now the other waits, too
		t.Error(err)
	}
	keeper.Write([]byte{here})
	if err := <-answer; err != nil {
		t.Error(err)
	}
}
