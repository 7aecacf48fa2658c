package kernel

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// recorder keeps what is sent.
type recorder struct{ sent []string } // types of messages, with the status of replies

func (r *recorder) send(frames [][]byte) {
	text := "no message"
	if m, ok := parse(frames); ok {
		var content struct{ Status string }
		m.content(&content)
		text = strings.TrimSpace(m.Type + " " + content.Status)
	}
	r.sent = append(r.sent, text)
}

// proxied is a proxy between sockets that only record, whose worker works at once.
type proxied struct {
	*proxy
	shell, control, stdin *recorder // of the kernel
	client                *recorder // shell
	said                  strings.Builder
}

func newProxied(cells Cells) *proxied {
	p := &proxied{shell: new(recorder), control: new(recorder), stdin: new(recorder), client: new(recorder)}
	p.proxy = newProxy(context.Background(), Options{Cells: cells, Stderr: &p.said}, "key")
	p.post = func(f func()) { f() }
	p.start = p.post
	p.front = senders{shell: p.client, iopub: new(recorder), stdin: new(recorder), control: new(recorder)}
	p.back = senders{shell: p.shell, stdin: p.stdin, control: p.control}
	return p
}

// request is a client's.
func (p *proxied) request(typ string, content map[string]any) *message {
	return newMessage(typ, "client", content, nil, [][]byte{[]byte("client")}, p.key)
}

// replies has the kernel answer a request.
func (p *proxied) replies(to *message, typ string, content map[string]any) {
	p.fromShell(newMessage(typ, "kernel", content, to, to.identities(), p.key).frames)
}

// idles has the kernel say that it has ended with a request.
func (p *proxied) idles(after *message) {
	p.fromIOPub(newMessage("status", "kernel", map[string]any{"execution_state": "idle"}, after, [][]byte{[]byte("topic")}, p.key).frames)
}

// refusing refuses cells that say so.
type refusing struct{ noCells }

func (refusing) Rewrite(_ context.Context, code string, _ int) (Cell, error) {
	if code == "refuse" {
		return Cell{}, errors.New("refused")
	}
	return Cell{Code: code}, nil
}

// completing knows what could be in a cell.
type completing struct {
	noCells
	matches []string
	view    View
}

func (c completing) Complete(string, int) ([]string, int) { return c.matches, 0 }
func (c completing) Look(string, int) (View, bool)        { return c.view, c.view.More > 0 }

// A cell that is refused aborts those after it, and nothing else that waits there, unless its request says
// otherwise: a client may leave that out.
func TestStopOnError(t *testing.T) {
	for stop, want := range map[any][]string{
		nil:   {"execute_reply ok", "execute_reply error", "execute_reply aborted"},
		true:  {"execute_reply ok", "execute_reply error", "execute_reply aborted"},
		false: {"execute_reply ok", "execute_reply error"},
	} {
		t.Run(fmt.Sprint(stop), func(t *testing.T) {
			p := newProxied(refusing{})
			first := p.request("execute_request", map[string]any{"code": "first"})
			refused := map[string]any{"code": "refuse"}
			if stop != nil {
				refused["stop_on_error"] = stop
			}
			p.toShell(first.frames)
			p.toShell(p.request("execute_request", refused).frames)
			p.toShell(p.request("execute_request", map[string]any{"code": "after"}).frames)
			p.toShell(p.request("history_request", nil).frames)
			p.replies(first, "execute_reply", map[string]any{"status": "ok"})
			if diff := cmp.Diff(want, p.client.sent); diff != "" {
				t.Errorf("answers (-want +got):\n%s", diff)
			}
			got := []string{"execute_request", "history_request"}
			if stop == false {
				got = []string{"execute_request", "execute_request", "history_request"}
			}
			if diff := cmp.Diff(got, p.shell.sent); diff != "" {
				t.Errorf("what the kernel has got (-want +got):\n%s", diff)
			}
		})
	}
}

