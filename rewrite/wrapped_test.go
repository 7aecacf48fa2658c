package rewrite

import "testing"

// A marker that claims an indentation wider than anybody's is none: undoing it would take gigabytes.
func TestParseWrapping(t *testing.T) {
	for width, want := range map[string]bool{"s100": true, "s101": false, "t2000000000": false, "s-1": false, "s": false} {
		if _, _, ok := parseWrapping(marker + " # 12345678 " + width + " 1+1+1 -"); ok != want {
			t.Errorf("%s: %t", width, ok)
		}
	}
}
