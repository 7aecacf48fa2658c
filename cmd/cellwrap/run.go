package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"github.com/cellwrap/cellwrap/internal/notebook"
	"github.com/cellwrap/cellwrap/internal/runner"
	"github.com/cellwrap/cellwrap/rewrite"
)

// runConfig is what the flags of run say.
type runConfig struct {
	file      string
	args      []string
	write     bool
	check     bool
	keepGoing bool
	json      bool
	timeout   time.Duration
	normal    normalizer
}

// captures reports whether the program's output is for us.
func (c *runConfig) captures() bool { return c.write || c.check || c.json }

// runFlags are the values of run's flags, before they are checked.
type runFlags struct {
	runConfig
	limit  string
	normal []string
}

// define returns the flags, in the order of the help.
func (f *runFlags) define() *pflag.FlagSet {
	set := pflag.NewFlagSet("cellwrap run", pflag.ContinueOnError)
	set.SortFlags = false
	set.SetInterspersed(false) // what follows the file is the program's
	set.Usage = func() {}
	set.BoolVarP(&f.write, "write", "w", false, "store the outputs in the notebook")
	set.BoolVar(&f.check, "check", false, "exit with 1 if an output is not the stored one")
	set.BoolVarP(&f.keepGoing, "keep-going", "k", false, "go on behind a cell that fails, less what needs it")
	set.StringVar(&f.limit, "timeout", "INFINITY", "the most that a cell may take: `DURATION` or INFINITY")
	set.BoolVar(&f.json, "json", false, "print what happens as JSON, an event a line")
	set.StringSliceVar(&f.normal, "normalize", []string{"addresses", "results"}, "what --check takes for equal: `KINDS`")
	return set
}

// runManual returns the text of run --help.
func runManual() string {
	return `cellwrap run [flags] FILE [argument ...]

Runs a notebook, a percent-format file or a cell as one Go program. Standard input, the arguments,
signals and the exit status are the program's; what it prints appears as it is printed. A notebook
runs in its own directory. The module around it is used as it is, and not changed.

Exit status: the program's; 1 if a cell has failed, or --check found a difference; 2 if the file
cannot be read or written, or the program cannot be built. --write leaves the notebook as it was if
a cell has failed, unless --keep-going is given, too; that ends where the program does: at a timeout, a
panic of a goroutine, an os.Exit. KINDS are addresses, results (these two are the default), durations,
times; or none.

Flags:
` + usages(new(runFlags).define())
}

func parseRunFlags(args []string) (*runConfig, error) {
	var f runFlags
	set := f.define()
	if err := parse(set, args); err != nil {
		return nil, err
	}
	c := f.runConfig
	var err error
	if c.timeout, err = rewrite.ParseTimeout(f.limit); err != nil {
		return nil, fmt.Errorf("--%v", err)
	}
	if c.normal, err = newNormalizer(f.normal); err != nil {
		return nil, err
	}
	switch {
	case set.NArg() == 0:
		return nil, errors.New("run needs a file (see cellwrap run --help)")
	case c.write && c.check:
		return nil, errors.New("--write and --check exclude each other")
	}
	c.file, c.args = set.Arg(0), set.Args()[1:]
	return &c, nil
}

// runCommand is cellwrap run.
func runCommand(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	c, err := parseRunFlags(args)
	switch {
	case errors.Is(err, pflag.ErrHelp):
		io.WriteString(stdout, runManual())
		return exitOK
	case err != nil:
		fmt.Fprintf(stderr, "cellwrap: %v\n", err)
		return exitUsage
	}
	for _, arg := range c.late() {
		fmt.Fprintf(stderr, "cellwrap: %s behind %s is the program's argument (flags of run stand before the file)\n", arg, c.file)
	}
	status, err := c.run(stdin, stdout, stderr)
	if err == nil {
		return status
	}
	var foreign *notebook.Error
	var built *runner.BuildError
	switch {
	case errors.Is(err, errInterrupted):
		fmt.Fprintln(stderr, "cellwrap: interrupted")
		return exitInterrupted
	case errors.As(err, &foreign):
		fmt.Fprintln(stderr, err)
		return exitRefused
	case errors.As(err, &built):
		fmt.Fprintf(stderr, "cellwrap: the go command refuses the program:\n%v\n", err)
		return exitUsage
	}
	fmt.Fprintf(stderr, "cellwrap: %v\n", err)
	return exitUsage
}

// late returns the notebook's arguments that may have been meant as flags of ours.
func (c *runConfig) late() []string {
	if filepath.Ext(c.file) != ".ipynb" {
		return nil
	}
	set := new(runFlags).define()
	return slices.DeleteFunc(slices.Clone(c.args), func(arg string) bool {
		name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		return !strings.HasPrefix(arg, "-") || set.Lookup(name) == nil && (len(name) != 1 || set.ShorthandLookup(name) == nil)
	})
}

