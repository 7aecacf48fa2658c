package runner

import (
	"cmp"
	"context"
	"crypto/rand"
	"debug/buildinfo"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/cellwrap/cellwrap/internal/host"
	"github.com/cellwrap/cellwrap/internal/process"
)

// Options say how a program is run.
type Options struct {
	Dir       string // working directory; default: ours
	Args      []string
	Names     map[int]string // of the cells by number, as in positions
	KeepGoing bool           // behind a cell that fails
	Timeout   time.Duration  // the most that a cell may take; 0: there is no limit

	Stdin          io.Reader
	Stdout, Stderr io.Writer // of a program without Events

	// Sources are the cells' texts by number: the program shows In [n] and Out [n], as on a terminal.
	Sources map[int]string
	Color   bool

	// Events is told what the program does, in order and one call at a time: its standard output
	// and error then go nowhere else. An error ends the program, and is Run's.
	Events func(Event) error

	// Signals are passed on to the program and what it has started. The second one kills them, and
	// so does the first if they have not ended after a few seconds.
	Signals <-chan os.Signal
	// Foreground says that the program may read from the terminal, whose signals it then gets itself.
	Foreground bool
}

// grace is how long a program may take to end after a signal.
const grace = 5 * time.Second

// Run runs the program and returns its exit status as a shell has it: 1 if a cell has failed, a
// panic that nobody can recover included. It blocks until the program has ended. An error says that
// it could not be run.
func (p *Program) Run(ctx context.Context, opts Options) (int, error) {
	settings, nonce, err := p.settings(opts)
	if err != nil {
		return 0, err
	}
	cmd := exec.CommandContext(ctx, p.file, opts.Args...)
	cmd.Args[0] = "notebook"
	cmd.Dir, cmd.Stdin = opts.Dir, opts.Stdin
	cmd.Env = append(cmd.Environ(), host.Env+"="+settings)
	cmd.WaitDelay = time.Second
	if !opts.Foreground {
		process.OwnGroup(cmd)
	}
	cmd.Stdout, cmd.Stderr = opts.Stdout, opts.Stderr
	var events *teller
	var frames *os.File
	start := cmd.Start
	if opts.Events != nil {
		events = newTeller(nonce, opts.Events, func() { process.SignalGroup(cmd, os.Kill) })
		cmd.Stdout, cmd.Stderr = events.streams[0], events.streams[1]
		start = func() (err error) {
			frames, err = startWithFrames(cmd)
			return err
		}
	}
	if err := start(); err != nil {
		return 0, err
	}
	if frames != nil {
		defer frames.Close()
		go events.frames(frames)
	}
	ended := make(chan struct{})
	go forward(cmd, opts, ended)
	err = cmd.Wait()
	close(ended)
	if !opts.Foreground {
		process.SignalGroup(cmd, os.Kill) // what it has started and not ended
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) && (events == nil || events.failed == nil) {
		return 0, err
	}
	status := process.Status(cmd.ProcessState)
	crash, _ := os.ReadFile(p.crash())
	died := func() Event { return p.died(string(crash), cmd.ProcessState, opts.Names) }
	if events != nil {
		// A process that a package's initialization has started has the frames' descriptor, too.
		frames.SetReadDeadline(time.Now().Add(cmd.WaitDelay)) // else there is none where this fails
		within, err := events.finish(died)
		if err != nil {
			return status, err
		}
		if within {
			status = max(status, 1) // os.Exit(0), say
		}
	}
	if len(crash) > 0 {
		status = 1
		if events == nil { // the Go runtime has told it with frames that are not the user's
			fmt.Fprintln(opts.Stderr, "\n"+strings.Join(died().Traceback, "\n"))
		}
	}
	return status, nil
}

// startWithFrames starts a program that package host tells of its cells, and returns what it tells.
func startWithFrames(cmd *exec.Cmd) (_ *os.File, err error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer w.Close() // the program's is another one
	number, err := inherit(cmd, w)
	if err == nil {
		cmd.Env[len(cmd.Env)-1] += "\nframes=" + number
		err = cmd.Start()
	}
	if err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

func (p *Program) crash() string { return filepath.Join(p.temp, "crash") }

// settings returns what package host is to know.
func (p *Program) settings(opts Options) (text, nonce string, err error) {
	lines := []string{"crash=" + p.crash()}
	if opts.KeepGoing {
		lines = append(lines, "keep-going=yes")
	}
	if opts.Timeout > 0 {
		lines = append(lines, "timeout="+opts.Timeout.String())
	}
	if opts.Color {
		lines = append(lines, "color=yes")
	}
	if opts.Sources != nil {
		file := filepath.Join(p.temp, "sources")
		var b strings.Builder
		for number, text := range opts.Sources {
			fmt.Fprintf(&b, "%d %d\n%s", number, len(text), text)
		}
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			return "", "", err
		}
		lines = append(lines, "sources="+file)
	}
	if opts.Events != nil {
		random := make([]byte, 16)
		rand.Read(random)
		nonce = hex.EncodeToString(random)
		lines = append(lines, "nonce="+nonce)
	}
	return strings.Join(lines, "\n"), nonce, nil
}

// forward passes signals on until the program has ended.
func forward(cmd *exec.Cmd, opts Options, ended <-chan struct{}) {
	var late <-chan time.Time
	for {
		select {
		case sig := <-opts.Signals:
			if late != nil {
				process.SignalGroup(cmd, os.Kill)
				continue
			}
			late = time.After(grace)
			if !opts.Foreground || sig != os.Interrupt {
				process.SignalGroup(cmd, sig)
			}
		case <-late:
			process.SignalGroup(cmd, os.Kill)
		case <-ended:
			return
		}
	}
}

// died returns why a program ended in the middle of a cell.
func (p *Program) died(crash string, state *os.ProcessState, names map[int]string) Event {
	e := Event{Kind: Failed, Name: "ExitError", Crash: crash}
	if crash == "" {
		e.Text = fmt.Sprintf("the cell ended the program, with status %d", state.ExitCode())
		if sig, ok := state.Sys().(syscall.WaitStatus); ok && sig.Signaled() {
			e.Text = "the program was ended by a signal: " + sig.Signal().String()
		}
		return e
	}
	message, stack := splitCrash(crash)
	e.Name, e.Text = "PanicError", strings.TrimSpace(message)
	if !strings.HasPrefix(e.Text, "panic: ") {
		e.Name, e.Text = "FatalError", cmp.Or(e.Text, "fatal error") // of which the file has only the stacks
	}
	module := ""
	if info, err := buildinfo.ReadFile(p.file); err == nil {
		module = info.Main.Path
	}
	cells := map[string]bool{}
	for _, name := range names {
		cells[name] = true
	}
	callers := host.Callers(stack, module, cells)
	at := "the program"
	if len(callers) > 0 {
		at = callers[0].Place
	}
	e.Traceback = host.Traceback(at, e.Text, callers)
	return e
}

// splitCrash returns what the Go runtime says of a crash, and the stack of the goroutine that it is about. Between
// them may be the runtime's own stack.
func splitCrash(crash string) (message, stack string) {
	message = crash
	if i := strings.Index("\n"+crash, "\ngoroutine "); i >= 0 {
		message = crash[:i]
		stack, _, _ = strings.Cut(crash[i:], "\n\n")
	}
	message, _, _ = strings.Cut(message, "runtime stack:\n")
	return message, stack
}
