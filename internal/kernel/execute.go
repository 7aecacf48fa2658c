package kernel

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/go-zeromq/zmq4"
)

// executeRequest is what we look at in an execute_request.
type executeRequest struct {
	Code         *string `json:"code"`
	Silent       bool    `json:"silent"`
	StoreHistory *bool   `json:"store_history"` // default: not Silent
	StopOnError  *bool   `json:"stop_on_error"` // default: true
}

// toShell takes a message of a client's shell channel.
func (p *proxy) toShell(frames [][]byte) {
	m, ok := p.accept(frames)
	if !ok {
		return
	}
	p.order.Lock()
	defer p.order.Unlock()
	req := &request{message: m}
	if len(p.held) > 0 || !p.handle(req) {
		p.held = append(p.held, req)
	}
}

// request is a message of the shell channel, which may have to wait.
type request struct {
	*message
	cell *cell // what has come of it, if it is a cell that was looked at
	err  error
}

func (p *proxy) forward(frames [][]byte) { p.back.shell.SendMulti(zmq4.NewMsgFrom(frames...)) }

// handle answers a message of the shell channel or passes it on, or reports that it has to wait
// until the kernel has answered the cells before it. Its caller holds order.
func (p *proxy) handle(m *request) bool {
	out := m.message
	switch m.Type {
	case "execute_request":
		return p.execute(m)
	case "is_complete_request":
		if p.isComplete(m.message) {
			return true
		}
	case "inspect_request":
		if out = p.inspect(m.message); out == nil {
			return true
		}
	case "complete_request":
		out = p.noteComplete(m.message)
	case "shutdown_request":
		p.ask()
	}
	p.forward(out.frames)
	return true
}

// execute handles a cell.
func (p *proxy) execute(m *request) bool {
	var req executeRequest
	if p.Rewrite == nil || m.content(&req) != nil || req.Code == nil {
		p.forward(m.frames) // what is no cell the kernel may not answer
		return true
	}
	code := *req.Code
	var unprepared error
	if !p.prepared && p.Prepare != nil {
		if unprepared = p.prepare(); unprepared == nil {
			return false
		}
	}
	if m.cell == nil {
		m.cell = &cell{request: m.message, code: code}
		m.cell.Cell, m.err = p.Rewrite(p.ctx, code, p.counted()+1)
		if p.Forgets != nil && p.Forgets(code) {
			p.prepared = false
		}
	}
	c := m.cell
	if m.err == nil && c.Changed {
		m.err = unprepared
	}
	if m.err != nil {
		if p.executes == 0 { // else those before it answer first
			p.refuse(m.message, req, m.err)
		}
		return p.executes == 0
	}
	out := m.message
	if c.Changed {
		if with, err := m.with(map[string]any{"code": c.Code}, p.key); err == nil {
			out = with
		}
	}
	p.run(out, c)
	return true
}

func (p *proxy) run(m *message, c *cell) {
	p.mu.Lock()
	p.cells.add(c)
	p.mu.Unlock()
	p.executes++
	p.forward(m.frames)
}

// prepare has the kernel run what Prepare says, which the first cell waits for.
func (p *proxy) prepare() error {
	code, err := p.Prepare()
	if err != nil {
		return err
	}
	m := newMessage("execute_request", p.session, map[string]any{
		"code": code, "silent": true, "store_history": false, "user_expressions": map[string]string{},
		"allow_stdin": false, "stop_on_error": false,
	}, nil, [][]byte{[]byte(p.session)}, p.key)
	p.mu.Lock()
	p.own = &ownRequest{id: m.ID}
	p.mu.Unlock()
	p.prepared, p.preparing, p.executes = true, true, p.executes+1
	p.forward(m.frames)
	return nil
}

