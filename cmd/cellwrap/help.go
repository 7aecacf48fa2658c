package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/cellwrap/cellwrap/internal/suggest"
	"github.com/cellwrap/cellwrap/rewrite"
)

const purpose = "cellwrap rewrites a notebook cell to Go that runs it in the background."

// An example is a command line and what it does.
type example struct{ line, what string }

// The first three are those of --help.
var examples = []example{
	{`printf 'return 6 * 7\n' | cellwrap -a answer`, "a cell to a Go file"},
	{`cellwrap -t block --range 10:14 -w main.go`, "lines of a function, in place"},
	{`cellwrap run --check book.ipynb`, "a notebook as a test"},
	{`cellwrap -w fetch.gocell`, "fetch.gocell to fetch_cell.go"},
	{`cellwrap --types require --check *.gocell`, "for CI: typed and current"},
	{`cellwrap -t block -w book.ipynb`, "the cells of a notebook, in place"},
	{`cellwrap --cell 3 -o three.go book.ipynb`, "one of them, to a Go file"},
	{`cellwrap kernel install --of gonb`, "a kernel of JupyterLab's, with cellwrap"},
}

const exitStatus = `0 done; 1 a cell was refused, or --check or -d found a change;
2 called wrongly, or a file could not be read or written.`

// manual returns the text of --help, which fits a screen of 50 lines by 80 columns.
func manual() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", purpose)
	synopsis(&b, "[flags] [file ...]", "rewrite; no file: standard input to output")
	for _, c := range commands() {
		synopsis(&b, strings.TrimSpace(c.name+" "+c.args), c.summary)
	}
	for _, g := range new(flags).groups() {
		fmt.Fprintf(&b, "\n%s\n%s", g.use, usages(g.set))
	}
	b.WriteString("\nExamples\n")
	for _, e := range examples[:3] {
		fmt.Fprintf(&b, "  %-46s %s\n", e.line, e.what)
	}
	fmt.Fprintf(&b, "\nExit status: %s\nMagics, which cellwrap help NAME explains:\n  %s\n", exitStatus, strings.Join(magicNames(), ", "))
	return b.String()
}

func synopsis(b *strings.Builder, args, what string) {
	fmt.Fprintf(b, "  cellwrap %-22s %s\n", args, what)
}

// usages returns a line for each flag of a set.
func usages(set *pflag.FlagSet) string {
	var b strings.Builder
	set.VisitAll(func(flag *pflag.Flag) {
		short := "    "
		if flag.Shorthand != "" {
			short = "-" + flag.Shorthand + ", "
		}
		name, usage := spelled(flag)
		fmt.Fprintf(&b, "  %s%-25s %s\n", short, name, usage)
	})
	return b.String()
}

// spelled returns a flag with its value, --name VALUE, and what it means.
func spelled(flag *pflag.Flag) (name, usage string) {
	value, usage := pflag.UnquoteUsage(flag)
	if flag.Value.Type() == "bool" {
		value = ""
	}
	return strings.TrimSpace("--" + flag.Name + " " + value), usage
}

// parse is set.Parse, and says which flag was meant by one that there is not.
func parse(set *pflag.FlagSet, args []string) error {
	err := set.Parse(args)
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "" {
		var names []string
		set.VisitAll(func(flag *pflag.Flag) { names = append(names, flag.Name) })
		if name := suggest.Nearest(unknown.GetSpecifiedName(), names); name != "" {
			return fmt.Errorf("%w; did you mean --%s?", err, name)
		}
	}
	return err
}

//go:embed template.txt
var templateHelp string

// help explains the command, a sub-command, a magic or the templates.
func help(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		io.WriteString(stdout, manual())
		return exitOK
	}
	topic := strings.Trim(args[0], "%?")
	switch topic {
	case "template":
		io.WriteString(stdout, templateHelp)
		return exitOK
	case "man":
		io.WriteString(stdout, manPage())
		return exitOK
	}
	if c := lookup(topic); c != nil {
		io.WriteString(stdout, c.manual())
		return exitOK
	}
	if doc, ok := rewrite.Magic(topic); ok {
		io.WriteString(stdout, doc.Help)
		return exitOK
	}
	fmt.Fprintf(stderr, "cellwrap: %v\n", suggest.Unknown("topic", topic, topics()))
	return exitUsage
}

// topics returns what help explains.
func topics() []string {
	names := append(magicNames(), "template", "man")
	for _, c := range commands() {
		names = append(names, c.name)
	}
	return names
}

func magicNames() []string {
	var names []string
	for _, m := range rewrite.Magics() {
		names = append(names, m.Name)
	}
	return names
}

func targetNames() []string {
	var names []string
	for _, t := range rewrite.Targets {
		names = append(names, string(t))
	}
	return names
}

// typesNames are the values of --types.
var typesNames = []string{string(rewrite.TypesAuto), string(rewrite.TypesOff), string(rewrite.TypesRequire)}

const versionManual = `cellwrap version

Prints the version that the binary was built as.
`

// version prints the version that the binary was built as.
func version(_ []string, _ io.Reader, stdout, _ io.Writer) int {
	v := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		v = info.Main.Version
	}
	fmt.Fprintf(stdout, "cellwrap %s\n", v)
	return exitOK
}

// wantsHelp reports whether a sub-command without flags is asked for its manual.
func wantsHelp(args []string) bool {
	return slices.ContainsFunc(args, func(a string) bool { return a == "-h" || a == "--help" })
}
