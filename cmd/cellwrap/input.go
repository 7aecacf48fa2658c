package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/cellwrap/cellwrap/internal/atomicfile"
	"github.com/cellwrap/cellwrap/internal/notebook"
	"github.com/cellwrap/cellwrap/internal/suggest"
)

// input is one text to rewrite.
type input struct {
	name string // in messages
	path string // of the file, or "" for standard input without a name
	text []byte

	isBook bool // its cells are rewritten, in order
}

// readInputs reads the files, or standard input if there are none.
func (c *config) readInputs(files []string, stdin io.Reader) ([]input, error) {
	if len(files) == 0 {
		text, err := io.ReadAll(stdin)
		if err != nil {
			return nil, fmt.Errorf("standard input: %w", err)
		}
		name := "<standard input>"
		if c.stdinFilename != "" {
			name = c.stdinFilename
		}
		return []input{c.newInput(name, c.stdinFilename, text)}, nil
	}
	inputs, errs := make([]input, len(files)), make([]error, len(files))
	parallel(len(files), func(i int) {
		if c.write && c.output == "" {
			if _, errs[i] = atomicfile.Resolve(files[i]); errs[i] != nil {
				return // what is beside a device is nobody's
			}
		}
		text, err := os.ReadFile(files[i])
		inputs[i], errs[i] = c.newInput(files[i], files[i], text), err
	})
	for i, err := range errs {
		if err != nil {
			return nil, maybeCommand(err, files[i])
		}
	}
	return inputs, nil
}

// maybeCommand adds to the error about a file that is not there which sub-command was meant.
func maybeCommand(err error, file string) error {
	var names []string
	for _, c := range commands() {
		names = append(names, c.name)
	}
	if name := suggest.Nearest(file, names); name != "" && errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w; did you mean cellwrap %s?", err, name)
	}
	return err
}

// natural returns the place of the input's result: a file beside the cell, or for
// statements and notebooks their own file.
func (c *config) natural(in input) string {
	if !c.makesFile(in) || in.path == "" {
		return in.path
	}
	return strings.TrimSuffix(in.path, filepath.Ext(in.path)) + "_cell.go"
}

// makesFile reports whether the input becomes a Go file, beside it.
func (c *config) makesFile(in input) bool {
	return c.opts.Target.IsFile() && !c.unwrap && !(in.isBook && c.selection.all())
}

// destination returns the file that the input's result is written to or compared
// with, or "" if that is the input's text.
func (c *config) destination(in input) string {
	switch {
	case c.output != "":
		return c.output
	case in.path != "" && (c.stdinFilename == "" || c.makesFile(in)):
		return c.natural(in)
	}
	return ""
}

// region is the part of an input that is the cell.
type region struct {
	start, end int // bytes
	line       int // number of the first line
}

// of returns the region of text that is selected.
func (s selection) of(text []byte) (region, error) {
	switch {
	case s.first > 0:
		start, ok := lineOffset(text, s.first)
		end, ok2 := lineOffset(text, s.last)
		if !ok || !ok2 {
			return region{}, fmt.Errorf("--range %d:%d is outside of the text's %d lines", s.first, s.last, countLines(text))
		}
		if i := bytes.IndexByte(text[end:], '\n'); i >= 0 {
			end += i + 1
		} else {
			end = len(text)
		}
		return region{start, end, s.first}, nil
	case s.all():
		return region{0, len(text), 1}, nil
	}
	cells := notebook.Percent(text)
	i, err := s.in(text, cells)
	if err != nil {
		return region{}, err
	}
	return region{cells[i].Start, cells[i].End, cells[i].Line}, nil
}

// in returns the index of the cell of text that is selected.
func (s selection) in(text []byte, cells []notebook.Cell) (int, error) {
	for i, cell := range cells {
		next := countLines(text) + 1
		if i+1 < len(cells) {
			next = cells[i+1].Top
		}
		if i+1 == s.cell || s.at > 0 && cell.Top <= s.at && s.at < next {
			if cell.Kind != notebook.Code {
				return 0, fmt.Errorf("cell %d is %s", i+1, cell.Kind)
			}
			return i, nil
		}
	}
	if s.at > 0 {
		return 0, fmt.Errorf("--cell @%d: no cell has that line", s.at)
	}
	return 0, fmt.Errorf("--cell %d: there are %d cells", s.cell, len(cells))
}

// lineOffset returns the offset of a line, counted from 1, if the text has it.
func lineOffset(text []byte, line int) (int, bool) {
	off := 0
	for range line - 1 {
		i := bytes.IndexByte(text[off:], '\n')
		if i < 0 {
			return 0, false
		}
		off += i + 1
	}
	return off, off < len(text) || line == 1
}

func countLines(text []byte) int {
	n := bytes.Count(text, []byte("\n"))
	if len(text) > 0 && text[len(text)-1] != '\n' {
		n++
	}
	return n
}

// isGoFile reports whether text is a Go file that has no cells, so that only its lines can be cells.
func isGoFile(text []byte) bool {
	_, err := parser.ParseFile(token.NewFileSet(), "", text, parser.PackageClauseOnly)
	return err == nil
}

// directiveAbove returns the line of a directive of ours that stands right above the selected lines.
func (s selection) directiveAbove(text []byte, reg region) (int, bool) {
	above := bytes.TrimRight(text[:reg.start], " \t\r\n")
	last := bytes.TrimSpace(above[bytes.LastIndexByte(above, '\n')+1:])
	return bytes.Count(above, []byte("\n")) + 1, s.first > 0 && bytes.HasPrefix(last, []byte("//cellwrap:")) && !bytes.HasPrefix(last, []byte("//cellwrap:wrapped"))
}
