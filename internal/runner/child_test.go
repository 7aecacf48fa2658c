package runner

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What a child of a cell prints, which has the cell's standard output, does not get into values: neither into those
// that are larger than a pipe takes at once, nor into the order of what the cell itself prints and ends in.
func TestChildPrints(t *testing.T) {
	const lines, size = 60_000, 200_000
	const start = `child := exec.Command("seq", "-f", "child %.0f", "60000")
child.Stdout, child.Stderr = os.Stdout, os.Stderr
err := child.Start()
err`
	const value = `fmt.Println("before N")
strings.Repeat("N", 200000)`
	cells := []string{start}
	for i := range 4 {
		cells = append(cells, strings.ReplaceAll(value, "N", fmt.Sprint(i)))
	}
	p := build(t, append(cells, "child.Wait()")...)
	var printed strings.Builder
	var told []string
	status, err := p.Run(t.Context(), Options{Events: func(e Event) error {
		switch e.Kind {
		case Stream:
			printed.WriteString(e.Text)
		case Result:
			text := e.Data["text/plain"]
			told = append(told, fmt.Sprintf("%d before %.1s %d %t", strings.Count(printed.String(), "before"), text, len(text), text == strings.Repeat(text[:1], size)))
		case Failed:
			told = append(told, e.Text)
		}
		return nil
	}})
	if err != nil || status != 0 {
		t.Error(status, err)
	}
	var want []string
	for i := range 4 {
		want = append(want, fmt.Sprintf("%d before %d %d true", i+1, i, size))
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	text := printed.String()
	for i := range 4 {
		text = strings.Replace(text, fmt.Sprintf("before %d\n", i), "", 1)
	}
	n := 0
	for line := range strings.Lines(text) {
		if n++; line != fmt.Sprintf("child %d\n", n) {
			t.Fatalf("line %d of the child is %q", n, line)
		}
	}
	if n != lines {
		t.Errorf("%d lines of the child, want %d", n, lines)
	}
}
