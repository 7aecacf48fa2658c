package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/cellwrap/cellwrap/internal/kernel"
	"github.com/cellwrap/cellwrap/internal/provide"
	"github.com/cellwrap/cellwrap/rewrite"
)

// cells rewrites the cells of a kernel, in the order in which they are run.
type cells struct {
	target    rewrite.Target
	magicOnly bool
	dir       string // where imports are looked up
	session   *rewrite.Session
}

func newCells(target rewrite.Target, magicOnly bool) *cells {
	c := &cells{target: target, magicOnly: magicOnly}
	c.begin(".")
	return c
}

// begin begins a session whose imports are looked up in dir.
func (c *cells) begin(dir string) {
	c.dir = dir
	c.session = rewrite.NewSession(rewrite.Options{
		Target: c.target, MagicOnly: c.magicOnly, FixImports: true, Env: rewrite.NewBookEnv(dir),
	})
}

// Rewrite implements [kernel.Cells].
func (c *cells) Rewrite(ctx context.Context, code string, count int) (kernel.Cell, error) {
	out, err := c.session.Cell(ctx, []byte(code), fmt.Sprintf("cell %d", count))
	if err != nil {
		return kernel.Cell{}, refusal(err, code)
	}
	cell := kernel.Cell{Code: string(out.Code)}
	cell.Changed = cell.Code != code
	for _, d := range out.Diagnostics {
		if d.Severity == rewrite.Note {
			cell.Notes += strings.TrimSuffix(d.Msg, "\n") + "\n"
		} else {
			cell.Warnings += fmt.Sprintf("%s: %s: %s\n", d.Pos, d.Severity, d.Msg)
		}
	}
	return cell, nil
}

// refusal returns what Jupyter shows of an error: each with its line, and a caret below.
func refusal(err error, code string) error {
	var list rewrite.ErrorList
	var one *rewrite.Error
	switch {
	case errors.As(err, &list):
	case errors.As(err, &one):
		list = rewrite.ErrorList{one}
	default:
		return err
	}
	r := &kernel.Refusal{Name: "cellwrap", Value: list[0].Error()}
	lines := strings.Split(code, "\n")
	for _, e := range list {
		r.Traceback = append(r.Traceback, e.Error())
		if e.Pos.Line < 1 || e.Pos.Line > len(lines) {
			continue
		}
		line := strings.TrimSuffix(lines[e.Pos.Line-1], "\r")
		r.Traceback = append(r.Traceback, line, caret(line, e.Pos.Column))
	}
	return r
}

// caret returns a line with a caret under a column of another, in bytes. Tabs stay tabs.
func caret(line string, column int) string {
	var b strings.Builder
	for i, c := range line {
		if i >= column-1 {
			break
		}
		if c != '\t' {
			c = ' '
		}
		b.WriteRune(c)
	}
	return b.String() + "^"
}

// IsComplete says whether Enter runs a cell in a console, or goes on.
func (c *cells) IsComplete(code string) string {
	if rewrite.Incomplete([]byte(code)) {
		return "incomplete"
	}
	if _, err := rewrite.Cell([]byte(code), rewrite.Options{Target: c.target, Types: rewrite.TypesOff}); err != nil {
		return "invalid"
	}
	return "complete"
}

// Help returns the help of the magic whose line offset is in.
func (c *cells) Help(code string, offset int) (string, bool) {
	start := strings.LastIndexByte(code[:offset], '\n') + 1
	line, _, _ := strings.Cut(code[start:], "\n")
	word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
	if !strings.HasPrefix(word, "%") {
		return "", false
	}
	doc, ok := rewrite.Magic(strings.TrimRight(strings.TrimLeft(word, "%"), "?"))
	return doc.Help, ok
}

// Complete returns the magics that begin as the text before offset does, and where that begins.
func (c *cells) Complete(code string, offset int) ([]string, int) {
	start := strings.LastIndexByte(code[:offset], '\n') + 1
	word := strings.TrimLeft(code[start:offset], " \t")
	if !strings.HasPrefix(word, "%") || strings.ContainsAny(word, " \t") {
		return nil, 0
	}
	var matches []string
	for _, doc := range rewrite.Magics() {
		if usage, _, _ := strings.Cut(doc.Usage, " "); strings.HasPrefix(usage, word) {
			matches = append(matches, usage)
		}
	}
	return matches, offset - len(word)
}

// Prepare returns a cell that has GoNB's module find the runtime: a command that GoNB runs in the
// module's directory.
func (c *cells) Prepare() (string, error) {
	if c.target != rewrite.GoNB {
		return "", nil
	}
	dir, err := provide.Cached()
	if err != nil {
		return "", fmt.Errorf("the runtime cannot be written to the cache: %w", err)
	}
	return "!*" + provide.Command(dir) + "; pwd", nil
}

// Prepared takes the directory of GoNB's module, which the command has printed.
func (c *cells) Prepared(printed string) {
	lines := strings.Fields(printed)
	if n := len(lines); n > 0 && lines[n-1] != c.dir && filepath.IsAbs(lines[n-1]) {
		c.begin(lines[n-1])
	}
}

// Forgets reports whether a cell may reset GoNB's go.mod.
func (c *cells) Forgets(code string) bool { return c.target == rewrite.GoNB && forgetsGoNB(code) }

// forgetsGoNB reports whether a line of a cell is GoNB's command that resets its go.mod. GoNB looks at the beginnings of
// lines alone.
func forgetsGoNB(code string) bool {
	for line := range strings.Lines(code) {
		if strings.HasPrefix(strings.TrimPrefix(line, "//gonb:"), "%reset") {
			return true
		}
	}
	return false
}

// Look returns a cell as GoNB can complete it and explain what is there: it is to know where the func main is.
func (c *cells) Look(code string, offset int) (kernel.View, bool) {
	if c.target != rewrite.GoNB {
		return kernel.View{}, false
	}
	text, at, ok := rewrite.Marked([]byte(code), c.magicOnly, offset)
	if !ok {
		return kernel.View{}, false
	}
	return kernel.View{Code: string(text), At: at, More: len(text) - len(code)}, true
}
