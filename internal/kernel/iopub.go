package kernel

// fromIOPub takes a message that the kernel publishes. Outputs may be large, and many: only those
// that are about a cell of ours are looked into.
func (p *proxy) fromIOPub(frames [][]byte) {
	m, ok := parse(frames)
	if !ok {
		p.front.iopub.send(frames)
		return
	}
	parent := m.parent()
	if parent.Session == p.session && parent.ID != "" {
		p.ownPublished(m, parent.ID)
		return // nobody else knows of it
	}
	c := p.running.first(parent.ID, idle)
	switch {
	case c == nil:
		p.front.iopub.send(frames)
	case m.Type == "execute_input":
		p.front.iopub.send(p.echo(m, c).frames)
		p.note(c)
	case m.Type == "status" && isIdle(m):
		p.note(c)
		p.front.iopub.send(frames)
		c.idle = true
		p.running.drop(parent.ID)
	default:
		p.front.iopub.send(frames)
	}
}

// ownPublished takes what the kernel publishes about a request of our own.
func (p *proxy) ownPublished(m *message, id string) {
	if p.own == nil || p.own.id != id {
		return
	}
	var stream struct{ Text string }
	switch {
	case m.Type == "stream" && m.content(&stream) == nil:
		p.own.printed += stream.Text
	case m.Type == "status" && isIdle(m):
		p.own.idle = true
		p.heard()
	}
}

// echo returns an execute_input with the code that the user wrote.
func (p *proxy) echo(m *message, c *running) *message {
	var input struct {
		Count int `json:"execution_count"`
	}
	if m.content(&input) == nil {
		p.count, c.counted = input.Count, true
	}
	if !c.Changed {
		return m
	}
	echo, err := m.with(map[string]any{"code": c.code}, p.key)
	if err != nil {
		return m
	}
	return echo
}

// note prints what the rewriter has to say of a cell, once.
func (p *proxy) note(c *running) {
	if c.noted {
		return
	}
	c.noted = true
	for _, s := range []struct{ name, text string }{{"stdout", c.Notes}, {"stderr", c.Warnings}} {
		if s.text != "" {
			p.publish(c.request, "stream", map[string]any{"name": s.name, "text": s.text})
		}
	}
}

func isIdle(m *message) bool {
	var status struct {
		State string `json:"execution_state"`
	}
	return m.content(&status) == nil && status.State == "idle"
}

// toControl takes a message of a client's control channel.
func (p *proxy) toControl(frames [][]byte) {
	m, ok := p.accept(frames)
	if !ok {
		return
	}
	switch m.Type {
	case "shutdown_request":
		p.asked = true
	case "interrupt_request":
		if !p.interrupt() {
			p.publish(m, "status", map[string]any{"execution_state": "busy"})
			p.front.control.send(newMessage("interrupt_reply", p.session, map[string]any{"status": "ok"}, m, m.identities(), p.key).frames)
			p.publish(m, "status", map[string]any{"execution_state": "idle"})
			return
		}
	}
	p.back.control.send(frames)
}

// fromControl takes a message of the kernel's control channel.
func (p *proxy) fromControl(frames [][]byte) {
	p.front.control.send(frames)
	if m, ok := parse(frames); ok {
		p.answered(m)
	}
}

// answered notes what the kernel has answered.
func (p *proxy) answered(m *message) { p.down = p.down || m.Type == "shutdown_reply" }
