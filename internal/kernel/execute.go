package kernel

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"time"
)

// executeRequest is what we look at in an execute_request.
type executeRequest struct {
	Code         *string `json:"code"`
	Silent       bool    `json:"silent"`
	StoreHistory *bool   `json:"store_history"` // default: not Silent
	StopOnError  *bool   `json:"stop_on_error"` // default: true
}

// request is a message of the shell channel that waits: a cell, or what has to come after one.
type request struct {
	*message
	executeRequest
	cell *running // nil: it is no cell

	prepares   bool // it has had the kernel prepared
	unprepared error
	rewritten  bool
	err        error // of the rewriting
}

// toShell takes a message of a client's shell channel.
func (p *proxy) toShell(frames [][]byte) {
	m, ok := p.accept(frames)
	if !ok || p.ask(m) {
		return
	}
	req := &request{message: m}
	if m.Type == "execute_request" && p.Cells != nil && m.content(&req.executeRequest) == nil && req.Code != nil {
		req.cell = &running{
			request: m, code: *req.Code, stops: req.StopOnError == nil || *req.StopOnError,
			counts: !req.Silent && (req.StoreHistory == nil || *req.StoreHistory),
		}
	}
	p.queue = append(p.queue, req)
	p.advance()
}

// ask answers a message that need not wait for the cells before it, or passes it on, and reports whether it is one.
func (p *proxy) ask(m *message) bool {
	switch m.Type {
	case "is_complete_request":
		if p.isComplete(m) {
			return true
		}
	case "inspect_request":
		if m = p.inspect(m); m == nil {
			return true
		}
	case "complete_request":
		m = p.noteComplete(m)
	case "shutdown_request":
		p.asked = true
	case "kernel_info_request", "connect_request", "comm_info_request":
	default:
		return false
	}
	p.back.shell.send(m.frames)
	return true
}

// advance goes on with the queue, up to a message that has to wait.
func (p *proxy) advance() {
	for len(p.queue) > 0 && p.job == nil && p.own == nil {
		m := p.queue[0]
		switch {
		case m.cell == nil: // what is no cell the kernel may not answer
			p.queue = p.queue[1:]
			p.back.shell.send(m.frames)
		case !p.prepared && !m.prepares:
			p.prepare(m)
		case !m.rewritten:
			p.rewrite(m)
		case m.err != nil && p.executes > 0:
			return // those before it answer first
		case m.err != nil:
			p.queue = p.queue[1:]
			p.refuse(m, m.err)
		default:
			p.queue = p.queue[1:]
			p.run(m)
		}
	}
}

// rewrite has the worker rewrite a cell.
func (p *proxy) rewrite(m *request) {
	var cell Cell
	var err error
	number := p.count + p.running.uncounted() + 1
	p.work(func(ctx context.Context) {
		if err = ctx.Err(); err == nil {
			cell, err = p.Cells.Rewrite(ctx, m.cell.code, number)
		}
	}, func() {
		m.rewritten, m.cell.Cell, m.err = true, cell, err
		if p.Cells.Forgets(m.cell.code) {
			p.prepared = false
		}
		if m.err == nil && cell.Changed {
			m.err = m.unprepared
		}
	})
}

// run has the kernel run a cell.
func (p *proxy) run(m *request) {
	out := m.message
	if m.cell.Changed {
		if with, err := m.with(map[string]any{"code": m.cell.Code}, p.key); err == nil {
			out = with
		}
	}
	p.running.add(m.cell)
	p.executes++
	p.back.shell.send(out.frames)
}

// prepare has the kernel run what Prepare says, which the first cell waits for.
func (p *proxy) prepare(m *request) {
	m.prepares = true
	var code string
	p.work(func(context.Context) { code, m.unprepared = p.Cells.Prepare() }, func() {
		p.prepared = m.unprepared == nil
		if code == "" || !p.prepared {
			return
		}
		own := newMessage("execute_request", p.session, map[string]any{
			"code": code, "silent": true, "store_history": false, "user_expressions": map[string]string{},
			"allow_stdin": false, "stop_on_error": false,
		}, nil, [][]byte{[]byte(p.session)}, p.key)
		p.own = &ownRequest{id: own.ID}
		p.executes++
		p.back.shell.send(own.frames)
	})
}

// heard goes on when there is nothing more to come of a request of our own.
func (p *proxy) heard() {
	own := p.own
	if !own.replied || !own.idle {
		return
	}
	p.own = nil
	p.executes--
	p.work(func(context.Context) { p.Cells.Prepared(own.printed) }, func() {})
}

