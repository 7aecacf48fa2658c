package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// A file that another process of ours changes while this one waits to replace it stays as the other has
// made it.
func TestWriteWaits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("old")
	unlock, err := lockFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wrote := make(chan error)
	go func() {
		wrote <- writeFiles([]file{{path: path, text: []byte("new"), was: []byte("old"), mustBe: true}})
	}()
	for waits := fmt.Sprintf(" %d ", os.Getpid()); ; runtime.Gosched() {
		locks, err := os.ReadFile("/proc/locks")
		if err != nil {
			t.Skipf("who waits for a lock cannot be told: %v", err)
		}
		if waiting := strings.Split(string(locks), "-> FLOCK"); len(waiting) > 1 && strings.Contains(strings.Join(waiting[1:], ""), waits) {
			break
		}
		select {
		case err := <-wrote:
			t.Fatalf("it has not waited: %v", err)
		default:
		}
	}
	write("another's")
	unlock()
	if err := <-wrote; err == nil || !strings.Contains(err.Error(), "has changed since it was read") {
		t.Error(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "another's" {
		t.Errorf("%q, %v", text, err)
	}
}