// What is not signed with the key reaches the kernel on no channel.
func TestUnsigned(t *testing.T) {
	p := newProxied(refusing{})
	for _, key := range []string{"key", "another", ""} {
		p.said.Reset()
		send := func(typ string) [][]byte {
			return newMessage(typ, "client", map[string]any{"code": "x"}, nil, nil, []byte(key)).frames
		}
		p.toShell(send("kernel_info_request"))
		p.toControl(send("interrupt_request"))
		p.toStdin(send("input_reply"))
		if n := strings.Count(p.said.String(), "not signed with the key"); n != 0 && key == "key" || n != 3 && key != "key" {
			t.Errorf("key %q: it says %q", key, p.said.String())
		}
	}
	for _, r := range []*recorder{p.shell, p.control, p.stdin} {
		if len(r.sent) != 1 {
			t.Errorf("the kernel has got %q", r.sent)
		}
	}
}

// When the kernel has ended with a cell on both channels, whichever comes first, nothing is kept of it.
func TestCellsEnd(t *testing.T) {
	p := newProxied(refusing{})
	for i := range 4 {
		m := p.request("execute_request", map[string]any{"code": "x"})
		p.toShell(m.frames)
		if len(p.running) != 1 {
			t.Fatalf("%d cells while one runs", len(p.running))
		}
		if i%2 == 0 {
			p.idles(m)
		}
		p.replies(m, "execute_reply", map[string]any{"status": "ok"})
		if i%2 == 1 {
			p.idles(m)
		}
		if len(p.running) != 0 {
			t.Errorf("%d cells when it has ended", len(p.running))
		}
	}
}