// fromShell takes a message of the kernel's shell channel.
func (p *proxy) fromShell(frames [][]byte) {
	m, ok := parse(frames)
	if !ok {
		p.front.shell.send(frames)
		return
	}
	if len(m.identities()) > 0 && bytes.Equal(m.frames[0], []byte(p.session)) {
		p.ownReplied(m.parent().ID)
		return
	}
	id := m.parent().ID
	switch m.Type {
	case "complete_reply":
		m = p.completed(m, id)
	case "inspect_reply":
		m = p.inspected(m)
	}
	p.front.shell.send(m.frames)
	p.answered(m)
	if m.Type == "execute_reply" {
		p.replied(m, id)
	}
}

// ownReplied takes the reply to a request of our own.
func (p *proxy) ownReplied(id string) {
	own := p.own
	if own == nil || own.id != id {
		return
	}
	own.replied = true
	p.heard()
	// A kernel that publishes nothing must not hold up the cells.
	time.AfterFunc(time.Second, func() {
		p.post(func() {
			if p.own == own {
				own.idle = true
				p.heard()
			}
		})
	})
}

// replied takes the kernel's reply to a cell.
func (p *proxy) replied(m *message, id string) {
	c := p.running.first(id, replied)
	if c == nil {
		return
	}
	var reply struct {
		Status string `json:"status"`
		Count  int    `json:"execution_count"`
	}
	if m.content(&reply) == nil && c.counts {
		p.count = max(p.count, reply.Count)
	}
	c.replied, c.counted = true, true
	p.running.drop(id)
	p.executes--
	if reply.Status == "error" && c.stops {
		p.abort()
	}
	p.advance()
}

// interrupted handles an interrupt that was sent as a signal.
func (p *proxy) interrupted() {
	if p.interrupt() {
		p.interrupts()
	}
}

// interrupt interrupts a cell that the kernel has not got yet, if it has no other, and reports whether the interrupt
// is the kernel's.
func (p *proxy) interrupt() bool {
	cells := p.executes
	if p.own != nil {
		cells--
	}
	if cells > 0 || p.job == nil && p.own == nil || len(p.queue) == 0 || p.queue[0].cell == nil {
		return true
	}
	m := p.queue[0]
	p.queue = p.queue[1:]
	p.abandon()
	const why = "the cell was interrupted before it ran"
	p.refuse(m, &Refusal{Name: "KeyboardInterrupt", Value: why, Traceback: []string{"KeyboardInterrupt: " + why}})
	if p.own != nil { // it is interrupted, too
		p.prepared = false
		return true
	}
	p.advance()
	return false
}

// refuse answers a cell that is refused, as a kernel answers one that fails: what has come after
// it meanwhile is aborted.
func (p *proxy) refuse(m *request, err error) {
	var r *Refusal
	if !errors.As(err, &r) {
		r = &Refusal{Name: "Error", Value: err.Error(), Traceback: []string{err.Error()}}
	}
	count := p.count
	if m.cell.counts {
		count++
	}
	failure := map[string]any{"ename": r.Name, "evalue": r.Value, "traceback": r.Traceback}
	p.publish(m.message, "status", map[string]any{"execution_state": "busy"})
	if !m.Silent {
		p.publish(m.message, "execute_input", map[string]any{"code": m.cell.code, "execution_count": count})
		p.publish(m.message, "error", failure)
	}
	reply := map[string]any{"status": "error", "execution_count": count, "user_expressions": map[string]any{}, "payload": []any{}}
	maps.Copy(reply, failure)
	p.reply(m.message, "execute_reply", reply)
	p.publish(m.message, "status", map[string]any{"execution_state": "idle"})
	if m.cell.stops {
		p.abort()
	}
}

// abort answers the cells that wait.
func (p *proxy) abort() {
	queue := p.queue
	p.queue = nil
	p.abandon()
	for _, m := range queue {
		if m.cell == nil {
			p.queue = append(p.queue, m)
			continue
		}
		p.answer(m.message, "execute_reply", map[string]any{"status": "aborted"})
	}
}

// reply answers a message of the shell channel.
func (p *proxy) reply(to *message, typ string, content any) {
	p.front.shell.send(newMessage(typ, p.session, content, to, to.identities(), p.key).frames)
}

// publish sends a message about another one to all clients.
func (p *proxy) publish(about *message, typ string, content any) {
	topic := []byte(fmt.Sprintf("kernel.%s.%s", p.session, typ))
	p.front.iopub.send(newMessage(typ, p.session, content, about, [][]byte{topic}, p.key).frames)
}
