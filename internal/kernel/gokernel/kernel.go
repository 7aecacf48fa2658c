package gokernel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/go-zeromq/zmq4"
)

// connection is the file by which Jupyter tells a kernel where to listen.
type connection struct {
	IP        string `json:"ip"`
	Shell     int    `json:"shell_port"`
	IOPub     int    `json:"iopub_port"`
	Stdin     int    `json:"stdin_port"`
	Control   int    `json:"control_port"`
	Heartbeat int    `json:"hb_port"`
	Key       string `json:"key"`
}

// kernel is a kernel that runs.
type kernel struct {
	*session
	key      []byte
	shell    zmq4.Socket
	iopub    zmq4.Socket
	sending  sync.Mutex
	requests chan *message // those that make the kernel busy, in order
	ctx      context.Context
	stop     context.CancelFunc
	count    int // of cells

	mu        sync.Mutex
	interrupt context.CancelFunc // of the cell that runs, or nil
}

// Run is a kernel on the connection file that Jupyter has made, until it is asked to shut down or ctx
// ends. What comes on interrupts interrupts the cell. It removes the directory that it has made, and
// what cells have started and left is not its business.
func Run(ctx context.Context, connectionFile string, interrupts <-chan os.Signal) error {
	text, err := os.ReadFile(connectionFile)
	if err != nil {
		return err
	}
	var at connection
	if err := json.Unmarshal(text, &at); err != nil {
		return fmt.Errorf("%s: %w", connectionFile, err)
	}
	temp, err := os.MkdirTemp("", "gonb_")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	ctx, stop := context.WithCancel(ctx)
	k := &kernel{
		session: &session{temp: temp, env: append(os.Environ(), "GONB_TMP_DIR="+temp), known: declarations{}},
		key:     []byte(at.Key), requests: make(chan *message, 1000), ctx: ctx, stop: stop,
		shell: zmq4.NewRouter(context.Background()), iopub: zmq4.NewPub(context.Background()),
	}
	if err := k.initModule(); err != nil {
		return err
	}
	var serving sync.WaitGroup
	defer serving.Wait()
	defer stop()
	other := func() zmq4.Socket { return zmq4.NewRouter(context.Background()) }
	for _, s := range []struct {
		zmq4.Socket
		port int
		take func(zmq4.Socket, zmq4.Msg)
	}{
		{k.iopub, at.IOPub, nil},
		{other(), at.Stdin, func(zmq4.Socket, zmq4.Msg) {}},
		{other(), at.Heartbeat, func(s zmq4.Socket, m zmq4.Msg) { s.SendMulti(m) }},
		{other(), at.Control, k.receive},
		{k.shell, at.Shell, k.receive},
	} {
		defer s.Close()
		if err := s.Listen("tcp://" + net.JoinHostPort(at.IP, strconv.Itoa(s.port))); err != nil {
			return err
		}
		if s.take == nil {
			continue
		}
		serving.Go(func() {
			for {
				m, err := s.Recv()
				if err != nil {
					return // it is closed
				}
				s.take(s.Socket, m)
			}
		})
	}
	serving.Go(func() {
		for {
			select {
			case <-interrupts:
				k.interruptCell()
			case <-ctx.Done():
				return
			}
		}
	})
	for {
		select {
		case m := <-k.requests:
			k.send(k.iopub, m, "status", map[string]any{"execution_state": "busy"})
			if m.typ == "execute_request" {
				k.execute(m)
			} else {
				k.answer(m)
			}
			k.send(k.iopub, m, "status", map[string]any{"execution_state": "idle"})
		case <-ctx.Done():
			return nil
		}
	}
}

// answers are the replies that are always the same.
var answers = map[string]map[string]any{
	"kernel_info_request": {
		"status": "ok", "protocol_version": "5.3", "implementation": "gokernel", "implementation_version": "0",
		"banner": "Go kernel for tests", "help_links": []any{},
		"language_info": map[string]any{"name": "go", "version": "1", "mimetype": "text/x-go", "file_extension": ".go"},
	},
	"inspect_request":   {"status": "ok", "found": false, "data": map[string]any{}, "metadata": map[string]any{}},
	"complete_request":  {"status": "ok", "matches": []any{}, "cursor_start": 0, "cursor_end": 0, "metadata": map[string]any{}},
	"comm_info_request": {"status": "ok", "comms": map[string]any{}},
	"interrupt_request": {"status": "ok"},
	"shutdown_request":  {"status": "ok", "restart": false},
}

// answer answers a message, on the shell channel even one of the control channel: so does GoNB, and a
// client has one identity on both. It does not answer is_complete_request.
func (k *kernel) answer(m *message) {
	if content, ok := answers[m.typ]; ok {
		k.send(k.shell, m, strings.TrimSuffix(m.typ, "_request")+"_reply", content)
	}
}

// receive takes a message of the shell or the control channel.
func (k *kernel) receive(_ zmq4.Socket, frames zmq4.Msg) {
	m, err := decode(frames.Frames, k.key)
	if err != nil {
		fmt.Fprintln(os.Stderr, "gokernel:", err)
		return
	}
	switch m.typ {
	case "execute_request", "kernel_info_request", "inspect_request", "complete_request":
		select {
		case k.requests <- m:
		case <-k.ctx.Done():
		}
		return
	case "interrupt_request":
		k.interruptCell()
	case "shutdown_request":
		defer k.stop()
	}
	k.answer(m)
}

func (k *kernel) interruptCell() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.interrupt != nil {
		k.interrupt()
	}
}

func (k *kernel) setInterrupt(f context.CancelFunc) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.interrupt = f
}

// execute runs a cell.
func (k *kernel) execute(m *message) {
	var req struct {
		Code    string
		Silent  bool
		History bool `json:"store_history"`
	}
	json.Unmarshal(m.content, &req) // else it is an empty cell
	reply := map[string]any{"status": "ok", "user_expressions": map[string]any{}}
	if req.History {
		k.count++
		reply["execution_count"] = k.count
	}
	if !req.Silent {
		k.send(k.iopub, m, "execute_input", map[string]any{"code": req.Code, "execution_count": k.count})
	}
	ctx, cancel := context.WithCancel(k.ctx)
	defer cancel()
	k.setInterrupt(cancel)
	defer k.setInterrupt(nil)
	c := &cell{session: k.session, ctx: ctx, number: k.count, lines: strings.Split(req.Code, "\n")}
	c.stream = func(name, text string) {
		k.send(k.iopub, m, "stream", map[string]any{"name": name, "text": text})
	}
	if err := c.run(); err != nil {
		failure := map[string]any{"ename": "ERROR", "evalue": err.Error(), "traceback": []string{err.Error()}}
		if where := (*cellError)(nil); errors.As(err, &where) {
			failure["traceback"] = where.traceback
		}
		k.send(k.iopub, m, "error", failure)
		maps.Copy(reply, failure)
		reply["status"] = "error"
	}
	k.send(k.shell, m, "execute_reply", reply)
}

// send sends a message about another one.
func (k *kernel) send(on zmq4.Socket, about *message, typ string, content map[string]any) {
	k.sending.Lock()
	defer k.sending.Unlock()
	on.SendMulti(zmq4.NewMsgFrom(encode(about, typ, k.name(), content, k.key)...)) // else it is closed
}
