package main

import (
	"io"
	"time"

	"github.com/cellwrap/cellwrap/internal/runner"
)

// jsonEvent is what run --json prints for each event, a line each. What an event does not have is
// left out.
type jsonEvent struct {
	Event     string            `json:"event"`          // begin, stream, result, error, end, skip; diff of --check; exit
	Cell      int               `json:"cell,omitempty"` // counted from 1, text too
	Name      string            `json:"name,omitempty"` // of the cell, of a stream, of an error
	Count     int               `json:"execution_count,omitempty"`
	Text      string            `json:"text,omitempty"`
	Data      map[string]string `json:"data,omitempty"` // by MIME type
	Traceback []string          `json:"traceback,omitempty"`
	OK        *bool             `json:"ok,omitempty"`
	Seconds   *float64          `json:"seconds,omitempty"`
	Status    *int              `json:"status,omitempty"`
}

// teller prints events.
type teller struct {
	w     io.Writer
	n     *runnable
	begun time.Time // of the cell
}

func newTeller(w io.Writer, n *runnable) *teller { return &teller{w: w, n: n} }

func (t *teller) event(e runner.Event) error {
	o := jsonEvent{
		Event:     string(e.Kind),
		Cell:      e.Cell,
		Count:     e.Count,
		Name:      e.Name,
		Text:      e.Text,
		Data:      e.Data,
		Traceback: e.Traceback,
	}
	switch e.Kind {
	case runner.Begin:
		t.begun = time.Now()
		o.Name = t.n.cellName(e.Cell)
	case runner.Skipped:
		o.Name = t.n.cellName(e.Cell)
	case runner.End:
		seconds := time.Since(t.begun).Seconds()
		o.OK, o.Seconds = &e.OK, &seconds
	}
	return encodeJSON(t.w, o)
}

// differs tells how the outputs of a cell differ from those that are stored.
func (t *teller) differs(number int, diff string) error {
	return encodeJSON(t.w, jsonEvent{Event: "diff", Cell: number, Name: t.n.cellName(number), Text: diff})
}

func (t *teller) exit(status int) error {
	return encodeJSON(t.w, jsonEvent{Event: "exit", Status: &status})
}
