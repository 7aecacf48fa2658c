// Command readme puts the cells of a notebook and their stored outputs into README.md.
//
//	go run ./internal/readme README.md examples/readme.ipynb
package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"github.com/cellwrap/cellwrap/internal/atomicfile"
	"github.com/cellwrap/cellwrap/internal/notebook"
)

// The demo stands between these lines.
const (
	begin = "<!-- The demo is made from examples/readme.ipynb by go generate. -->\n"
	end   = "<!-- The end of the demo. -->\n"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: readme README.md NOTEBOOK")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "readme:", err)
		os.Exit(1)
	}
}

func run(readme, book string) error {
	old, err := os.ReadFile(readme)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(book)
	if err != nil {
		return err
	}
	now, err := renew(readme, old, book, text)
	if err != nil || bytes.Equal(old, now) {
		return err
	}
	return atomicfile.Write(readme, now, 0o666)
}

// renew returns the README with the notebook's demo.
func renew(readme string, old []byte, name string, book []byte) ([]byte, error) {
	head, rest, ok := bytes.Cut(old, []byte(begin))
	_, tail, ok2 := bytes.Cut(rest, []byte(end))
	if !ok || !ok2 {
		return nil, fmt.Errorf("%s has no place for the demo: the lines %q and %q", readme, begin, end)
	}
	b, err := notebook.Parse(name, book)
	if err != nil {
		return nil, err
	}
	var demo strings.Builder
	for i, cell := range b.Cells {
		src, err := b.Source(i)
		if err != nil {
			return nil, err
		}
		text := strings.TrimRight(string(src), "\n")
		if cell.Kind != notebook.Code {
			demo.WriteString("\n" + text + "\n")
			continue
		}
		fenced(&demo, "go", text)
		outputs, err := b.Outputs(i)
		if err != nil {
			return nil, err
		}
		for _, out := range outputs {
			show(&demo, out)
		}
	}
	demo.WriteString("\n")
	return bytes.Join([][]byte{head, []byte(begin), []byte(demo.String()), []byte(end), tail}, nil), nil
}

// show adds an output, Markdown as what it is.
func show(b *strings.Builder, out notebook.Output) {
	switch markdown, ok := out.Data["text/markdown"]; {
	case out.Type == notebook.Stream:
		fenced(b, "text", strings.TrimRight(out.Text, "\n"))
	case out.Type == notebook.Failure:
		fenced(b, "text", strings.Join(out.Traceback, "\n"))
	case ok:
		b.WriteString("\n> " + strings.ReplaceAll(markdown, "\n", "\n> ") + "\n")
	default:
		fenced(b, "text", out.Data["text/plain"])
	}
}

func fenced(b *strings.Builder, language, text string) {
	fmt.Fprintf(b, "\n```%s\n%s\n```\n", language, text)
}
