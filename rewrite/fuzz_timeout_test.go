package rewrite

import (
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzTimeout holds that a timeout which is accepted is what was written, and is printed as something
// that means the same.
func FuzzTimeout(f *testing.F) {
	for _, s := range []string{"5", "0.5", "0.57", "1e3", "INFINITY", "Inf", "NaN", "1m30s", "0", "-1", "1e300", "1e-10", "9223372036.854775807", "0x1p-2", "1_0", "", "1.5h"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseTimeout(s)
		if err != nil {
			if d != 0 || !strings.Contains(err.Error(), "timeout") || !strings.Contains(err.Error(), s) {
				t.Fatalf("%q: %d, %v", s, d, err)
			}
			return
		}
		switch {
		case s == "INFINITY":
			if d != -1 {
				t.Fatalf("no limit is %d", d)
			}
			return
		case d <= 0:
			t.Fatalf("%q is %d", s, d)
		}
		if again, err := ParseTimeout(formatSeconds(d)); err != nil || off(again, d) > 1+int64(d)>>52 {
			t.Fatalf("%q is %d, printed as %s, which is %d, %v", s, d, formatSeconds(d), again, err)
		}
		// As exactly as a float64 has it.
		exact, ok := new(big.Rat).SetString(strings.ReplaceAll(s, "_", " "))
		if !ok || strings.ContainsAny(s, "/xXpPbBoO") {
			return
		}
		exact.Mul(exact, big.NewRat(int64(time.Second), 1))
		if want, _ := exact.Float64(); math.Abs(float64(d)-want) > 0.5001+want/(1<<50) {
			t.Fatalf("%q is %d, not %s nanoseconds", s, d, exact.FloatString(3))
		}
	})
}

func off(a, b time.Duration) int64 { return int64((a - b).Abs()) }

// FuzzMagic holds that whatever follows a magic's name is understood or refused, at its own place, and
// that a magic means the same as a directive.
func FuzzMagic(f *testing.F) {
	for _, line := range []string{"run_in_reactor result", "run_in_reactor?", "run_in_reactor a b", "autoawait on", "autoawait maybe", "reactor_config timeout 0.5",
		"reactor_config timeout", "crochet_config reset\u00a0x", "load_ext cellwrap", "load_ext twisted_ipython more", "load_ext \xaa", "run_in_reactor\tr\u3000"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if strings.ContainsAny(line, "\n\r\x00") {
			t.Skip("a magic is one line")
		}
		fields := strings.Fields(line)
		var magic *magic
		if len(fields) > 0 && strings.HasPrefix(line, fields[0]) {
			magic = lookup(strings.TrimSuffix(fields[0], "?"))
		}
		percent := "%"
		if magic != nil && magic.cell {
			percent = "%%"
		}
		type outcome struct {
			text   string
			column int
		}
		read := func(sign string) outcome {
			out, err := Cell([]byte(sign+line+"\n"), Options{MagicOnly: true})
			var e *Error
			if errors.As(err, &e) {
				if e.Pos.Line != 1 || e.Pos.Column < 1 || e.Pos.Column > len(sign+line)+1 || e.Msg == "" || strings.Contains(e.Msg, "\n") {
					t.Fatalf("%q: %v", sign+line, err)
				}
				return outcome{e.Msg, e.Pos.Column - len(sign)}
			}
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			for _, d := range out.Diagnostics {
				b.WriteString(d.Msg)
			}
			return outcome{out.Name + b.String(), 0}
		}
		if magic == &loadExt && !utf8.ValidString(line) {
			return // with %, it is somebody else's extension; a directive is ours
		}
		a, b := read(percent), read(directive)
		if a != b && magic != nil && !strings.HasPrefix(b.text, "unknown directive") { // else it may be the host's
			t.Fatalf("%q is %v, and as a directive %v", line, a, b)
		}
	})
}
