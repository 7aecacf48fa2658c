package kernel

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/go-zeromq/zmq4"

	"github.com/cellwrap/cellwrap/internal/process"
)

// Options say what the proxy does. The functions are called one at a time; one that is nil leaves its
// messages to the kernel.
type Options struct {
	Connection string   // file that Jupyter made
	Argv       []string // of the kernel, which has Connection where it takes its own file
	Stdout     io.Writer
	Stderr     io.Writer

	// Rewrite returns what the kernel is to run instead of a cell's code. Its error refuses the cell.
	Rewrite func(ctx context.Context, code string, count int) (Cell, error)
	// Prepare returns code that the kernel runs, unseen, before the first cell. Without it no cell that
	// was rewritten would run. Prepared gets what the code has printed.
	Prepare  func() (code string, err error)
	Prepared func(printed string)
	// Forgets reports whether code makes the kernel forget what Prepare did.
	Forgets func(code string) bool
	// IsComplete answers is_complete_request: "complete", "incomplete" or "invalid".
	IsComplete func(code string) string
	// Help returns the help for what stands at offset in code, in bytes, if that is ours.
	Help func(code string, offset int) (text string, ok bool)
	// Complete returns what could stand in code instead of what is between start and offset.
	Complete func(code string, offset int) (matches []string, start int)
	// Look returns what the kernel is shown of code when it is asked what stands at offset, or could, and
	// whether that is anything else.
	Look func(code string, offset int) (View, bool)
}

// Cell is a cell that was rewritten.
type Cell struct {
	Code    string
	Changed bool // whether Code is anything else than the user's
	// Printed as what the cell itself writes to its standard output and error.
	Notes, Warnings string
}

// A Refusal is why a cell is refused, in the parts that Jupyter shows.
type Refusal struct {
	Name, Value string   // "SyntaxError", and what is wrong
	Traceback   []string // lines
}

func (r *Refusal) Error() string { return r.Value }

// proxy is a proxy that runs.
type proxy struct {
	Options
	key     []byte
	session string
	front   *channels
	back    *channels

	// order is held while a message of the shell channel is handled.
	order     sync.Mutex
	ctx       context.Context
	executes  int                   // cells, and requests of our own, that the kernel has and has not answered
	held      []*request            // of the shell channel, until the first of them can be handled
	prepared  bool                  // or preparing:
	preparing bool                  // nothing is handled until it has ended
	complete  map[string]completion // what to add to replies, by their requests' ids

	mu       sync.Mutex
	own      *ownRequest   // that the kernel has not ended with, or nil
	cells    cells         // that the kernel has not ended with
	count    int           // the last execution count of the kernel's
	asked    bool          // the kernel to shut down
	shutdown chan struct{} // closed when it has answered that
	down     sync.Once
}

// ownRequest is a request of the proxy's own.
type ownRequest struct {
	id            string
	replied, idle bool // what the kernel has said of it, on two channels
	printed       string
}

// Run starts the kernel and passes messages on until it ends. It returns the kernel's exit status.
// When ctx ends the kernel is terminated.
func Run(ctx context.Context, opts Options) (status int, err error) {
	at, err := readConnection(opts.Connection)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p := &proxy{
		Options: opts, ctx: ctx, key: []byte(at.Key), session: rand.Text(),
		cells: cells{}, complete: map[string]completion{}, shutdown: make(chan struct{}),
	}
	if p.front, err = listen(ctx, at); err != nil {
		return 0, err
	}
	defer p.front.close()
	inner, release, err := at.forKernel()
	if err != nil {
		return 0, err
	}
	defer release()
	dir, err := privateDir()
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	file, err := inner.write(dir, filepath.Base(opts.Connection))
	if err != nil {
		return 0, err
	}

	cmd, err := start(opts, file)
	if err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	// An interrupt is the kernel's: it is in the same process group, and so has got it, too.
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)

	type dialed struct {
		back *channels
		err  error
	}
	dials := make(chan dialed, 1)
	go func() {
		back, err := dial(ctx, inner)
		dials <- dialed{back, err}
	}()
	var passing sync.WaitGroup
	defer passing.Wait()
	defer cancel()
	done := ctx.Done()
	for {
		select {
		case d := <-dials:
			if d.err != nil && ctx.Err() == nil {
				cmd.Process.Kill()
				return 0, fmt.Errorf("the kernel: %w", d.err)
			}
			if d.err == nil {
				p.back = d.back
				defer p.back.close()
				p.serve(&passing)
			}
		case <-done:
			done = nil
			terminate(cmd)
		case err := <-ended:
			p.lastWords()
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				return 0, err
			}
			return process.Status(cmd.ProcessState), nil
		}
	}
}

