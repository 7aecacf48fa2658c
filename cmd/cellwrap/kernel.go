package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/pflag"

	"github.com/cellwrap/cellwrap/internal/kernel"
	"github.com/cellwrap/cellwrap/internal/suggest"
	"github.com/cellwrap/cellwrap/rewrite"
)

const kernelUsage = `cellwrap kernel puts the rewriter between Jupyter and a Go kernel.

    cellwrap kernel install --of KERNEL [--name NAME] [--display-name TEXT] [--user | --prefix DIR]
    cellwrap kernel uninstall NAME [--user | --prefix DIR]
    cellwrap kernel list
    cellwrap kernel run --connection-file FILE -- COMMAND...     what Jupyter starts

Flags:
`

var kernelCommands = []string{"install", "uninstall", "list", "run"}

// kernelFlags are those of cellwrap kernel.
type kernelFlags struct {
	set *pflag.FlagSet

	of, name, show, prefix, target, connection string
	user, magicOnly                            bool
}

func newKernelFlags() *kernelFlags {
	f := &kernelFlags{set: pflag.NewFlagSet("cellwrap kernel", pflag.ContinueOnError)}
	f.set.SortFlags = false
	f.set.Usage = func() {}
	f.set.StringVar(&f.of, "of", "", "the `KERNEL` that runs the cells")
	f.set.StringVar(&f.name, "name", "", "`NAME` of the new one; default: KERNEL-cellwrap")
	f.set.StringVar(&f.show, "display-name", "", "`TEXT` that is shown; default: its own + cellwrap")
	f.set.StringVar(&f.prefix, "prefix", "", "install below `DIR`, a Python environment's, say")
	f.set.BoolVar(&f.user, "user", false, "install for the user, which is the default")
	f.set.StringVarP(&f.target, "target", "t", "", "`TARGET`: gonb, repl, or none; default: by the kernel")
	choose(f.set, "target", kernelTargets)
	f.set.BoolVarP(&f.magicOnly, "magic-only", "m", false, "leave cells without a magic or an await as they are")
	f.set.StringVar(&f.connection, "connection-file", "", "Jupyter's connection `FILE`")
	return f
}

func kernelManual() string { return kernelUsage + usages(newKernelFlags().set) }

// kernelCommand is cellwrap kernel.
func kernelCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	f := newKernelFlags()
	err := parse(f.set, args)
	if errors.Is(err, pflag.ErrHelp) || err == nil && f.set.NArg() == 0 {
		io.WriteString(stdout, kernelManual())
		return exitOK
	}
	status := exitOK
	if err == nil {
		rest := f.set.Args()[1:]
		switch command := f.set.Arg(0); command {
		case "install":
			err = f.install(rest, stdout)
		case "uninstall":
			err = f.uninstall(rest, stdout)
		case "list":
			err = f.list(rest, stdout)
		case "run":
			status, err = f.run(rest, stdout, stderr)
		default:
			err = suggest.Unknown("command", command, kernelCommands)
		}
	}
	if err != nil {
		fmt.Fprintf(stderr, "cellwrap kernel: %v\n", err)
		return exitUsage
	}
	return status
}

// dirs returns where kernels are looked for, and the one that is installed in.
func (f *kernelFlags) dirs() (all []string, own string, err error) {
	if f.prefix != "" && f.user {
		return nil, "", errors.New("--user or --prefix, not both")
	}
	all = kernel.Dirs()
	if f.prefix != "" {
		own = kernel.PrefixDir(f.prefix)
		return append([]string{own}, all...), own, nil
	}
	own, err = kernel.UserDir()
	return all, own, err
}

func (f *kernelFlags) install(rest []string, stdout io.Writer) error {
	if f.of == "" || len(rest) > 0 {
		return errors.New("install --of KERNEL: which kernel is to run the cells?")
	}
	dirs, own, err := f.dirs()
	if err != nil {
		return err
	}
	of, err := kernel.Find(f.of, dirs)
	if err != nil {
		return err
	}
	target, err := targetOf(f.target, of.Argv[0], of.Lang)
	if err != nil {
		return fmt.Errorf("kernel %s: %w", of.Name, err)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	argv := []string{self, "kernel", "run", "--target", target, "--connection-file", "{connection_file}"}
	if f.magicOnly {
		argv = append(argv, "--magic-only")
	}
	name, show := f.name, f.show
	if name == "" {
		name = of.Name + "-cellwrap"
	}
	if show == "" {
		show = of.Show + " + cellwrap"
	}
	spec, err := kernel.Install(of, own, name, show, append(argv, "--"))
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s: %s, in %s\n", spec.Name, spec.Show, spec.Dir)
	return nil
}

func (f *kernelFlags) uninstall(rest []string, stdout io.Writer) error {
	if len(rest) != 1 {
		return errors.New("uninstall NAME: which kernel?")
	}
	dirs, own, err := f.dirs()
	if err != nil {
		return err
	}
	if f.user || f.prefix != "" {
		dirs = []string{own}
	}
	spec, err := kernel.Find(rest[0], dirs)
	if err != nil {
		return err
	}
	if err := kernel.Uninstall(spec); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "removed %s\n", spec.Dir)
	return nil
}

func (f *kernelFlags) list(rest []string, stdout io.Writer) error {
	if len(rest) > 0 {
		return errors.New("list takes no arguments")
	}
	dirs, _, err := f.dirs()
	if err != nil {
		return err
	}
	for _, s := range kernel.List(dirs) {
		_, err := targetOf("", s.Argv[0], s.Lang)
		switch {
		case s.Ours():
			fmt.Fprintf(stdout, "%-24s %s\n", s.Name, s.Dir)
		case err == nil:
			fmt.Fprintf(stdout, "%-24s (cellwrap kernel install --of %s)\n", s.Name, s.Name)
		}
	}
	return nil
}

// noTarget leaves all cells as they are.
const noTarget = "none"

// kernelTargets are what the cells of a kernel may become.
var kernelTargets = []string{string(rewrite.GoNB), string(rewrite.REPL), noTarget}

// targetOf returns what the cells of a kernel become.
func targetOf(flag, command, language string) (string, error) {
	switch {
	case flag == noTarget, flag == string(rewrite.GoNB), flag == string(rewrite.REPL):
		return flag, nil
	case flag != "":
		return "", suggest.Unknown("target", flag, kernelTargets)
	case strings.Contains(filepath.Base(command), "gonb"):
		return string(rewrite.GoNB), nil
	case strings.EqualFold(language, "go"):
		return string(rewrite.REPL), nil
	}
	return "", fmt.Errorf("it runs %s, and cellwrap rewrites Go (--target says so all the same)", language)
}

func (f *kernelFlags) run(argv []string, stdout, stderr io.Writer) (int, error) {
	if f.connection == "" || len(argv) == 0 {
		return 0, errors.New("run --connection-file FILE -- COMMAND...: as a kernelspec of cellwrap kernel install has it")
	}
	if slices.Contains(argv[1:], "kernel") && filepath.Base(argv[0]) == filepath.Base(os.Args[0]) {
		return 0, errors.New("the command is cellwrap's own")
	}
	target, err := targetOf(f.target, argv[0], "")
	if err != nil {
		return 0, err
	}
	opts := kernel.Options{Connection: f.connection, Argv: argv, Stdout: stdout, Stderr: stderr}
	if target != noTarget {
		opts.Cells = newCells(rewrite.Target(target), f.magicOnly)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	return kernel.Run(ctx, opts)
}
