package kernel

import (
	"github.com/go-zeromq/zmq4"
)

// fromIOPub takes a message that the kernel publishes. Outputs may be large, and many: only those
// that are about a cell of ours are looked into.
func (p *proxy) fromIOPub(frames [][]byte) {
	pass := func() { p.front.iopub.SendMulti(zmq4.NewMsgFrom(frames...)) }
	m, ok := parse(frames)
	if !ok {
		pass()
		return
	}
	parent := m.parent()
	p.mu.Lock()
	own := parent.Session == p.session && parent.ID != ""
	c := p.cells.first(parent.ID, idle)
	p.mu.Unlock()
	if own {
		p.heard(func(own *ownRequest) {
			var stream struct{ Text string }
			switch {
			case parent.ID != own.id:
			case m.Type == "stream" && m.content(&stream) == nil:
				own.printed += stream.Text
			case m.Type == "status":
				own.idle = isIdle(m)
			}
		})
		return // nobody else knows of it
	}
	switch {
	case c == nil:
		pass()
	case m.Type == "execute_input":
		send(p.front.iopub, p.echo(m, c))
		p.note(c)
	case m.Type == "status" && isIdle(m):
		p.note(c)
		pass()
		p.idle(c)
	default:
		pass()
	}
}

// echo returns an execute_input with the code that the user wrote.
func (p *proxy) echo(m *message, c *cell) *message {
	var input struct {
		Count int `json:"execution_count"`
	}
	if m.content(&input) == nil {
		p.mu.Lock()
		p.count = input.Count
		p.mu.Unlock()
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
func (p *proxy) note(c *cell) {
	if c.noted {
		return
	}
	c.noted = true // on the goroutine of the channel alone
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

// idle notes that nothing more comes of a cell on this channel.
func (p *proxy) idle(c *cell) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c.idle = true
	p.cells.drop(c.request.ID)
}

// toControl takes a message of a client's control channel.
func (p *proxy) toControl(frames [][]byte) {
	m, ok := p.accept(frames)
	if !ok {
		return
	}
	if m.Type == "shutdown_request" {
		p.ask()
	}
	p.back.control.SendMulti(zmq4.NewMsgFrom(frames...))
}

// ask notes that the kernel was asked to shut down.
func (p *proxy) ask() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = true
}

// fromControl takes a message of the kernel's control channel.
func (p *proxy) fromControl(frames [][]byte) {
	p.front.control.SendMulti(zmq4.NewMsgFrom(frames...))
	if m, ok := parse(frames); ok {
		p.answered(m)
	}
}

// answered notes what the kernel has answered.
func (p *proxy) answered(m *message) {
	if m.Type == "shutdown_reply" {
		p.down.Do(func() { close(p.shutdown) })
	}
}
