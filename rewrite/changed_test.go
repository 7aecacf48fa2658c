package rewrite_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/cellwrap/cellwrap/golden"
	"github.com/cellwrap/cellwrap/rewrite"
)

// changes are the texts that a text becomes by one change of a byte, and what of the text goes.
func changes(text []byte, at int) map[string]string {
	m := map[string]string{}
	if at < len(text) {
		m[string(text[:at])+string(text[at+1:])] = "deleted"
		for _, c := range []byte{'x', ')', '\n'} {
			m[string(text[:at])+string(c)+string(text[at+1:])] = "replaced"
		}
	}
	for _, c := range []byte{'x', ' ', '(', '`', '"', '\n'} {
		m[string(text[:at])+string(c)+string(text[at:])] = "inserted"
	}
	return m
}

// TestUnwrapChanged changes a byte of each wrapped block, anywhere. The block is unwrapped with the change and nothing else, or with
// words about what stays, or stays wrapped, with words about why. No text is lost.
func TestUnwrapChanged(t *testing.T) {
	cases, err := golden.Load("../golden/testdata")
	if err != nil {
		t.Fatal(err)
	}
	stats := map[string]int{}
	for _, c := range cases {
		for _, target := range []rewrite.Target{rewrite.Block, rewrite.GoNB} {
			opts := c.Options(target, nil)
			out, err := rewrite.Cell(c.Cell, opts)
			if err != nil || out.Name == "" || bytes.Contains(c.Cell, []byte("cellwrap:wrapped")) {
				continue
			}
			for at := range len(out.Code) + 1 {
				if !rewrite.Sampled(fmt.Sprint(c.Name, target, at), 31) {
					continue
				}
				for changed, how := range changes(out.Code, at) {
					if changed == string(out.Code) {
						continue
					}
					what := checkChanged(t, c.Cell, []byte(changed))
					stats[string(target)+" "+how+": "+what]++
				}
				if t.Failed() {
					t.Fatal(c.Name)
				}
			}
		}
	}
	for what, n := range stats {
		t.Log(what, n)
	}
	for _, what := range []string{"inserted: unwrapped", "inserted: warned of", "replaced: unwrapped", "deleted: unwrapped", "deleted: refused"} {
		if stats["block "+what] < 50 || stats["gonb "+what] < 50 {
			t.Errorf("%s: too few", what)
		}
	}
}

// checkChanged unwraps a text that the wrapped cell was changed to, and returns what came of it.
func checkChanged(t *testing.T, cell, changed []byte) string {
	back, warnings, err := rewrite.Unwrap(changed, "cell")
	for _, d := range warnings {
		if d.Pos.Filename != "cell" || d.Pos.Line < 1 || d.Pos.Line > bytes.Count(changed, []byte("\n"))+1 || d.Pos.Column < 1 || d.Severity != rewrite.Warning {
			t.Errorf("%v: %s", d.Pos, d.Msg)
		}
	}
	if err != nil {
		checkError(t, changed, nil, err)
		return "refused"
	}
	lost, more := difference(string(cell), string(back))
	if lost > 1 || more > 1 { // a line's indentation may no longer be the one that the closure gave it
		lost, more = difference(unspaced.Replace(string(cell)), unspaced.Replace(string(back)))
	}
	switch {
	case len(warnings) == 0 && lost <= 1 && more <= 1:
		return "unwrapped"
	case len(warnings) > 0 && lost <= 1+takenBy(warnings):
		return "warned of"
	}
	t.Errorf("the cell\n%s\nis wrapped and changed to\n%s\nand unwrapped to\n%s\n%v\n%q", cell, changed, back, warnings, back)
	return "wrong"
}

var unspaced = strings.NewReplacer(" ", "", "\t", "", "\r", "")

var taken = regexp.MustCompile(`(?: for|changed:) ("(?:[^"\\]|\\.)*")$`)

// takenBy returns how many bytes of the cell the warnings say to be not put back.
func takenBy(warnings []rewrite.Diagnostic) (n int) {
	for _, d := range warnings {
		if m := taken.FindStringSubmatch(d.Msg); m != nil {
			text, _ := strconv.Unquote(m[1])
			n += len(text)
		}
	}
	return n
}

// difference returns how many bytes of a text another one lacks, and how many it has more.
func difference(x, y string) (lost, more int) {
	for len(x) > 0 && len(y) > 0 && x[0] == y[0] {
		x, y = x[1:], y[1:]
	}
	for len(x) > 0 && len(y) > 0 && x[len(x)-1] == y[len(y)-1] {
		x, y = x[:len(x)-1], y[:len(y)-1]
	}
	common := make([]int, len(y)+1) // of the start of x and each of y
	for i := range x {
		last := 0
		for j := range y {
			old := common[j+1]
			if x[i] == y[j] {
				common[j+1] = last + 1
			} else {
				common[j+1] = max(old, common[j])
			}
			last = old
		}
	}
	return len(x) - common[len(y)], len(y) - common[len(y)]
}
