package main

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The README has the notebook's cells and outputs as they are. (That these are what a run prints is
// held by the command's tests.)
func TestCurrent(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	book, err := os.ReadFile("../../examples/readme.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	want, err := renew("README.md", readme, "readme.ipynb", book)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(readme)); diff != "" {
		t.Errorf("go generate ./examples renews it (-want +got):\n%s", diff)
	}
}

func TestNoPlace(t *testing.T) {
	if _, err := renew("README.md", []byte("# A title\n"), "readme.ipynb", nil); err == nil {
		t.Error("no error")
	}
}
