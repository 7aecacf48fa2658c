package main

import (
	"errors"
	"fmt"
	"go/token"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/spf13/pflag"

	"github.com/cellwrap/cellwrap/internal/suggest"
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

// choose notes what the value of a flag may be.
func choose(set *pflag.FlagSet, name string, words []string) {
	if err := set.SetAnnotation(name, choices, words); err != nil {
		panic(err) // there is no such flag
	}
}

// A flagGroup has the flags of one use.
type flagGroup struct {
	use string
	set *pflag.FlagSet
}

// groups defines the flags, in the order of the help.
func (f *flags) groups() []flagGroup {
	group := func(use string, define func(*pflag.FlagSet)) flagGroup {
		set := pflag.NewFlagSet(use, pflag.ContinueOnError)
		set.SortFlags = false
		define(set)
		return flagGroup{use, set}
	}
	return []flagGroup{
		group("What a cell becomes", func(set *pflag.FlagSet) {
			set.StringVarP(&f.target, "target", "t", "file", "`TARGET`: "+strings.Join(targetNames(), ", ")+" (default file)")
			choose(set, "target", targetNames())
			set.StringVarP(&f.opts.Assign, "assign", "a", "", "assign to `NAME`, whatever the magic says")
			set.StringVarP(&f.opts.Package, "package", "p", "", "package `NAME`; else $GOPACKAGE, its files', main")
			set.StringVar(&f.timeout, "timeout", "60s", "an await takes at most `DURATION`, or INFINITY")
			set.StringVar(&f.template, "template", "", "put it into `FILE`; see cellwrap help template")
			set.BoolVar(&f.line, "line", true, "name the cell in //line comments; =false: not")
			set.StringVar(&f.opts.Runtime, "runtime", rewrite.DefaultRuntime, "import the runtime from `IMPORTPATH`")
			set.BoolVar(&f.unwrap, "unwrap", false, "give the cells of wrapped blocks back")
		}),
		group("Which cells", func(set *pflag.FlagSet) {
			set.BoolVarP(&f.opts.MagicOnly, "magic-only", "m", false, "only with a magic or await; notebooks' default")
			set.StringVar(&f.lines, "range", "", "the cell is lines `FIRST:LAST`, counted from 1")
			set.StringVar(&f.cell, "cell", "", "a cell's number or a line of it, `N|@LINE`")
			set.StringVar(&f.stdinFilename, "stdin-filename", "", "`NAME` of what standard input holds")
		}),
		group("Where it goes", func(set *pflag.FlagSet) {
			set.StringVarP(&f.output, "output", "o", "", "write to `FILE`")
			set.BoolVarP(&f.write, "write", "w", false, "write x.gocell to x_cell.go, all else in place")
			set.BoolVarP(&f.list, "list", "l", false, "print the names of inputs that would change")
			set.BoolVarP(&f.diff, "diff", "d", false, "print what would change; exit with 1 if it does")
			set.BoolVar(&f.check, "check", false, "exit with 1 if anything would change")
			set.BoolVar(&f.json, "json", false, "print code, line map, edits and notes as JSON")
		}),
		group("Types", func(set *pflag.FlagSet) {
			set.StringVar(&f.types, "types", "auto", "check, and find the result's: `auto|off|require`")
			choose(set, "types", typesNames)
			set.StringArrayVar(&f.envs.context, "context", nil, "it may use the Go file or package at `PATH`")
			set.BoolVar(&f.envs.offline, "offline", false, "use no network and no compiler for that")
			set.BoolVar(&f.opts.FixImports, "fix-imports", false, "import standard packages that the cell lacks")
		}),
	}
}

// all returns the flags of all groups.
func (f *flags) all() *pflag.FlagSet {
	set := pflag.NewFlagSet("cellwrap", pflag.ContinueOnError)
	set.SortFlags = false
	set.Usage = func() {}
	for _, g := range f.groups() {
		set.AddFlagSet(g.set)
	}
	return set
}

// parseFlags returns the configuration and the files that args name.
func parseFlags(args []string) (*config, []string, error) {
	var f flags
	set := f.all()
	if err := parse(set, args); err != nil {
		return nil, nil, err
	}
	for _, name := range []string{"output", "template", "range", "cell"} {
		if set.Changed(name) && set.Lookup(name).Value.String() == "" {
			return nil, nil, fmt.Errorf("--%s needs a value, not \"\"", name) // a script's variable that is not set, say
		}
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
	return suggest.Unknown("target", f.target, targetNames())
}

func (f *flags) checkPackage() error {
	from := "--package"
	if f.opts.Package == "" {
		from, f.opts.Package = "$GOPACKAGE", os.Getenv("GOPACKAGE")
	}
	if p := f.opts.Package; p != "" && !token.IsIdentifier(p) || p == "_" {
		return fmt.Errorf("%s is not the name of a package: %q", from, p)
	}
	return nil
}

// checkRuntime refuses what go/parser and the go command refuse in an import path, and the packages that are none.
func (f *flags) checkRuntime() error {
	bad := func(r rune) bool {
		return !unicode.IsGraphic(r) || unicode.IsSpace(r) || strings.ContainsRune("!\"#$%&'()*,:;<=>?[\\]^{|}`\uFFFD", r)
	}
	p := f.opts.Runtime
	if p == "" || p[0] == '.' || p[0] == '/' || path.Clean(p) != p || strings.ContainsFunc(p, bad) {
		return fmt.Errorf("--runtime is not an import path: %q", p)
	}
	if p == "C" || p == "unsafe" {
		return fmt.Errorf("--runtime: the compiler's own package %q has no runtime", p)
	}
	return nil
}

func (f *flags) checkTypes() error {
	switch t := rewrite.Types(f.types); t {
	case rewrite.TypesAuto, rewrite.TypesOff, rewrite.TypesRequire:
		f.opts.Types = t
		return nil
	}
	return suggest.Unknown("--types", f.types, typesNames)
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
