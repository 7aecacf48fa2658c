package main

import (
	"cmp"
	"errors"
	"fmt"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/spf13/pflag"

	"github.com/cellwrap/cellwrap/rewrite"
	"github.com/cellwrap/cellwrap/templates"
)

// config is what the flags say.
type config struct {
	opts          rewrite.Options // but for what is different for each file
	output        string
	write         bool
	list, diff    bool
	check         bool
	json          bool
	unwrap        bool
	line          bool
	magicOnly     string // what -m says, or ""
	stdinFilename string
	selection     selection
	envs          envs
}

// selection is the part of the text that is the cell.
type selection struct {
	first, last int // --range: lines
	cell        int // --cell N
	at          int // --cell @LINE
}

func (s selection) all() bool { return s == selection{} }

// flags are the values of the flags, before they are checked.
type flags struct {
	config
	target, types, template, lines, cell, timeout string
}

// define adds the flags to set, in the order of the help.
func (f *flags) define(set *pflag.FlagSet) {
	set.SortFlags = false
	set.StringVarP(&f.opts.Assign, "assign", "a", "", "assign the result to `NAME`, whatever the magic says")
	set.StringVarP(&f.target, "target", "t", "file", "make a complete `file`, a block of statements, or a cell for gonb or for a repl")
	set.StringVarP(&f.opts.Package, "package", "p", "", "`NAME` of the file's package; default $GOPACKAGE, else main")
	set.StringVarP(&f.output, "output", "o", "", "write to `FILE`")
	set.BoolVarP(&f.write, "write", "w", false, "write x.gocell to x_cell.go, a notebook or a block to its own file")
	set.BoolVarP(&f.list, "list", "l", false, "print the names of inputs whose result would change")
	set.BoolVarP(&f.diff, "diff", "d", false, "print what would change; exit with 1 if anything would")
	set.BoolVar(&f.check, "check", false, "exit with 1 if anything would change")
	set.BoolVarP(&f.opts.MagicOnly, "magic-only", "m", false, "pass cells without a magic or an await through unchanged; for notebooks the default")
	set.StringVar(&f.lines, "range", "", "the cell is lines `FIRST:LAST`, counted from 1")
	set.StringVar(&f.cell, "cell", "", "only cell `N|@LINE` of a notebook or percent-format file")
	set.StringVar(&f.stdinFilename, "stdin-filename", "", "`NAME` of what standard input holds")
	set.StringVar(&f.types, "types", "auto", "check types and find the result's: `auto|off|require`")
	set.StringArrayVar(&f.envs.context, "context", nil, "the cell may use the Go file or package at `PATH`; default: the input file's package")
	set.BoolVar(&f.opts.FixImports, "fix-imports", false, "import standard packages that the cell uses without")
	set.StringVar(&f.timeout, "timeout", "60s", "how long an await outside of a run_in_reactor cell may take: `DURATION|INFINITY`")
	set.StringVar(&f.template, "template", "", "`FILE` to put the cell into; see cellwrap help template")
	set.BoolVar(&f.line, "line", true, "name the cell in //line comments; --line=false: do not")
	set.StringVar(&f.opts.Runtime, "runtime", rewrite.DefaultRuntime, "`IMPORTPATH` of the runtime")
	set.BoolVar(&f.unwrap, "unwrap", false, "give the cells of wrapped blocks back")
	set.BoolVar(&f.json, "json", false, "print code, line map, edits and notes as JSON, a line each")
}

// parseFlags returns the configuration and the files that args name.
func parseFlags(args []string) (*config, []string, error) {
	var f flags
	set := pflag.NewFlagSet("cellwrap", pflag.ContinueOnError)
	set.Usage = func() {}
	f.define(set)
	if err := set.Parse(args); err != nil {
		return nil, nil, err
	}
	if set.Changed("assign") {
		if err := rewrite.CheckName(f.opts.Assign); err != nil {
			return nil, nil, fmt.Errorf("--assign: %v", err)
		}
	}
	if set.Changed("magic-only") {
		f.magicOnly = strconv.FormatBool(f.opts.MagicOnly)
	}
	files := set.Args()
	for _, check := range []func() error{
		f.checkTarget, f.checkPackage, f.checkRuntime, f.checkTypes, f.checkTimeout, f.checkSelection, f.checkTemplate,
		func() error { return f.checkModes(files) },
	} {
		if err := check(); err != nil {
			return nil, nil, err
		}
	}
	return &f.config, files, nil
}

