package gokernel

import (
	"context"
	"encoding/json"
	"flag"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cellwrap/cellwrap/internal/ports"
	"github.com/go-zeromq/zmq4"
	"go.uber.org/goleak"
)

// other is for seeing that we do as GoNB does.
var other = flag.String("kernel", "", "run the cells by another `command`, such as gonb --raw_error --kernel {connection_file}")

// As a kernelspec's command, the test is the kernel.
const commandEnv = "GOKERNEL_TEST_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(commandEnv) != "" {
		os.Exit(Main(os.Args[1:], os.Stderr))
	}
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/go-zeromq/zmq4.(*pubMWriter).run")) // a closed PUB leaves it
}

// patience is far more than anything here takes.
const patience = time.Minute

// client is a client of a kernel.
type client struct {
	testing.TB
	connection
	session        string // and identity
	shell, control zmq4.Socket
	replies        chan *received // of the shell channel, where those of the control channel come, too
	outputs        chan *received
}

// received is a message about one of the client's.
type received struct {
	*message
	about string // its id
}

// freePorts returns a connection that nobody uses.
func freePorts(t testing.TB) connection {
	free, release, err := ports.Reserve(5)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	return connection{IP: "127.0.0.1", Key: "a key", Shell: free[0], IOPub: free[1], Stdin: free[2], Control: free[3], Heartbeat: free[4]}
}

