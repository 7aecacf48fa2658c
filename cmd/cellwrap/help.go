package main

import (
	_ "embed"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"github.com/spf13/pflag"

	"github.com/cellwrap/cellwrap/rewrite"
)

// manual returns the text of --help: what the command is for, its flags, and examples.
func manual() string {
	var b strings.Builder
	b.WriteString(`cellwrap rewrites a notebook cell to Go that runs it in the background.

    cellwrap [flags] [file ...]     rewrite; no file: standard input to standard output
    cellwrap run [flags] file       run a notebook, or a cell, as a program
    cellwrap kernel install|uninstall|list|run
                                    rewrite the cells of a Jupyter kernel on their way
    cellwrap init [dir]             put the runtime into a module that cannot fetch it
    cellwrap help [magic|template|run|kernel]
                                    explain a magic, the templates, or a command
    cellwrap cache clean            forget what is known of imported packages
    cellwrap version

Flags:
`)
	var f flags
	set := pflag.NewFlagSet("cellwrap", pflag.ContinueOnError)
	f.define(set)
	b.WriteString(usages(set))
	b.WriteString(`
Exit status: 0 done; 1 a cell was refused, or --check or --diff found a difference;
2 called wrongly, or a file could not be read or written. Messages are
file:line:col: text (of a notebook book.ipynb:cell 3:line:col), and JSON with --json; a warning says so. On an error nothing is
printed on standard output and no file is touched.

Magics, or in Go files directives such as //cellwrap:run_in_reactor:
`)
	for _, m := range rewrite.Magics() {
		fmt.Fprintf(&b, "    %s\n        %s\n", m.Usage, m.Summary)
	}
	b.WriteString(`
Examples:
    printf 'return 6 * 7\n' | cellwrap -a answer      a cell to a Go file
    cellwrap -w fetch.gocell                          fetch.gocell to fetch_cell.go
    cellwrap --types require --check *.gocell         for CI: typed and current
    cellwrap -t block --range 10:14 -w main.go        lines of a function, in place
    cellwrap -t block -w book.ipynb                   the cells of a notebook, in place
    cellwrap --cell 3 -o three.go book.ipynb          one of them, to a Go file
    cellwrap run --check book.ipynb                   a notebook as a test
`)
	return b.String()
}

// usages returns a line for each flag of a set.
func usages(set *pflag.FlagSet) string {
	var b strings.Builder
	set.VisitAll(func(flag *pflag.Flag) {
		short := "    "
		if flag.Shorthand != "" {
			short = "-" + flag.Shorthand + ", "
		}
		value, usage := pflag.UnquoteUsage(flag)
		if flag.Value.Type() == "bool" {
			value = ""
		}
		fmt.Fprintf(&b, "  %s%-27s %s\n", short, "--"+flag.Name+" "+value, usage)
	})
	return b.String()
}

//go:embed template.txt
var templateHelp string

// help explains the command, a magic or the templates.
func help(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		io.WriteString(stdout, manual())
		return exitOK
	}
	topic := strings.TrimLeft(args[0], "%")
	switch topic {
	case "template":
		io.WriteString(stdout, templateHelp)
		return exitOK
	case "run":
		io.WriteString(stdout, runManual())
		return exitOK
	case "kernel":
		io.WriteString(stdout, kernelManual())
		return exitOK
	}
	if doc, ok := rewrite.Magic(topic); ok {
		io.WriteString(stdout, doc.Help)
		return exitOK
	}
	fmt.Fprintf(stderr, "cellwrap: no help for %q (see cellwrap help)\n", args[0])
	return exitUsage
}

// version prints the version that the binary was built as.
func version(_ []string, _ io.Reader, stdout, _ io.Writer) int {
	v := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		v = info.Main.Version
	}
	fmt.Fprintf(stdout, "cellwrap %s\n", v)
	return exitOK
}
