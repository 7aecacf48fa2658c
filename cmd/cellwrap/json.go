package main

import (
	"encoding/json"
	"errors"
	"go/token"
	"io"

	"github.com/cellwrap/cellwrap/internal/notebook"
	"github.com/cellwrap/cellwrap/rewrite"
)

// jsonOutput is what --json prints for each input, and for each cell of a notebook.
type jsonOutput struct {
	File        string           `json:"file"`
	Cell        int              `json:"cell,omitempty"` // its number in a notebook
	Code        string           `json:"code"`
	Lines       []int            `json:"lines"`            // for each line of code, the cell's, or 0
	Name        string           `json:"name,omitempty"`   // the variable
	Result      string           `json:"result,omitempty"` // the type of the result
	Edits       []jsonEdit       `json:"edits"`
	Diagnostics []jsonDiagnostic `json:"diagnostics"`
}

type jsonPosition struct {
	Line   int `json:"line"`
	Column int `json:"column"` // in bytes
}

type jsonEdit struct {
	Start jsonPosition `json:"start"`
	End   jsonPosition `json:"end"`
	New   string       `json:"new"`
}

type jsonDiagnostic struct {
	Start    jsonPosition `json:"start"`
	End      jsonPosition `json:"end"`
	Severity string       `json:"severity"`
	Message  string       `json:"message"`
}

func position(p token.Position) jsonPosition { return jsonPosition{p.Line, p.Column} }

func printJSON(w io.Writer, file string, cell *bookCell) error {
	o := jsonOutput{
		File:        file,
		Cell:        cell.number,
		Code:        string(cell.out.Code),
		Lines:       cell.out.Lines,
		Name:        cell.out.Name,
		Result:      cell.out.Result,
		Edits:       []jsonEdit{},
		Diagnostics: []jsonDiagnostic{},
	}
	for _, e := range cell.out.Edits {
		o.Edits = append(o.Edits, jsonEdit{position(e.Start), position(e.End), e.New})
	}
	for _, d := range cell.out.Diagnostics {
		o.Diagnostics = append(o.Diagnostics, jsonDiagnostic{position(d.Pos), position(d.End), string(d.Severity), d.Msg})
	}
	return encodeJSON(w, o)
}

// jsonRefusal is what --json prints, on standard error, for an input that is refused or failed. The position
// of what is about no place in it is 0:0.
type jsonRefusal struct {
	File        string           `json:"file"`
	Cell        int              `json:"cell,omitempty"`
	Diagnostics []jsonDiagnostic `json:"diagnostics"`
}

func printJSONRefusal(w io.Writer, r *result) error {
	var list bookErrors
	if !errors.As(r.err, &list) {
		list = bookErrors{{err: r.err}}
	}
	for _, cell := range list {
		o := jsonRefusal{File: r.name, Cell: cell.number}
		for _, e := range rewrite.Errors(cell.err) {
			o.Diagnostics = append(o.Diagnostics, jsonDiagnostic{position(e.Pos), position(e.End), "error", e.Msg})
		}
		var e *notebook.Error
		if errors.As(cell.err, &e) {
			o.Diagnostics = append(o.Diagnostics, jsonDiagnostic{position(e.Pos), position(e.Pos), "error", e.Msg})
		}
		if o.Diagnostics == nil { // about no place in the input
			o.Diagnostics = []jsonDiagnostic{{Severity: "error", Message: cell.err.Error()}}
		}
		if err := encodeJSON(w, o); err != nil {
			return err
		}
	}
	return nil
}

func encodeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
