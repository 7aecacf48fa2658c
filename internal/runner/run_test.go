package runner

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cellwrap/cellwrap/rewrite"
)

// build builds the program of some cells, the first of which has the number 1.
func build(t *testing.T, sources ...string) *Program {
	dir := t.TempDir()
	var cells []rewrite.ProgramCell
	for i, src := range sources {
		cells = append(cells, rewrite.ProgramCell{Name: "book.ipynb:cell " + string(rune('1'+i)), Number: i + 1, Source: []byte(src)})
	}
	out, err := rewrite.Program(t.Context(), cells, rewrite.Options{Env: rewrite.NewEnv(dir)})
	if err != nil {
		t.Fatal(err)
	}
	p, err := Build(t.Context(), dir, out)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// On a terminal the run looks like a session of IPython's.
func TestTerminal(t *testing.T) {
	cells := []string{"x := 6", "if x > 5 {\n\tfmt.Println(\"six\")\n}\n\"a\\nb\"\n", "x * 7", "panic(x)"}
	p := build(t, cells...)
	sources := map[int]string{}
	for i, src := range cells {
		sources[i+1] = src
	}
	for _, c := range []struct {
		color bool
		want  string
	}{
		{false, "In [1]: x := 6\n\nIn [2]: if x > 5 {\n   ...: \tfmt.Println(\"six\")\n   ...: }\n   ...: \"a\\nb\"\nsix\nOut[2]: \na\nb\n\n" +
			"In [3]: x * 7\nOut[3]: 42\n\nIn [4]: panic(x)\nbook.ipynb:cell 4:1: panic: 6\n"},
		{true, "\x1b[32mIn [1]: \x1b[0mx := 6\n\n\x1b[32mIn [2]: \x1b[0mif x > 5 {\n\x1b[32m   ...: \x1b[0m\tfmt.Println(\"six\")\n" +
			"\x1b[32m   ...: \x1b[0m}\n\x1b[32m   ...: \x1b[0m\"a\\nb\"\nsix\n\x1b[31mOut[2]: \x1b[0m\na\nb\n\n" +
			"\x1b[32mIn [3]: \x1b[0mx * 7\n\x1b[31mOut[3]: \x1b[0m42\n\n\x1b[32mIn [4]: \x1b[0mpanic(x)\n\x1b[31mbook.ipynb:cell 4:1: panic: 6\x1b[0m\n"},
	} {
		var both bytes.Buffer
		status, err := p.Run(t.Context(), Options{Stdout: &both, Stderr: &both, Sources: sources, Color: c.color})
		if err != nil || status != 1 {
			t.Error(status, err)
		}
		if diff := cmp.Diff(c.want, both.String()); diff != "" {
			t.Errorf("color %v (-want +got):\n%s", c.color, diff)
		}
	}
}
