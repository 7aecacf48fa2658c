package suggest

import "testing"

func TestUnknown(t *testing.T) {
	targets := []string{"file", "block", "gonb", "repl"}
	for _, c := range []struct{ word, want string }{
		{"gnob", `unknown target "gnob"; did you mean gonb?`},
		{"GoNB", `unknown target "GoNB"; did you mean gonb?`},
		{"blo", `unknown target "blo"; did you mean block?`},
		{"fil", `unknown target "fil"; did you mean file?`},
		{"", `unknown target "" (file, block, gonb or repl)`},
		{"x", `unknown target "x" (file, block, gonb or repl)`},
		{"program", `unknown target "program" (file, block, gonb or repl)`},
		{"\xff\n", `unknown target "\xff\n" (file, block, gonb or repl)`},
	} {
		if got := Unknown("target", c.word, targets).Error(); got != c.want {
			t.Errorf("%q: %s, want %s", c.word, got, c.want)
		}
	}
}

// Of two that are as near, the first.
func TestNearest(t *testing.T) {
	for _, c := range []struct{ word, want string }{
		{"run_in_reacter", "run_in_reactor"},
		{"run-in-reactor", "run_in_reactor"},
		{"runinreactor", "run_in_reactor"},
		{"auto_await", "autoawait"},
		{"time", ""},
		{"cd", ""},
		{"run", ""},
		{"load_e", "load_ext"},
	} {
		if got := Nearest(c.word, []string{"run_in_reactor", "autoawait", "reactor_config", "load_ext"}); got != c.want {
			t.Errorf("%q: %q, want %q", c.word, got, c.want)
		}
	}
}
