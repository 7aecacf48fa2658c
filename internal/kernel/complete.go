package kernel

import (
	"slices"
	"unicode/utf8"
)

// View is a cell's code as the kernel can be asked about it: with text that the cell has not.
type View struct {
	Code     string
	At, More int // where in the cell that text is, and how long, in bytes
}

// to returns the place in the view of one in the cell.
func (v View) to(offset int) int {
	if offset < v.At {
		return offset
	}
	return offset + v.More
}

// from returns the place in the cell of one in the view.
func (v View) from(offset int) int {
	if offset < v.At {
		return offset
	}
	return max(v.At, offset-v.More)
}

// seen returns a request about a place in a cell as the kernel is to get it.
func (p *proxy) seen(m *message, c cursor) (*message, View) {
	v := View{Code: c.Code}
	look, ok := p.Cells.Look(c.Code, c.offset())
	if !ok {
		return m, v
	}
	at := utf8.RuneCountInString(look.Code[:look.to(c.offset())])
	with, err := m.with(map[string]any{"code": look.Code, "cursor_pos": at}, p.key)
	if err != nil {
		return m, v
	}
	return with, look
}

// completion is a complete_request: what we know to complete it by, and what the kernel was asked.
type completion struct {
	code string
	view View
	stretch
}

// stretch is what could stand between two places in a cell, in bytes.
type stretch struct {
	matches    []string
	start, end int
}

// widen makes the matches replace more of code.
func (s stretch) widen(code string, start, end int) stretch {
	wide := stretch{start: start, end: end}
	for _, match := range s.matches {
		wide.matches = append(wide.matches, code[start:s.start]+match+code[s.end:end])
	}
	return wide
}

// and returns the matches of two, each once, which replace all that one of them would.
func (s stretch) and(other stretch, code string) stretch {
	if len(other.matches) == 0 {
		return s
	}
	start, end := min(s.start, other.start), max(s.end, other.end)
	all := s.widen(code, start, end)
	for _, match := range other.widen(code, start, end).matches {
		if !slices.Contains(all.matches, match) {
			all.matches = append(all.matches, match)
		}
	}
	return all
}

// noteComplete returns a complete_request as the kernel is to get it, and notes what its reply has to be
// changed by.
func (p *proxy) noteComplete(m *message) *message {
	var c cursor
	if p.Cells == nil || m.content(&c) != nil {
		return m
	}
	ours := stretch{end: c.offset()}
	ours.matches, ours.start = p.Cells.Complete(c.Code, ours.end)
	out, view := p.seen(m, c)
	if len(ours.matches) > 0 || view.More > 0 {
		p.complete[m.ID] = completion{c.Code, view, ours}
	}
	return out
}

// completed returns the kernel's reply to a complete_request with our matches, about the cell.
func (p *proxy) completed(m *message, id string) *message {
	c, ok := p.complete[id]
	if !ok {
		return m
	}
	delete(p.complete, id)
	var reply struct {
		Status  string   `json:"status"`
		Matches []string `json:"matches"`
		Start   int      `json:"cursor_start"`
		End     int      `json:"cursor_end"`
	}
	if m.content(&reply) != nil || reply.Status != "ok" && len(c.matches) == 0 {
		return m
	}
	all := stretch{reply.Matches, c.view.from(offsetOf(c.view.Code, reply.Start)), c.view.from(offsetOf(c.view.Code, reply.End))}
	if reply.Status != "ok" || all.start > all.end {
		all.matches = nil
	}
	values := map[string]any{}
	if len(c.matches) > 0 {
		all = c.stretch.and(all, c.code)
		values["status"], values["matches"], values["metadata"] = "ok", all.matches, map[string]any{}
	}
	values["cursor_start"], values["cursor_end"] = utf8.RuneCountInString(c.code[:all.start]), utf8.RuneCountInString(c.code[:all.end])
	with, err := m.with(values, p.key)
	if err != nil {
		return m
	}
	return with
}
