package kernel

import (
	"encoding/json"
	"html"
	"regexp"
	"sync"
)

// cursor is what requests about a place in a cell have.
type cursor struct {
	Code string `json:"code"`
	Pos  int    `json:"cursor_pos"` // in characters
}

// offset returns the place in bytes.
func (c cursor) offset() int { return offsetOf(c.Code, c.Pos) }

// offsetOf returns where the character with a number is in code, in bytes: at its end if there is none.
func offsetOf(code string, char int) int {
	n := 0
	for i := range code {
		if n == char {
			return i
		}
		n++
	}
	return len(code)
}

// isComplete answers an is_complete_request, and reports whether it has.
func (p *proxy) isComplete(m *message) bool {
	var c cursor
	if p.Cells == nil || m.content(&c) != nil {
		return false
	}
	status := p.Cells.IsComplete(c.Code)
	if status == "" {
		return false
	}
	content := map[string]any{"status": status}
	if status == "incomplete" {
		content["indent"] = ""
	}
	p.answer(m, "is_complete_reply", content)
	return true
}

// inspect answers an inspect_request about something of ours, or returns it as the kernel is to get it.
func (p *proxy) inspect(m *message) *message {
	var c cursor
	if p.Cells == nil || m.content(&c) != nil {
		return m
	}
	if text, ok := p.Cells.Help(c.Code, c.offset()); ok {
		p.answer(m, "inspect_reply", map[string]any{
			"status": "ok", "found": true, "data": map[string]any{"text/plain": text}, "metadata": map[string]any{},
		})
		return nil
	}
	out, _ := p.seen(m, c)
	return out
}

// inspected returns the kernel's reply to an inspect_request with text, which is all that a console shows.
func (p *proxy) inspected(m *message) *message {
	var reply struct {
		Data map[string]json.RawMessage `json:"data"`
	}
	if m.content(&reply) != nil || len(reply.Data) == 0 || reply.Data["text/plain"] != nil {
		return m
	}
	var text string
	if json.Unmarshal(reply.Data["text/markdown"], &text) != nil {
		if json.Unmarshal(reply.Data["text/html"], &text) != nil {
			return m
		}
		text = html.UnescapeString(tag().ReplaceAllString(text, ""))
	}
	data := map[string]any{"text/plain": text}
	for mime, v := range reply.Data {
		data[mime] = v
	}
	with, err := m.with(map[string]any{"data": data}, p.key)
	if err != nil {
		return m
	}
	return with
}

// tag is a tag or a comment of HTML.
var tag = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?s)<!--.*?-->|<[^>]*>`) })

// answer replies to a request in the kernel's stead.
func (p *proxy) answer(m *message, typ string, content any) {
	p.publish(m, "status", map[string]any{"execution_state": "busy"})
	p.reply(m, typ, content)
	p.publish(m, "status", map[string]any{"execution_state": "idle"})
}
