package main

import (
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"github.com/cellwrap/cellwrap/rewrite"
)

// bookCell is a cell of a notebook that was looked at.
type bookCell struct {
	number   int    // from 1; 0 if it is no notebook's
	name     string // of the cell, in messages
	old, new []byte
	out      *rewrite.Output // nil if it was unwrapped
	err      error
}

// bookErrors are the cells that were refused.
type bookErrors []*bookCell

func (b bookErrors) Error() string {
	var lines []string
	for _, cell := range b {
		lines = append(lines, cell.err.Error())
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the errors, for errors.As.
func (b bookErrors) Unwrap() []error {
	var errs []error
	for _, cell := range b {
		errs = append(errs, cell.err)
	}
	return errs
}

// outputs returns what came of the cells that were rewritten.
func (r *result) outputs() []*bookCell {
	if !r.isBook && r.out != nil {
		return []*bookCell{{out: r.out}}
	}
	var list []*bookCell
	for _, cell := range r.cells {
		if cell.out != nil {
			list = append(list, cell)
		}
	}
	return list
}

// unifiedCells returns the difference between the cells of a notebook and what they become.
func unifiedCells(r *result) string {
	var b strings.Builder
	for _, cell := range r.cells {
		b.WriteString(udiff.Unified(cell.name, cell.name, lines(cell.old), lines(cell.new)))
	}
	return b.String()
}

// lines returns text with the end of its last line, which a notebook's cells lack.
func lines(text []byte) string {
	if n := len(text); n > 0 && text[n-1] != '\n' {
		return string(text) + "\n"
	}
	return string(text)
}