// privateDir makes a directory for the kernel's connection file, and removes those of proxies that
// were killed.
func privateDir() (string, error) {
	const pattern = "cellwrap-kernel-%d-"
	old, _ := filepath.Glob(filepath.Join(os.TempDir(), "cellwrap-kernel-*")) // a constant pattern
	for _, dir := range old {
		var pid int
		if _, err := fmt.Sscanf(filepath.Base(dir), pattern, &pid); err == nil && !process.Exists(pid) {
			os.RemoveAll(dir) // else it is somebody else's
		}
	}
	return os.MkdirTemp("", fmt.Sprintf(pattern, os.Getpid()))
}

// start starts the kernel with another connection file.
func start(opts Options, file string) (*exec.Cmd, error) {
	argv := append([]string(nil), opts.Argv...)
	found := false
	for i, arg := range argv {
		if strings.Contains(arg, opts.Connection) {
			argv[i], found = strings.ReplaceAll(arg, opts.Connection, file), true
		}
	}
	if !found {
		return nil, fmt.Errorf("the kernel's command %q does not take the connection file %s", opts.Argv, opts.Connection)
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = nil, opts.Stdout, opts.Stderr
	process.DieWithParent(cmd)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("the kernel does not start: %w", err)
	}
	return cmd, nil
}

// grace is how long a kernel that was told to end may take, as long as Jupyter gives it.
const grace = 5 * time.Second

// terminate ends the kernel.
func terminate(cmd *exec.Cmd) {
	if cmd.Process.Signal(syscall.SIGTERM) != nil {
		return // it has ended, or cannot be told
	}
	time.AfterFunc(grace, func() { cmd.Process.Kill() })
}

// serve passes messages on until the sockets are closed.
func (p *proxy) serve(passing *sync.WaitGroup) {
	send := func(to zmq4.Socket) func([][]byte) {
		return func(frames [][]byte) { to.SendMulti(zmq4.NewMsgFrom(frames...)) } // else it is closed
	}
	for _, w := range []struct {
		from zmq4.Socket
		to   func([][]byte)
	}{
		{p.back.shell, p.fromShell},
		{p.back.iopub, p.fromIOPub},
		{p.back.stdin, send(p.front.stdin)},
		{p.back.control, p.fromControl},
		{p.front.shell, p.toShell},
		{p.front.stdin, p.toStdin},
		{p.front.control, p.toControl},
		{p.front.heartbeat, send(p.front.heartbeat)},
	} {
		passing.Go(func() { pass(w.from, w.to) })
	}
}

// accept returns the message that a client has sent. One that is none, or is signed with another key
// than the connection's, is dropped: there are kernels, GoNB is one, that it would end.
func (p *proxy) accept(frames [][]byte) (*message, bool) {
	m, ok := parse(frames)
	if ok && m.signed(p.key) {
		return m, true
	}
	fmt.Fprintln(p.Stderr, "cellwrap kernel: dropped a message that is not signed with the key of the connection file")
	return nil, false
}

// toStdin takes a message of a client's stdin channel.
func (p *proxy) toStdin(frames [][]byte) {
	if _, ok := p.accept(frames); ok {
		p.back.stdin.SendMulti(zmq4.NewMsgFrom(frames...)) // else it is closed
	}
}

// lastWords waits for what a kernel that has ended has still to say: the reply to shutdown_request may
// be on its way.
func (p *proxy) lastWords() {
	p.mu.Lock()
	asked := p.asked
	p.mu.Unlock()
	if !asked {
		return
	}
	select {
	case <-p.shutdown:
	case <-time.After(time.Second):
	}
}

// send sends a message to the clients or to the kernel.
func send(to zmq4.Socket, m *message) {
	to.SendMulti(zmq4.NewMsgFrom(m.frames...)) // else it is closed
}