// start starts a kernel: in this process, or the other one. It returns what interrupts it, and what is
// closed when it has ended.
func (at connection) start(t testing.TB) (interrupt func(), ended <-chan struct{}) {
	file := at.write(t)
	done := make(chan struct{})
	if *other != "" {
		argv := strings.Fields(strings.ReplaceAll(*other, "{connection_file}", file))
		cmd := exec.Command(argv[0], argv[1:]...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		go func() {
			cmd.Wait()
			close(done)
		}()
		t.Cleanup(func() { cmd.Process.Kill() })
		return func() { cmd.Process.Signal(os.Interrupt) }, done
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	interrupts := make(chan os.Signal)
	go func() {
		defer close(done)
		if err := Run(ctx, file, interrupts); err != nil {
			t.Error(err)
		}
	}()
	return func() { interrupts <- syscall.SIGINT }, done
}

// write writes a connection file.
func (at connection) write(t testing.TB) string {
	text, err := json.Marshal(map[string]any{
		"ip": at.IP, "transport": "tcp", "key": at.Key, "signature_scheme": "hmac-sha256", "shell_port": at.Shell,
		"iopub_port": at.IOPub, "stdin_port": at.Stdin, "control_port": at.Control, "hb_port": at.Heartbeat,
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "kernel-1.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// dial returns a client of the kernel when that answers.
func (at connection) dial(t testing.TB, session string) *client {
	opts := []zmq4.Option{
		zmq4.WithID(zmq4.SocketIdentity(session)), zmq4.WithDialerRetry(10 * time.Millisecond), zmq4.WithDialerMaxRetries(-1),
	}
	ctx := context.Background()
	iopub := zmq4.NewSub(ctx, opts...)
	c := &client{
		TB: t, connection: at, session: session, shell: zmq4.NewDealer(ctx, opts...), control: zmq4.NewDealer(ctx, opts...),
		replies: make(chan *received, 100), outputs: make(chan *received, 10000),
	}
	if err := iopub.SetOption(zmq4.OptionSubscribe, ""); err != nil {
		t.Fatal(err)
	}
	for _, s := range []struct {
		zmq4.Socket
		port int
		to   chan *received
	}{{iopub, at.IOPub, c.outputs}, {c.control, at.Control, c.replies}, {c.shell, at.Shell, c.replies}} {
		if err := s.Dial("tcp://" + net.JoinHostPort(at.IP, strconv.Itoa(s.port))); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			for {
				m, err := s.Recv()
				if err != nil {
					return
				}
				if got, err := decode(m.Frames, []byte(at.Key)); err != nil {
					t.Error(err)
				} else {
					s.to <- &received{got, idOf(m.Frames[len(got.identities)+3])}
				}
			}
		}()
		t.Cleanup(func() {
			s.Close()
			<-ended
		})
	}
	for { // a subscription is not answered: until then nothing comes
		id := c.request(c.shell, "kernel_info_request", nil)
		c.reply(id)
		select {
		case <-c.outputs:
			return c
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// idOf returns the id in a header.
func idOf(header []byte) string {
	var h struct {
		ID string `json:"msg_id"`
	}
	json.Unmarshal(header, &h) // else it has none
	return h.ID
}

// request sends a request, and returns its id.
func (c *client) request(on zmq4.Socket, typ string, content map[string]any) string {
	c.Helper()
	none := &message{header: json.RawMessage("{}")}
	frames := encode(none, typ, c.session, content, []byte(c.Key))
	if err := on.SendMulti(zmq4.NewMsgFrom(frames...)); err != nil {
		c.Fatal(err)
	}
	return idOf(frames[2])
}

// reply waits for the reply to a request.
func (c *client) reply(id string) *message { c.Helper(); return next(c, c.replies, id) }

// next waits for the next message about a request.
func next(c *client, from <-chan *received, id string) *message {
	c.Helper()
	for deadline := time.After(patience); ; {
		select {
		case m := <-from:
			if m.about == id {
				return m.message
			}
		case <-deadline:
			c.Fatal("waited for a message in vain")
		}
	}
}

// execute starts a cell.
func (c *client) execute(code string) (id string) {
	return c.request(c.shell, "execute_request", map[string]any{
		"code": code, "silent": false, "store_history": true, "user_expressions": map[string]any{}, "allow_stdin": false, "stop_on_error": true,
	})
}

// run runs a cell to its end, and returns all that has come of it.
func (c *client) run(code string) string { return c.end(c.execute(code)) }

// end waits for the end of a cell, and returns what has come of it since the last look.
func (c *client) end(id string) string {
	c.Helper()
	out := outputs{Printed: map[string]string{}}
	for {
		m := next(c, c.outputs, id)
		var content struct {
			Name, Text string
			State      string `json:"execution_state"`
			Traceback  []string
		}
		if err := json.Unmarshal(m.content, &content); err != nil {
			c.Fatal(err)
		}
		switch {
		case m.typ == "stream":
			out.Printed[content.Name] += content.Text
		case m.typ == "error":
			out.Traceback = content.Traceback
		case m.typ == "status" && content.State == "idle":
			return out.String()
		}
	}
}

// outputs are what has come of a cell.
type outputs struct {
	Printed   map[string]string // by stream
	Traceback []string          // of its error
}

// trace is what differs from one run to the next.
var trace = regexp.MustCompile(`(?s)goroutine .*?exit status`)

// String returns the outputs as text: what was printed, quoted, and what the lines of the error say.
func (o outputs) String() string {
	var b strings.Builder
	for _, name := range []string{"stdout", "stderr"} {
		if text := o.Printed[name]; text != "" {
			b.WriteString(name + " " + strconv.Quote(trace.ReplaceAllString(text, "goroutine\nexit status")) + "\n")
		}
	}
	for _, entry := range o.Traceback {
		lines := strings.Split(entry, "\n") // of GoNB's, the program's are between the place and the message
		said := lines[len(lines)-1]
		if strings.HasPrefix(lines[0], "Cell[") {
			said = lines[0] + ": " + said
		}
		if said != "" && !strings.HasPrefix(said, "# ") {
			b.WriteString("error " + said + "\n")
		}
	}
	return b.String()
}

// wait waits for the end of something.
func wait(t testing.TB, ended <-chan struct{}) {
	t.Helper()
	select {
	case <-ended:
	case <-time.After(patience):
		t.Fatal("waited for an end in vain")
	}
}

// status returns how a cell ended for who asked for it.
func (c *client) status(id string) string {
	var content struct{ Status string }
	if err := json.Unmarshal(c.reply(id).content, &content); err != nil {
		c.Fatal(err)
	}
	return content.Status
}