// The kernel's matches and ours are offered together, each once, for one stretch of the user's own cell,
// whatever the kernel was shown of it.
func TestCompleted(t *testing.T) {
	type answer struct {
		Status  string
		Matches []string
		Start   int `json:"cursor_start"`
		End     int `json:"cursor_end"`
	}
	shown := View{Code: "é\n%%\nx.ab", At: 3, More: 3}
	for name, c := range map[string]struct {
		code   string
		look   View
		ours   []string // for all of the code before the cursor
		theirs answer
		want   answer
	}{
		"one stretch":   {"%", View{}, []string{"%a", "%b"}, answer{"ok", []string{"%b", "%c"}, 0, 1}, answer{"ok", []string{"%a", "%b", "%c"}, 0, 1}},
		"two":           {"%é", View{}, []string{"%éa"}, answer{"ok", []string{"éb", "éc"}, 1, 2}, answer{"ok", []string{"%éa", "%éb", "%éc"}, 0, 2}},
		"ours alone":    {"%", View{}, []string{"%a"}, answer{"error", nil, 0, 0}, answer{"ok", []string{"%a"}, 0, 1}},
		"theirs alone":  {"x.", View{}, nil, answer{"ok", []string{"y"}, 2, 2}, answer{"ok", []string{"y"}, 2, 2}},
		"neither":       {"é\nx.ab", shown, nil, answer{"error", nil, 0, 0}, answer{"error", nil, 0, 0}},
		"nothing":       {"%", View{}, []string{"%a"}, answer{"ok", nil, 1, 1}, answer{"ok", []string{"%a"}, 0, 1}},
		"out of bounds": {"%", View{}, []string{"%a"}, answer{"ok", []string{"b"}, 9, -1}, answer{"ok", []string{"%a", "%b"}, 0, 1}},
		"shown":         {"é\nx.ab", shown, nil, answer{"ok", []string{"abc"}, 7, 9}, answer{"ok", []string{"abc"}, 4, 6}},
		"before":        {"é\nx.ab", shown, nil, answer{"ok", []string{"éa"}, 0, 1}, answer{"ok", []string{"éa"}, 0, 1}},
	} {
		p := newProxied(completing{matches: c.ours, view: c.look})
		m := p.request("complete_request", map[string]any{"code": c.code, "cursor_pos": utf8.RuneCountInString(c.code)})
		asked := p.noteComplete(m)
		var at cursor
		if err := asked.content(&at); err != nil || c.look.More > 0 && (at.Code != c.look.Code || at.offset() != len(c.look.Code)) || !asked.signed(p.key) {
			t.Errorf("%s: the kernel is asked %+v, %v", name, at, err)
		}
		reply := newMessage("complete_reply", "kernel", map[string]any{
			"status": c.theirs.Status, "matches": c.theirs.Matches, "cursor_start": c.theirs.Start, "cursor_end": c.theirs.End,
		}, m, m.identities(), p.key)
		var got answer
		if err := p.completed(reply, m.ID).content(&got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if len(p.complete) > 0 {
			t.Errorf("%s: it is kept", name)
		}
	}
}

// Two cells whose requests have one id, which two clients may choose, end apart: a cell that is refused
// waits for both, and no longer.
func TestSameID(t *testing.T) {
	p := newProxied(refusing{})
	m := p.request("execute_request", map[string]any{"code": "x"})
	p.toShell(m.frames)
	p.toShell(m.frames)
	p.toShell(p.request("execute_request", map[string]any{"code": "refuse"}).frames)
	for range 2 {
		if n := len(p.client.sent); n > 1 {
			t.Errorf("%q before both have ended", p.client.sent)
		}
		p.idles(m)
		p.replies(m, "execute_reply", map[string]any{"status": "ok"})
	}
	if diff := cmp.Diff([]string{"execute_reply ok", "execute_reply ok", "execute_reply error"}, p.client.sent); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	if len(p.running) != 0 {
		t.Errorf("%d cells when they have ended", len(p.running))
	}
}

// The kernel's answer to Shift-Tab has text, which a console shows, whatever else it has.
func TestInspected(t *testing.T) {
	for _, c := range []struct {
		data map[string]any
		want any
	}{
		{map[string]any{"text/markdown": "**f** does", "text/html": "<b>f</b>"}, "**f** does"},
		{map[string]any{"text/html": "<!-- a > b --><p class=x>f &lt; g</p>"}, "f < g"},
		{map[string]any{"text/plain": "f", "text/html": "<b>g</b>"}, "f"},
		{map[string]any{"image/png": "x"}, nil},
		{map[string]any{}, nil},
	} {
		p := newProxied(noCells{})
		asked := p.request("inspect_request", map[string]any{"code": "f"})
		reply := newMessage("inspect_reply", "kernel", map[string]any{"status": "ok", "found": true, "data": c.data}, asked, asked.identities(), p.key)
		var got struct{ Data map[string]any }
		m := p.inspected(reply)
		if err := m.content(&got); err != nil || !m.signed(p.key) {
			t.Fatal(err)
		}
		want := maps.Clone(c.data)
		if c.want != nil {
			want["text/plain"] = c.want
		}
		if diff := cmp.Diff(want, got.Data); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// A cell that is interrupted while the worker rewrites it is answered at once, whatever the worker does; what comes of
// it later is nobody's. Those that wait for it are aborted, and the next cell has its number.
func TestAbandoned(t *testing.T) {
	p := newProxied(refusing{})
	var jobs []func()
	p.start = func(f func()) { jobs = append(jobs, f) }
	work := func() {
		for len(jobs) > 0 {
			job := jobs[0]
			jobs = jobs[1:]
			job()
		}
	}
	p.toShell(p.request("execute_request", map[string]any{"code": "first"}).frames)
	jobs[0]() // prepares
	jobs = jobs[1:]
	p.toShell(p.request("execute_request", map[string]any{"code": "second"}).frames)
	p.interrupts = func() { t.Error("the kernel, which has nothing, is interrupted") }
	p.interrupted()
	if diff := cmp.Diff([]string{"execute_reply error", "execute_reply aborted"}, p.client.sent); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	work()
	if len(p.shell.sent) > 0 {
		t.Errorf("the kernel has got %q", p.shell.sent)
	}
	// With a cell in the kernel the interrupt is the kernel's, and the cell that is rewritten waits for what comes of it.
	first := p.request("execute_request", map[string]any{"code": "first"})
	p.toShell(first.frames)
	work()
	p.toShell(p.request("execute_request", map[string]any{"code": "second"}).frames)
	interrupted := 0
	p.interrupts = func() { interrupted++ }
	p.interrupted()
	p.replies(first, "execute_reply", map[string]any{"status": "error"})
	work()
	if diff := cmp.Diff([]string{"execute_reply error", "execute_reply aborted"}, p.client.sent[2:]); diff != "" || interrupted != 1 || len(p.shell.sent) != 1 {
		t.Errorf("%d interrupts, the kernel has got %q, answers (-want +got):\n%s", interrupted, p.shell.sent, diff)
	}
}
