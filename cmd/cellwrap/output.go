package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/token"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/aymanbagabas/go-udiff"
	"github.com/google/renameio/v2"

	"github.com/cellwrap/cellwrap/rewrite"
)

// content is what a result is compared with.
type content struct {
	text   []byte
	exists bool
}

// old returns what stands in the result's place.
func (r *result) old() (content, error) {
	if r.dest == "" || r.dest == r.path {
		return content{r.text, true}, nil
	}
	if _, err := regular(r.dest); err != nil {
		return content{}, err // reading a pipe would wait for its writer
	}
	text, err := os.ReadFile(r.dest)
	if errors.Is(err, fs.ErrNotExist) {
		return content{}, nil
	}
	return content{text, true}, err
}

// unified returns the difference between what is there and the result.
func unified(r *result, old content) string {
	from := r.displayName()
	if !old.exists {
		from = os.DevNull
	}
	return udiff.Unified(from, r.displayName(), string(old.text), string(r.code))
}

// file is a file to write.
type file struct {
	path string
	text []byte
}

// writeFiles replaces the files atomically: each has its old or its new content at any
// moment, and its old mode. All are written beside their places before the first is
// replaced, so a full disk changes none.
func writeFiles(files []file) error {
	var pending []*renameio.PendingFile
	defer func() {
		for _, p := range pending {
			p.Cleanup()
		}
	}()
	for _, f := range files {
		path, err := regular(f.path)
		if err != nil {
			return err
		}
		p, err := renameio.NewPendingFile(path, renameio.WithPermissions(0o666), renameio.WithExistingPermissions())
		if err != nil {
			return err
		}
		pending = append(pending, p)
		if _, err := p.Write(f.text); err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
	}
	for _, p := range pending {
		if err := p.CloseAtomicallyReplace(); err != nil {
			return err
		}
	}
	return nil
}

// regular returns the file that path is a link to, and refuses what cannot be
// replaced.
func regular(path string) (string, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(path); err == nil {
			return "", fmt.Errorf("%s is a link to a file that does not exist", path)
		}
		return path, nil
	}
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is not a regular file", path)
	}
	return filepath.EvalSymlinks(path)
}

// jsonOutput is what --json prints for each input.
type jsonOutput struct {
	File        string           `json:"file"`
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

func printJSON(w io.Writer, r *result) error {
	o := jsonOutput{
		File:        r.name,
		Code:        string(r.out.Code),
		Lines:       r.out.Lines,
		Name:        r.out.Name,
		Result:      r.out.Result,
		Edits:       []jsonEdit{},
		Diagnostics: []jsonDiagnostic{},
	}
	for _, e := range r.out.Edits {
		o.Edits = append(o.Edits, jsonEdit{position(e.Start), position(e.End), e.New})
	}
	for _, d := range r.out.Diagnostics {
		o.Diagnostics = append(o.Diagnostics, jsonDiagnostic{position(d.Pos), position(d.End), string(d.Severity), d.Msg})
	}
	return encodeJSON(w, o)
}

// jsonRefusal is what --json prints, on standard error, for an input that is refused.
type jsonRefusal struct {
	File        string           `json:"file"`
	Diagnostics []jsonDiagnostic `json:"diagnostics"`
}

func printJSONRefusal(w io.Writer, r *result) error {
	o := jsonRefusal{File: r.name}
	for _, e := range rewrite.Errors(r.err) {
		o.Diagnostics = append(o.Diagnostics, jsonDiagnostic{position(e.Pos), position(e.End), "error", e.Msg})
	}
	return encodeJSON(w, o)
}

func encodeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