// heard notes something that the kernel has said of a request of our own, and goes on when there is
// nothing more to come.
func (p *proxy) heard(note func(*ownRequest)) {
	p.mu.Lock()
	own := p.own
	if own != nil {
		note(own)
	}
	ended := own != nil && own.replied && own.idle
	if ended {
		p.own = nil
	}
	p.mu.Unlock()
	if !ended {
		return
	}
	p.order.Lock()
	defer p.order.Unlock()
	if p.Prepared != nil {
		p.Prepared(own.printed)
	}
	p.preparing = false
	p.executes--
	p.release()
}

// fromShell takes a message of the kernel's shell channel.
func (p *proxy) fromShell(frames [][]byte) {
	m, ok := parse(frames)
	if !ok {
		p.front.shell.SendMulti(zmq4.NewMsgFrom(frames...))
		return
	}
	if len(m.identities()) > 0 && bytes.Equal(m.frames[0], []byte(p.session)) {
		id := m.parent().ID
		p.heard(func(own *ownRequest) { own.replied = own.replied || own.id == id })
		// A kernel that publishes nothing must not hold up the cells.
		time.AfterFunc(time.Second, func() { p.heard(func(own *ownRequest) { own.idle = own.idle || own.id == id }) })
		return
	}
	p.order.Lock()
	defer p.order.Unlock()
	parent := m.parent()
	if m.Type == "complete_reply" {
		m = p.completed(m, parent.ID)
	}
	send(p.front.shell, m)
	p.answered(m)
	if m.Type == "execute_reply" && p.replied(parent.ID) {
		p.executes--
		p.release()
	}
}

// replied notes that the kernel has replied to a cell, and reports whether it was one.
func (p *proxy) replied(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.cells.first(id, replied)
	if c == nil {
		return false
	}
	c.replied = true
	p.cells.drop(id)
	return true
}

func (p *proxy) counted() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.count
}

// release handles what was held, up to a message that has to wait again.
func (p *proxy) release() {
	for !p.preparing && len(p.held) > 0 {
		m := p.held[0]
		p.held = p.held[1:]
		if !p.handle(m) {
			p.held = append([]*request{m}, p.held...)
			return
		}
	}
}

// refuse answers a cell that is refused, as a kernel answers one that fails: what has come after
// it meanwhile is aborted.
func (p *proxy) refuse(m *message, req executeRequest, err error) {
	var r *Refusal
	if !errors.As(err, &r) {
		r = &Refusal{Name: "Error", Value: err.Error(), Traceback: []string{err.Error()}}
	}
	count := p.counted()
	if !req.Silent && (req.StoreHistory == nil || *req.StoreHistory) {
		count++
	}
	failure := map[string]any{"ename": r.Name, "evalue": r.Value, "traceback": r.Traceback}
	p.publish(m, "status", map[string]any{"execution_state": "busy"})
	if !req.Silent {
		p.publish(m, "execute_input", map[string]any{"code": *req.Code, "execution_count": count})
		p.publish(m, "error", failure)
	}
	reply := map[string]any{"status": "error", "execution_count": count, "user_expressions": map[string]any{}, "payload": []any{}}
	for k, v := range failure {
		reply[k] = v
	}
	p.reply(m, "execute_reply", reply)
	p.publish(m, "status", map[string]any{"execution_state": "idle"})
	if req.StopOnError == nil || *req.StopOnError {
		p.abort()
	}
}

// abort answers the cells that are held.
func (p *proxy) abort() {
	held := p.held
	p.held = nil
	for _, m := range held {
		if m.Type != "execute_request" {
			p.held = append(p.held, m)
			continue
		}
		p.answer(m.message, "execute_reply", map[string]any{"status": "aborted"})
	}
}

// reply answers a message of the shell channel.
func (p *proxy) reply(to *message, typ string, content any) {
	send(p.front.shell, newMessage(typ, p.session, content, to, to.identities(), p.key))
}

// publish sends a message about another one to all clients.
func (p *proxy) publish(about *message, typ string, content any) {
	topic := []byte(fmt.Sprintf("kernel.%s.%s", p.session, typ))
	send(p.front.iopub, newMessage(typ, p.session, content, about, [][]byte{topic}, p.key))
}
