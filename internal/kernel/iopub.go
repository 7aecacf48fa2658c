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
	c := p.cells[parent.ID]
	p.mu.Unlock()
	if own {
		return // of what the proxy has had the kernel do, nobody knows
	}
	if c == nil || m.Type != "execute_input" {
		pass()
		return
	}
	var input struct {
		Count int `json:"execution_count"`
	}
	if m.content(&input) == nil {
		p.mu.Lock()
		p.count = input.Count
		p.mu.Unlock()
	}
	if c.Changed {
		if echo, err := m.with(map[string]any{"code": c.code}, p.key); err == nil {
			m = echo
		}
	}
	send(p.front.iopub, m)
	for _, s := range []struct{ name, text string }{{"stdout", c.Notes}, {"stderr", c.Warnings}} {
		if s.text != "" {
			p.publish(c.request, "stream", map[string]any{"name": s.name, "text": s.text})
		}
	}
}

// toControl takes a message of a client's control channel.
func (p *proxy) toControl(frames [][]byte) {
	if m, ok := parse(frames); ok && m.Type == "shutdown_request" {
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
