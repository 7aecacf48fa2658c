package gokernel

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/tools/imports"
)

// session is what cells leave to those after them.
type session struct {
	temp  string // directory of go.mod, the program, and its binary
	env   []string
	known declarations
}

// nameless counts variables called _.
var nameless atomic.Int64

func (s *session) name() string   { return filepath.Base(s.temp) }
func (s *session) file() string   { return filepath.Join(s.temp, "main.go") }
func (s *session) binary() string { return filepath.Join(s.temp, s.name()) }

// initModule makes go.mod anew.
func (s *session) initModule() error {
	os.Remove(filepath.Join(s.temp, "go.mod")) // else go mod init says so
	if out, err := s.goCommand("mod", "init", s.name()); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// goCommand runs the go command in the program's module.
func (s *session) goCommand(args ...string) (output string, err error) {
	cmd := exec.Command("go", args...)
	cmd.Dir, cmd.Env = s.temp, s.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("failed to run %q: %w", cmd, err)
	}
	return string(out), err
}

// cell is a cell that is run.
type cell struct {
	*session
	ctx    context.Context // ends when the cell is interrupted
	number int
	lines  []string
	args   []string                // of the program
	stream func(name, text string) // what is printed, by "stdout" and "stderr"
}

// run runs the cell: its commands, then its program.
func (c *cell) run() error {
	commands, err := c.commands()
	if err != nil || c.ctx.Err() != nil {
		return err
	}
	for i, l := range c.lines {
		if commands[i] || strings.TrimSpace(l) == "" {
			continue
		}
		if err := c.build(commands); err != nil {
			return err
		}
		return c.start("", c.binary(), c.args...)
	}
	return nil // there is nothing else
}

// build builds the cell's program. If it can be built the cell's declarations are remembered.
func (c *cell) build(commands map[int]bool) error {
	src := cellSource(c.lines, c.number, commands)
	next, err := collect(c.file(), src)
	if err != nil {
		return explain(err.Error(), src)
	}
	main := next["func main"]
	delete(next, "func main")
	if main == nil {
		main = &declaration{text: "func main() { flag.Parse() }"}
	}
	all := c.known.with(next)
	if src, err = c.fixImports(all, main); err != nil {
		return explain(err.Error(), src)
	}
	if err := os.WriteFile(c.file(), []byte(src.String()), 0o600); err != nil {
		return err
	}
	if out, err := c.goCommand("get"); err != nil {
		return explain(fmt.Sprintf("%v\n\n%s", err, out), src)
	}
	if out, err := c.goCommand("build", "-ldflags=-w", "-o", c.binary()); err != nil {
		return explain(out, src)
	}
	c.known = all
	return nil
}

// fixImports returns the program with the imports that it uses. Those that it lacks are not remembered.
// As GoNB does, it takes a variable called _ in what goimports has written for yet another one.
func (c *cell) fixImports(all declarations, main *declaration) (*source, error) {
	src := all.compose(main)
	text, err := imports.Process(c.file(), []byte(src.String()), nil)
	if err != nil {
		return src, err
	}
	fixed := &source{}
	fixed.add(string(text))
	program, err := collect(c.file(), fixed)
	if err != nil {
		return src, err
	}
	delete(program, "func main")
	delete(program, "func init") // a func init_x of all's
	for name, own := range all {
		if program[name] != nil || !strings.HasPrefix(name, "import ") {
			program[name] = own
		}
	}
	return program.compose(main), nil
}

// cellError is an error with the lines of Jupyter's traceback.
type cellError struct {
	value     string
	traceback []string
}

func (e *cellError) Error() string { return e.value }

var position = regexp.MustCompile(`^.*main\.go:(\d+):\d+: (.+)$`)

// explain returns an error of the go command's or the parser's with each line's place in the cells.
func explain(text string, src *source) error {
	e := &cellError{value: text}
	for message := range strings.SplitSeq(text, "\n") {
		if m := position.FindStringSubmatch(message); m != nil {
			message = m[2]
			if n, err := strconv.Atoi(m[1]); err == nil && n <= len(src.from) && src.from[n-1] != (line{}) {
				message = fmt.Sprintf("Cell[%d]: Line %d\n%s", src.from[n-1].cell, src.from[n-1].line, message)
			}
		}
		e.traceback = append(e.traceback, message)
	}
	return e
}

// grace is how long a program that was interrupted may take.
const grace = 5 * time.Second

// start runs a program in dir, "" for the kernel's, to its end, and the end of its output. An exit
// status that is not 0 is an *exec.ExitError.
func (c *cell) start(dir, name string, args ...string) error {
	cmd := exec.CommandContext(c.ctx, name, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = grace
	cmd.Dir, cmd.Env = dir, c.env
	cmd.Stdout, cmd.Stderr = stream{c, "stdout"}, stream{c, "stderr"}
	in, err := cmd.StdinPipe() // nothing is ever written
	if err != nil {
		return err
	}
	defer in.Close()
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		c.stream("stderr", exit.Error()+"\n")
	} else if errors.Is(err, context.Canceled) {
		return nil // it took the interrupt, and ended well
	}
	return err
}

// stream is what a cell writes to.
type stream struct {
	*cell
	name string
}

func (s stream) Write(p []byte) (int, error) {
	s.stream(s.name, string(p))
	return len(p), nil
}