var errInterrupted = errors.New("interrupted")

func (c *runConfig) run(stdin io.Reader, stdout, stderr io.Writer) (int, error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	text, err := os.ReadFile(c.file)
	if err != nil {
		return 0, err
	}
	paceGC(len(text))
	n, err := readRunnable(c.file, text)
	if err != nil {
		return 0, err
	}
	if c.write && !n.stores {
		return 0, fmt.Errorf("--write: %s has no place for outputs (a notebook has: .ipynb)", c.file)
	}
	if c.check && !n.stores {
		return 0, fmt.Errorf("--check: %s has no stored outputs (a notebook has: .ipynb)", c.file)
	}
	program, err := n.build(ctx, stderr)
	if err != nil {
		if ctx.Err() != nil {
			err = errInterrupted
		}
		return 0, err
	}
	defer program.Close()

	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	stop() // from here on they are the program's
	opts := runner.Options{
		Dir:        n.workDir,
		Args:       c.args,
		Names:      n.names(),
		KeepGoing:  c.keepGoing,
		Timeout:    max(c.timeout, 0), // -1 is INFINITY
		Stdin:      stdin,
		Stdout:     stdout,
		Stderr:     stderr,
		Foreground: isTerminal(stdin),
	}
	if !c.captures() {
		if isTerminal(stdout) {
			opts.Sources = n.sources()
			opts.Color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
		}
		return program.Run(context.Background(), withSignals(opts, signals, new(atomic.Bool)))
	}
	return c.capture(program, n, opts, signals, stdout, stderr)
}

// withSignals passes signals on to the program, and tells in got that there was one.
func withSignals(opts runner.Options, signals <-chan os.Signal, got *atomic.Bool) runner.Options {
	passed := make(chan os.Signal)
	opts.Signals = passed
	go func() {
		for sig := range signals {
			got.Store(true)
			passed <- sig
		}
	}()
	return opts
}

// runnable is a file whose cells can be run.
type runnable struct {
	path    string
	workDir string // "": ours
	book    *notebook.Book
	stores  bool  // outputs can be stored in it
	cells   []int // indices of the cells with code
}

func readRunnable(path string, text []byte) (*runnable, error) {
	book, err := parseBook(filepath.ToSlash(path), text)
	if err != nil {
		return nil, err
	}
	n := &runnable{path: path, book: book, stores: filepath.Ext(path) == ".ipynb"}
	if n.stores {
		n.workDir = filepath.Dir(path) // as Jupyter has it
	}
	for i, cell := range book.Cells {
		if !runs(cell) {
			continue
		}
		src, err := book.Source(i)
		if err != nil {
			return nil, err
		}
		if len(bytes.TrimSpace(src)) > 0 {
			n.cells = append(n.cells, i)
		}
	}
	return n, nil
}

// runs reports whether a cell is to be run. One that is not keeps the outputs that it has, as with
// nbclient, whose tag says so.
func runs(cell notebook.Cell) bool {
	return cell.Kind == notebook.Code && !slices.Contains(cell.Tags, "skip-execution")
}

// build makes the program, and writes what it warns of to warnings.
func (n *runnable) build(ctx context.Context, warnings io.Writer) (*runner.Program, error) {
	var cells []rewrite.ProgramCell
	for _, i := range n.cells {
		src, err := n.book.Source(i)
		if err != nil {
			return nil, err
		}
		cells = append(cells, rewrite.ProgramCell{
			Name:      n.book.CellName(i),
			Number:    i + 1,
			Source:    src,
			FirstLine: n.book.Cells[i].Line,
			Raises:    n.raises(i),
		})
	}
	dir := filepath.Dir(n.path)
	out, err := rewrite.Program(ctx, cells, rewrite.Options{Env: rewrite.NewBookEnv(dir), Percent: !n.stores})
	if err != nil {
		return nil, err
	}
	for _, cell := range out.Cells {
		for _, d := range cell.Diagnostics {
			if d.Severity == rewrite.Warning { // the program prints the notes
				fmt.Fprintf(warnings, "%s: %s: %s\n", d.Pos, d.Severity, d.Msg)
			}
		}
	}
	return runner.Build(ctx, dir, out)
}

// raises reports whether the notebook says that a cell may fail, as it does to nbclient.
func (n *runnable) raises(i int) bool {
	return i >= 0 && slices.Contains(n.book.Cells[i].Tags, "raises-exception")
}

// names returns the cells' names by number.
func (n *runnable) names() map[int]string {
	names := map[int]string{}
	for _, i := range n.cells {
		names[i+1] = n.book.CellName(i)
	}
	return names
}

// sources returns the cells' texts by number.
func (n *runnable) sources() map[int]string {
	texts := map[int]string{}
	for _, i := range n.cells {
		src, _ := n.book.Source(i) // has been read before
		texts[i+1] = string(src)
	}
	return texts
}
