package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/cellwrap/cellwrap/golden"
)

// spellings are the ways in which a magic stands in a percent-format file.
var spellings = []func(i int, magic string) string{
	func(_ int, magic string) string { return magic },
	func(_ int, magic string) string { return "//gonb:" + magic },
	func(_ int, magic string) string { return "// " + magic }, // Jupytext's, at the top
	func(_ int, magic string) string { return "//cellwrap:" + strings.TrimLeft(magic, "%") },
	func(i int, magic string) string { return []string{"", "//gonb:", "// "}[i%3] + magic },
	func(i int, magic string) string { return []string{"// ", "", "//gonb:"}[i%3] + magic },
}

// spellMagics returns a cell with its magics spelled in a way.
func spellMagics(cell []byte, spell func(int, string) string) string {
	var b strings.Builder
	n := 0
	for line := range strings.Lines(string(cell)) {
		if text := strings.TrimLeft(line, " \t"); strings.HasPrefix(text, "%") || strings.HasPrefix(text, "!") {
			line = line[:len(line)-len(text)] + spell(n, text)
			n++
		}
		b.WriteString(line)
	}
	return b.String()
}

// filter sends a text through the command, and returns what it prints.
func filter(text string, args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = run(append(args, "--types", "off", "--stdin-filename", "book.go"), strings.NewReader(text), &out, &errs)
	return status, out.String(), errs.String()
}

// checkPercent wraps and unwraps a percent-format file: it is left alone the second time, and comes back byte for byte,
// unless it is refused. It reports whether something was wrapped.
func checkPercent(t *testing.T, file, target string) bool {
	status, wrapped, _ := filter(file, "-t", target)
	if status != exitOK || wrapped == file {
		return false
	}
	if status, again, stderr := filter(wrapped, "-t", target); status != exitOK || again != wrapped {
		t.Errorf("-t %s\n%s\nis wrapped to\n%s\nand again to\n%s\n%s", target, file, wrapped, again, stderr)
	}
	if status, back, stderr := filter(wrapped, "--unwrap"); status != exitOK || back != file || stderr != "" {
		t.Errorf("-t %s\n%s\nis wrapped to\n%s\nand unwrapped to\n%s\n%s", target, file, wrapped, back, stderr)
	}
	return true
}

// Every golden case's cell comes back from a percent-format file, between others, with its magics in every spelling.
func TestPercentSpellings(t *testing.T) {
	cases, err := golden.Load("../../golden/testdata")
	if err != nil {
		t.Fatal(err)
	}
	wrapped := map[string]int{}
	for _, c := range cases {
		if bytes.HasPrefix(c.Cell, []byte("\ufeff")) || bytes.Contains(c.Cell, []byte("cellwrap:wrapped")) {
			continue // a file has that mark at its start; and what was wrapped before is unwrapped, too
		}
		done := map[string]bool{}
		for _, spell := range spellings {
			cell := spellMagics(c.Cell, spell)
			if done[cell] {
				continue
			}
			done[cell] = true
			for _, target := range []string{"block", "gonb", "repl"} {
				file := "// %%\nfirst()\n\n// %% it\n" + strings.TrimRight(cell, "\n") + "\n\n// %%\nlast()\n"
				if checkPercent(t, file, target) {
					wrapped[target]++
				}
			}
			if t.Failed() {
				t.Fatal(c.Name)
			}
		}
	}
	for target, n := range wrapped {
		t.Logf("-t %s: %d files", target, n)
		if n < len(cases)/3 {
			t.Errorf("-t %s: only %d files were wrapped", target, n)
		}
	}
}

func FuzzPercent(f *testing.F) {
	f.Add("// %%\n// %%run_in_reactor r\n// !ls\n//gonb:%env A B\n%autoawait on\nreturn 1\n\n// %%\nx := await r\n")
	f.Add("x\r\n// %%\r\n//gonb:%%run_in_reactor r\r\n  // %reactor_config timeout 5\r\n\r\n")
	f.Fuzz(func(t *testing.T, file string) {
		for _, target := range []string{"block", "gonb", "repl"} {
			checkPercent(t, file, target)
		}
	})
}
