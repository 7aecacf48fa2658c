//go:build linux || darwin

package session

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/cellwrap/cellwrap/reactor"
)

// Before the variables of the program are initialized: a keeper needs none of them.
func init() {
	if spec, ok := os.LookupEnv(keeperEnv); ok {
		os.Unsetenv(keeperEnv)
		keep(spec)
	}
}

// A keeper starts the process of the body and knows what became of it: it answers the cells,
// has what was printed and the result, and ends it all when the kernel ends. So it can tell how
// that process died, and needs nothing from it but a pipe.
type keeper struct {
	name     string
	place    place
	listener *os.File    // nil until the place is taken
	socket   os.FileInfo // the listener's
	job      *exec.Cmd   // nil until it is started
	link     link        // to the job
	started  bool        // the job was told to begin the body
	printed  printed

	replaced chan struct{} // told by who takes the place
	exited   chan error    // the job has

	once sync.Once
	done chan struct{} // closed when there is a result
	data []byte        // the result
}

// keep is what a keeper does. It does not return.
func keep(spec string) {
	pid, name, _ := strings.Cut(spec, " ")
	k := &keeper{
		name:     name,
		replaced: make(chan struct{}, 1),
		exited:   make(chan error, 1),
		done:     make(chan struct{}),
	}
	cell := inherited()
	begun := make(chan struct{})
	kernelEnd, err := watch(pid)
	if err == nil {
		err = k.start(begun)
	}
	if err != nil {
		k.refuse(cell, err)
	}
	cellSays := make(chan byte, 1)
	go func() {
		b, _ := cell.hear() // 0 if the cell has ended
		cellSays <- b
	}()
	for {
		select {
		case <-kernelEnd:
			k.end()
		case <-k.replaced:
			if !k.started {
				k.refuse(cell, errors.New("it was started once more, by another cell"))
			}
			k.settle(ending(byRestart, fmt.Sprintf("session: %s: its cell was run again: %v", k.name, reactor.ErrCanceled)))
			k.end()
		case b := <-cellSays:
			if b != begin {
				k.end() // interrupted
			}
			k.started = true
			k.link.say(begin)
			cell.close()
			cellSays = nil
		case <-begun:
			cell.say(ready)
			begun = nil
		case err := <-k.exited:
			k.exited = nil
			if !k.started {
				k.refuse(cell, k.died(err))
			}
			k.settle(ending(byDeath, fmt.Sprintf("session: %s: %v", k.name, k.died(err))))
		}
	}
}

// watch returns a channel that is closed when the process with the given number ends.
func watch(pid string) (<-chan struct{}, error) {
	n, err := strconv.Atoi(pid)
	if err != nil {
		return nil, err
	}
	return watchProcess(n)
}

// start takes the place and starts the job. It is to close begun when that can run the body.
func (k *keeper) start(begun chan<- struct{}) (err error) {
	if k.place, err = placeOf(k.name); err != nil {
		return err
	}
	if k.listener, k.socket, err = k.place.listen(); err != nil {
		return err
	}
	if k.job, err = again(jobEnv + "=" + k.name); err != nil {
		return err
	}
	output, err := k.printed.open()
	if err != nil {
		return err
	}
	defer output.Close()
	k.job.Stdout, k.job.Stderr = output, output
	k.job.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if k.link, err = launch(k.job); err != nil {
		k.job = nil
		return err
	}
	heard := make(chan struct{})
	go func() {
		defer close(heard)
		k.hear(begun)
	}()
	go func() {
		err := k.job.Wait()
		syscall.Kill(-k.job.Process.Pid, syscall.SIGKILL) // what it has started and left
		<-heard
		k.exited <- err
	}()
	go k.listen()
	return nil
}

// hear takes what the job says, until that ends.
func (k *keeper) hear(begun chan<- struct{}) {
	for {
		b, err := k.link.hear()
		switch {
		case err != nil:
			return
		case b == ready:
			close(begun)
		case b == result:
			data, err := readFrame(k.link.in)
			if err != nil {
				return
			}
			k.settle(data)
		}
	}
}

// settle makes data the result, if there is none.
func (k *keeper) settle(data []byte) {
	k.once.Do(func() {
		k.data = data
		close(k.done)
	})
}

// died says how the job has ended, and the last that it said.
func (k *keeper) died(err error) error {
	state := "exit status 0"
	if err != nil {
		state = err.Error()
	}
	text, _ := k.printed.snapshot()
	if last := lastWords(text); last != "" {
		return fmt.Errorf("%w: %s, after\n%s", ErrDied, state, last)
	}
	return fmt.Errorf("%w: %s", ErrDied, state)
}

// lastWords returns what Go prints when a program crashes, or the last lines.
func lastWords(text []byte) string {
	const most = 4 << 10
	text = bytes.TrimSpace(text)
	for _, crash := range []string{"panic: ", "fatal error: "} {
		at := 0
		if !bytes.HasPrefix(text, []byte(crash)) {
			at = bytes.LastIndex(text, []byte("\n"+crash)) + 1
		}
		if at > 0 || bytes.HasPrefix(text, []byte(crash)) {
			text = text[at:]
			return string(text[:min(len(text), most)])
		}
	}
	if over := len(text) - most; over > 0 {
		text = text[over:]
		text = text[bytes.IndexByte(text, '\n')+1:]
	}
	return string(text)
}

// refuse tells the cell that nothing will come of it, and ends.
func (k *keeper) refuse(cell link, err error) {
	cell.say(not)
	fmt.Fprint(cell.out, err)
	k.end()
}

// killAfter is longer than the job takes to end by itself.
const killAfter = 2*cancelGrace + stopGrace

// end ends the job and this process.
func (k *keeper) end() {
	if k.job != nil && k.exited != nil {
		k.link.out.Close()
		grace := killAfter
		if !k.started {
			grace = 0 // it may be in an initializer, and hear nothing
		}
		select {
		case <-k.exited:
		case <-time.After(grace):
			syscall.Kill(-k.job.Process.Pid, syscall.SIGKILL)
		}
	}
	if k.listener != nil {
		k.place.remove(k.socket)
	}
	os.Exit(0)
}

// listen answers cells, each on a goroutine of its own.
func (k *keeper) listen() {
	for {
		c, err := accept(k.listener)
		if err == nil {
			go k.answer(c)
		} else if errors.Is(err, os.ErrClosed) {
			return
		}
	}
}

func (k *keeper) answer(c socket) {
	var op [1]byte
	if _, err := c.Read(op[:]); err != nil {
		c.Close()
		return
	}
	switch op[0] {
	case opEnd:
		select {
		case k.replaced <- struct{}{}:
		default:
		}
		// Who asked waits until c is closed, when this process ends; a c that nobody holds the
		// garbage collector would close.
		c.Read(op[:])
	case opWait:
		gone := make(chan struct{})
		go func() {
			c.Read(op[:])
			close(gone)
		}()
		select {
		case <-k.done:
			k.give(c)
		case <-gone:
		}
	case opPoll:
		select {
		case <-k.done:
			k.give(c)
		default:
			c.Write([]byte{not})
		}
	case opCancel:
		k.link.say(cancel)
		c.Write([]byte{here})
	case opOutput:
		text, dropped := k.printed.snapshot()
		c.Write([]byte{here})
		writeFrame(c, append(binary.BigEndian.AppendUint64(nil, uint64(dropped)), text...))
	}
	c.Close()
}

func (k *keeper) give(c socket) {
	c.Write([]byte{here})
	writeFrame(c, k.data)
}
