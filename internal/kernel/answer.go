package kernel

import (
	"slices"
	"unicode/utf8"
)

// cursor is what requests about a place in a cell have.
type cursor struct {
	Code string `json:"code"`
	Pos  int    `json:"cursor_pos"` // in characters
}

// offset returns the place in bytes.
func (c cursor) offset() int {
	n := 0
	for i := range c.Code {
		if n == c.Pos {
			return i
		}
		n++
	}
	return len(c.Code)
}

// isComplete answers an is_complete_request, and reports whether it has.
func (p *proxy) isComplete(m *message) bool {
	var c cursor
	if p.IsComplete == nil || m.content(&c) != nil {
		return false
	}
	content := map[string]any{"status": p.IsComplete(c.Code)}
	if content["status"] == "incomplete" {
		content["indent"] = ""
	}
	p.answer(m, "is_complete_reply", content)
	return true
}

// inspect answers an inspect_request about something of ours, and reports whether it has.
func (p *proxy) inspect(m *message) bool {
	var c cursor
	if p.Help == nil || m.content(&c) != nil {
		return false
	}
	text, ok := p.Help(c.Code, c.offset())
	if ok {
		p.answer(m, "inspect_reply", map[string]any{
			"status": "ok", "found": true, "data": map[string]any{"text/plain": text}, "metadata": map[string]any{},
		})
	}
	return ok
}

// answer replies to a request in the kernel's stead.
func (p *proxy) answer(m *message, typ string, content any) {
	p.publish(m, "status", map[string]any{"execution_state": "busy"})
	p.reply(m, typ, content)
	p.publish(m, "status", map[string]any{"execution_state": "idle"})
}

// noteComplete notes a complete_request, so that its reply can be added to.
func (p *proxy) noteComplete(m *message) {
	var c cursor
	if p.Complete == nil || m.content(&c) != nil {
		return
	}
	if matches, start := p.Complete(c.Code, c.offset()); len(matches) > 0 {
		p.complete[m.ID] = completion{matches, utf8.RuneCountInString(c.Code[:start]), c.Pos}
	}
}

// completion is what we know to complete a request by: what could stand between two characters.
type completion struct {
	matches    []string
	start, end int
}

// completed returns the kernel's reply to a complete_request with our matches. Where the kernel has
// some that replace another stretch of the code, there is no way to say both, and ours go.
func (p *proxy) completed(m *message, id string) *message {
	ours, ok := p.complete[id]
	if !ok {
		return m
	}
	delete(p.complete, id)
	var theirs struct {
		Status  string   `json:"status"`
		Matches []string `json:"matches"`
		Start   int      `json:"cursor_start"`
		End     int      `json:"cursor_end"`
	}
	if m.content(&theirs) != nil {
		return m
	}
	if theirs.Status == "ok" && len(theirs.Matches) > 0 && (theirs.Start != ours.start || theirs.End != ours.end) {
		return m
	}
	matches := ours.matches
	for _, s := range theirs.Matches {
		if !slices.Contains(matches, s) {
			matches = append(matches, s)
		}
	}
	with, err := m.with(map[string]any{
		"status": "ok", "matches": matches, "cursor_start": ours.start, "cursor_end": ours.end, "metadata": map[string]any{},
	}, p.key)
	if err != nil {
		return m
	}
	return with
}
