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

// A wrapped cell in the body of another one comes back as it is, whether the outer marker stands before it, in the
// header, or behind it, in the footer.
func TestUnwrapOuter(t *testing.T) {
	inner, err := Cell([]byte("n := 1\nreturn n\n"), Options{Target: Block, Assign: "inner", Types: TypesOff})
	if err != nil {
		t.Fatal(err)
	}
	body := "println()\n" + string(inner.Code) + "return inner\n"
	for _, target := range []Target{Block, GoNB, REPL} {
		for _, c := range []struct{ cell, assign string }{{body, "outer"}, {"%%run_in_reactor outer\n" + body, ""}} {
			opts := Options{Target: target, Assign: c.assign, Types: TypesOff}
			outer, err := Cell([]byte(c.cell), opts)
			if err != nil {
				t.Fatalf("%s: %v", target, err)
			}
			if got, _, err := Unwrap(outer.Code, "x"); err != nil || string(got) != c.cell {
				t.Errorf("%s: %v\n%s", target, err, got)
			}
			if again, err := Cell(outer.Code, opts); err != nil || string(again.Code) != string(outer.Code) {
				t.Errorf("%s, again: %v\n%s", target, err, again.Code)
			}
		}
	}
}
