package main

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// --help fits a screen, and does not lack a flag or a command.
func TestHelpFits(t *testing.T) {
	text := manual()
	if n := strings.Count(text, "\n"); n > 50 {
		t.Errorf("%d lines", n)
	}
	for line := range strings.Lines(text) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	flags := completedFlags(new(flags).all())
	if len(flags) < 20 {
		t.Errorf("%d flags", len(flags))
	}
	for _, f := range flags {
		if !strings.Contains(text, "--"+f.Name) {
			t.Errorf("no --%s", f.Name)
		}
	}
	for _, c := range commands() {
		if !strings.Contains(text, "cellwrap "+c.name) {
			t.Errorf("no %s", c.name)
		}
		if !strings.HasPrefix(c.manual(), "cellwrap") {
			t.Errorf("the manual of %s: %s", c.name, c.manual())
		}
	}
}
