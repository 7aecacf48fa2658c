package main

import (
	"errors"
	"fmt"
	gover "go/version"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"github.com/cellwrap/cellwrap/internal/provide"
)

// initFlags are those of cellwrap init.
type initFlags struct{ raise string }

func (f *initFlags) define() *pflag.FlagSet {
	set := pflag.NewFlagSet("cellwrap init", pflag.ContinueOnError)
	set.SortFlags = false
	set.Usage = func() {}
	set.StringVar(&f.raise, "go", "", "raise the go line of go.mod to `VERSION`")
	return set
}

func initManual() string {
	return `cellwrap init [--go VERSION] [DIR]

Puts the source of the runtime into the module of DIR, or of the current directory, below third_party,
and has its go.mod use that; into vendor, too, if there is one. It needs no network. A module that has
the runtime stays as it is. The go line of go.mod stays as it is, from go ` + provide.Lowest + ` on; the
toolchain has to be Go 1.26 or later.

Flags:
` + usages(new(initFlags).define())
}

// initCommand puts the runtime's source into a module that cannot fetch it.
func initCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	var f initFlags
	set := f.define()
	err := parse(set, args)
	switch {
	case errors.Is(err, pflag.ErrHelp):
		io.WriteString(stdout, initManual())
		return exitOK
	case err != nil:
	case set.NArg() > 1:
		err = errors.New("one directory, of a module")
	case set.Changed("go") && !gover.IsValid("go"+f.raise):
		err = fmt.Errorf("--go is a version of Go, such as %s, not %q", provide.Lowest, f.raise)
	}
	var change *provide.Change
	if err == nil {
		dir := "."
		if set.NArg() == 1 {
			dir = set.Arg(0)
		}
		change, err = provide.Into(dir, f.raise)
	}
	if err != nil {
		fmt.Fprintf(stderr, "cellwrap init: %v\n", err)
		return exitUsage
	}
	tellChange(stdout, change)
	return exitOK
}

// tellChange says what has become of a module.
func tellChange(w io.Writer, c *provide.Change) {
	if !c.Changed {
		fmt.Fprintf(w, "%s has the runtime\n", c.Root)
		return
	}
	places := []string{provide.Dir}
	for _, dir := range c.Vendors {
		if rel, err := filepath.Rel(c.Root, dir); err == nil {
			dir = filepath.ToSlash(rel)
		}
		places = append(places, dir)
	}
	fmt.Fprintf(w, "%s: the runtime is in %s, and go.mod uses it\n", c.Root, strings.Join(places, " and "))
	if gover.Compare("go"+c.Go, "go"+provide.LowestToAwait) < 0 {
		fmt.Fprintf(w, "go.mod says go %s, and cells that await need go %[2]s (cellwrap init --go %[2]s raises it)\n", c.Go, provide.LowestToAwait)
	}
	if c.Was == c.Go {
		return
	}
	was := c.Was
	if was == "" {
		was = "1.16" // what the go command takes a go.mod without the line for
	}
	fmt.Fprintf(w, "go.mod says go %s now, and counted as go %s before", c.Go, was)
	if gover.Compare("go"+was, "go1.22") < 0 && gover.Compare("go"+c.Go, "go1.22") >= 0 {
		fmt.Fprint(w, " (from go 1.22 on, a for loop has new variables in each turn)")
	}
	fmt.Fprintln(w)
}