func (f *flags) checkTarget() error {
	if f.opts.Target = rewrite.Target(f.target); slices.Contains(rewrite.Targets, f.opts.Target) {
		return nil
	}
	return fmt.Errorf("--target is file, block, gonb or repl, not %q", f.target)
}

func (f *flags) checkPackage() error {
	from := "--package"
	if f.opts.Package == "" {
		from, f.opts.Package = "$GOPACKAGE", cmp.Or(os.Getenv("GOPACKAGE"), "main")
	}
	if p := f.opts.Package; !token.IsIdentifier(p) || p == "_" {
		return fmt.Errorf("%s is not the name of a package: %q", from, p)
	}
	return nil
}

// checkRuntime refuses what go/parser refuses in an import path.
func (f *flags) checkRuntime() error {
	bad := func(r rune) bool {
		return !unicode.IsGraphic(r) || unicode.IsSpace(r) || strings.ContainsRune("!\"#$%&'()*,:;<=>?[\\]^{|}`\uFFFD", r)
	}
	if p := f.opts.Runtime; p == "" || p[0] == '.' || p[0] == '/' || strings.ContainsFunc(p, bad) {
		return fmt.Errorf("--runtime is not an import path: %q", p)
	}
	return nil
}

func (f *flags) checkTypes() error {
	switch t := rewrite.Types(f.types); t {
	case rewrite.TypesAuto, rewrite.TypesOff, rewrite.TypesRequire:
		f.opts.Types = t
		return nil
	}
	return fmt.Errorf("--types is auto, off or require, not %q", f.types)
}

func (f *flags) checkTimeout() (err error) {
	if f.opts.Timeout, err = rewrite.ParseTimeout(f.timeout); err != nil {
		return fmt.Errorf("--%v", err)
	}
	return nil
}

func (f *flags) checkSelection() error {
	s := &f.selection
	if f.lines != "" && f.cell != "" {
		return errors.New("--range and --cell exclude each other")
	}
	if f.lines != "" {
		first, last, _ := strings.Cut(f.lines, ":")
		s.first, s.last = positive(first), positive(last)
		if s.first == 0 || s.last < s.first {
			return fmt.Errorf("--range is FIRST:LAST, lines counted from 1, not %q", f.lines)
		}
	}
	if f.cell != "" {
		if line, ok := strings.CutPrefix(f.cell, "@"); ok {
			s.at = positive(line)
		} else {
			s.cell = positive(f.cell)
		}
		if s.cell+s.at == 0 {
			return fmt.Errorf("--cell is a number or @LINE, counted from 1, not %q", f.cell)
		}
	}
	return nil
}

// positive parses a number from 1 up; it returns 0 for anything else.
func positive(s string) int {
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil {
		return 0
	}
	return int(n)
}

func (f *flags) checkTemplate() error {
	if f.template == "" {
		return nil
	}
	src, err := os.ReadFile(f.template)
	if err != nil {
		return err
	}
	f.opts.Template, err = templates.Parse(f.template, src, f.opts.Target.Kind())
	return err
}

// checkModes refuses flags that contradict each other.
func (f *flags) checkModes(files []string) error {
	report := f.list || f.diff || f.check
	for _, c := range []struct {
		bad bool
		msg string
	}{
		{f.write && f.output != "", "--write and --output exclude each other"},
		{f.write && f.check, "--write and --check exclude each other"},
		{f.write && len(files) == 0, "--write needs a file (standard input has no place of its own)"},
		{f.json && (f.write || f.output != "" || report || f.unwrap), "--json prints, and goes with no flag that writes, compares or unwraps"},
		{len(files) > 1 && f.output != "", "--output takes one input"},
		{len(files) > 1 && !f.selection.all(), "--range and --cell take one input"},
		{len(files) > 0 && f.stdinFilename != "", "--stdin-filename goes with standard input, and there are files"},
	} {
		if c.bad {
			return errors.New(c.msg)
		}
	}
	return nil
}
