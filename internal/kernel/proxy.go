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

// Options say what the proxy does.
type Options struct {
	Connection string   // file that Jupyter made
	Argv       []string // of the kernel, which has Connection where it takes its own file
	Stdout     io.Writer
	Stderr     io.Writer
	Cells      Cells // nil: all messages are left to the kernel
}

// proxy is a proxy that runs. One goroutine, that of Run, has all of its state: others post to it.
type proxy struct {
	Options
	ctx         context.Context
	key         []byte
	session     string
	front, back senders
	post        func(func()) // has a function called on the proxy's goroutine
	start       func(func()) // starts the work of a job
	interrupts  func()       // the kernel, by a signal

	queue    []*request // cells that the kernel has not got yet, and what has to come after them
	job      *job       // about the first of them, that the worker has; or nil
	own      *ownRequest
	executes int // cells, and requests of our own, that the kernel has and has not answered
	prepared bool
	running  runningCells
	count    int                   // the last number of a cell
	complete map[string]completion // what to add to replies, by their requests' ids

	asked bool // the kernel to shut down
	down  bool // it has answered that
}

// ownRequest is a request of the proxy's own, that the kernel has not ended with.
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
	front, err := listen(ctx, at)
	if err != nil {
		return 0, err
	}
	defer front.close()
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
	posts := make(chan func())
	p := newProxy(ctx, opts, at.Key)
	p.post = func(f func()) {
		select {
		case posts <- f:
		case <-ctx.Done():
		}
	}
	p.interrupts = func() { process.SignalGroup(cmd, os.Interrupt) } // else it has ended
	endGroup := process.GuardGroup(cmd)
	defer endGroup()
	state, err := p.loop(cmd, front, inner, posts, cancel)
	if err != nil {
		return 0, err
	}
	return process.Status(state), nil
}

func newProxy(ctx context.Context, opts Options, key string) *proxy {
	return &proxy{
		Options: opts, ctx: ctx, key: []byte(key), session: rand.Text(),
		running: runningCells{}, complete: map[string]completion{}, start: inOrder(),
	}
}

// loop is the proxy's goroutine, until the kernel ends.
func (p *proxy) loop(cmd *exec.Cmd, front *channels, inner *connection, posts <-chan func(), cancel func()) (*os.ProcessState, error) {
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	type dialed struct {
		back *channels
		err  error
	}
	dials := make(chan dialed, 1)
	go func() {
		back, err := dial(p.ctx, inner)
		dials <- dialed{back, err}
	}()
	var passing sync.WaitGroup
	defer passing.Wait()
	defer cancel()
	done := p.ctx.Done()
	var late <-chan time.Time // for the last words of a kernel that has ended
	var exit error
	for {
		select {
		case f := <-posts:
			f()
		case d := <-dials:
			if d.err != nil && p.ctx.Err() == nil {
				return nil, fmt.Errorf("the kernel: %w", d.err)
			}
			if d.err == nil {
				defer d.back.close()
				defer p.serve(&passing, front, d.back)()
			}
		case <-interrupts:
			p.interrupted()
		case <-done:
			done = nil
			terminate(cmd)
		case exit = <-ended:
			ended = nil
			late = time.After(time.Second)
		case <-late:
			p.asked = false
		}
		if ended == nil && (p.down || !p.asked) {
			var status *exec.ExitError
			if exit != nil && !errors.As(exit, &status) && !errors.Is(exit, exec.ErrWaitDelay) {
				return nil, exit
			}
			return cmd.ProcessState, nil
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
	// It has a process group, for an interrupt that only we get, and for an end that what it has started shares.
	cmd := exec.CommandContext(context.Background(), argv[0], argv[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = nil, opts.Stdout, opts.Stderr
	cmd.WaitDelay = time.Second // if what it has started has its output still
	process.OwnGroup(cmd)
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
	time.AfterFunc(grace, func() { process.SignalGroup(cmd, os.Kill) })
}

// serve passes messages on until the sockets are closed. What it returns sends what is still to be sent.
func (p *proxy) serve(passing *sync.WaitGroup, front, back *channels) (end func()) {
	boxes := map[zmq4.Socket]*outbox{}
	box := func(to zmq4.Socket) *outbox {
		if boxes[to] == nil {
			boxes[to] = newOutbox(to)
		}
		return boxes[to]
	}
	p.front = senders{box(front.shell), box(front.iopub), box(front.stdin), box(front.control)}
	p.back = senders{box(back.shell), nil, box(back.stdin), box(back.control)}
	for _, w := range []struct {
		from zmq4.Socket
		take func(frames [][]byte)
		to   zmq4.Socket
	}{
		{back.shell, p.fromShell, front.shell},
		{back.iopub, p.fromIOPub, front.iopub},
		{back.stdin, func(frames [][]byte) { p.front.stdin.send(frames) }, front.stdin},
		{back.control, p.fromControl, front.control},
		{front.shell, p.toShell, back.shell},
		{front.stdin, p.toStdin, back.stdin},
		{front.control, p.toControl, back.control},
	} {
		to := box(w.to)
		passing.Go(func() {
			pass(w.from, func(frames [][]byte) {
				to.room()
				p.post(func() { w.take(frames) })
			})
		})
	}
	beat := box(front.heartbeat)
	passing.Go(func() {
		pass(front.heartbeat, func(frames [][]byte) {
			beat.room()
			beat.send(frames)
		})
	})
	return func() {
		var ending sync.WaitGroup
		for _, b := range boxes {
			ending.Go(b.end)
		}
		ending.Wait()
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
		p.back.stdin.send(frames)
	}
}
