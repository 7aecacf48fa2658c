package main

import "testing"

// TestForgetsGoNB holds that only a line that GoNB takes for its command resets what it has.
func TestForgetsGoNB(t *testing.T) {
	for code, want := range map[string]bool{
		"%reset":                   true,
		"x := 1\n%reset go.mod\n":  true,
		"//gonb:%reset":            true,
		"s := \"%reset\"":          false,
		"fmt.Printf(\"%reset\")\n": false,
		"// %reset\nx := 7 %reset": false,
	} {
		if got := forgetsGoNB(code); got != want {
			t.Errorf("%q: %v", code, got)
		}
	}
}
