package rewrite

import "testing"

func TestMayOpenComment(t *testing.T) {
	for line, want := range map[string]bool{
		`x := 1`:              false,
		`x := 1 /* a`:         true,
		`x := 1 // a /* b`:    false,
		`x := "/*"`:           false,
		`x := "\"/*"`:         false,
		`x := "\\" /* a`:      true,
		`x := "\\n\"" /* a`:   true,
		`x := '"' /* a`:       true,
		`x := '\'' /* a`:      true,
		`x := "'" // " /*`:    false,
		"x := `a` // a /*":    true, // a raw string may have begun above
		`x := a / b; y := /*`: true,
	} {
		if got := mayOpenComment([]byte(line)); got != want {
			t.Errorf("%s: %v, want %v", line, got, want)
		}
	}
}
