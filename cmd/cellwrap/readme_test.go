package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cellwrap/cellwrap/rewrite"
)

// The README's list of magics is the table that the rewriter and the help have.
func TestReadmeMagics(t *testing.T) {
	const readme, head, tail = "../../README.md", "| magic | meaning |\n|---|---|\n", "\n\n"
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(text), head)
	got, after, ok := strings.Cut(rest, tail)
	if !ok {
		t.Fatalf("no table of magics in %s", readme)
	}
	var rows []string
	for _, m := range rewrite.Magics() {
		rows = append(rows, fmt.Sprintf("| `%s` | %s |", strings.ReplaceAll(m.Usage, "|", `\|`), m.Summary))
	}
	want := strings.Join(rows, "\n")
	if *update {
		if err := os.WriteFile(readme, []byte(before+head+want+tail+after), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got; renewed by -update)\n%s", readme, diff)
	}
}
