package rewrite

import (
	"bytes"
	"context"
	"errors"
	"go/token"
	"slices"
	"strings"
	"time"

	"github.com/cellwrap/cellwrap/templates"
)

// DefaultRuntime is the import path of the package that emitted code runs on.
const DefaultRuntime = "github.com/cellwrap/cellwrap/reactor"

// Types is how the result's type is found.
type Types string

const (
	TypesAuto    Types = "auto"    // by go/types; any, with a warning, where it cannot be known
	TypesOff     Types = "off"     // not at all: the result is any
	TypesRequire Types = "require" // by go/types; an error where it cannot be known
)

// Options say how a cell is rewritten. The zero value is a file in package main,
// without //line directives because the cell has no name.
type Options struct {
	Filename  string              // of the cell, in messages; none: "-"
	FirstLine int                 // number in Filename of the cell's first line; default 1
	Target    Target              // default File
	Assign    string              // the variable's name; default: the magic's, else "_"
	Package   string              // of a file; default "main"
	Runtime   string              // import path; default DefaultRuntime
	Host      string              // import path of what runs a program; default DefaultHost
	Template  *templates.Skeleton // from templates.Parse, of the target's kind; default: cellwrap's own
	Types     Types               // default TypesAuto
	Env       *Env                // what the cell may use; nil: as with TypesOff, since nothing is known

	// Timeout is how long an await outside of a %%run_in_reactor cell may take unless a magic
	// says so; default 60 s, and negative for no limit.
	Timeout time.Duration

	// MagicOnly passes a cell without a magic of ours and without an await through unchanged.
	MagicOnly bool

	// FixImports adds imports of the standard library's packages that the cell uses without.
	FixImports bool

	// Percent says that the cell is one of a percent-format file, in which magics may be comments so that the file is Go:
	// after GoNB's //gonb: anywhere, and as the cell's first lines also in Jupytext's spelling, "// %%run_in_reactor result".
	Percent bool

	// Before and After are the text around a block's cell: with types, the file that it is
	// a part of.
	Before, After []byte

	// LineName is the cell's name in //line directives, relative to the directory that
	// the output will stand in, and OutputName the output's own name there, which in Env it
	// replaces. Without LineName there are no directives.
	LineName, OutputName string

	// Reversible ends a file in a comment that holds the cell, for [Unwrap].
	Reversible bool

	traits traits // of Target
	past   *past  // what earlier cells of a session have declared, or nil
	host   bool   // the cell is only to be learned from: the host runs it as it is
	// syntaxOnly splits a cell to see whether it parses: what Go allows and we do not is no error.
	syntaxOnly bool
}

// Output is a rewritten cell.
type Output struct {
	Code []byte
	// Lines gives, for each line of Code, the line of the cell that it comes from, or
	// 0 where it is ours. Lines are 1-based: Lines[0] is line 1 of Code.
	Lines []int
	// Name is the variable, "_" if there is none. Result is the Go type that its Wait
	// returns, or empty where the awaits of a block stand in place. Both are empty if the cell
	// passed through unchanged.
	Name, Result string
	Edits        []Edit       // what changed in the cell, in order; last, in declarations that moved
	Diagnostics  []Diagnostic // notes and warnings, in order
}

// Severity is how grave a diagnostic is. What is graver is an *Error.
type Severity string

const (
	Note    Severity = "note"    // what a magic prints
	Warning Severity = "warning" // the output is good, but perhaps not what the user meant
)

// Diagnostic is something to tell the user about a cell that was rewritten.
type Diagnostic struct {
	Pos, End token.Position // 1-based lines, 1-based columns in bytes; End is behind the last byte
	Severity Severity
	Msg      string
}

// CheckName returns an error if name cannot be the variable that a result is assigned
// to. "_" can.
func CheckName(name string) error {
	if msg := checkName(name); msg != "" {
		return errors.New(msg)
	}
	return nil
}

// Cell rewrites one cell. Its error is an *Error, at a position in src, or an ErrorList of
// them; it never panics. It neither changes nor retains src, and is safe for concurrent use.
func Cell(src []byte, opts Options) (*Output, error) {
	return CellContext(context.Background(), src, opts)
}

// CellContext is [Cell] with a context, whose end ends the go command that looks for the
// cell's imports. Its error is then the context's.
func CellContext(ctx context.Context, src []byte, opts Options) (*Output, error) {
	o := opts.withDefaults()
	r, err := rewrite(ctx, src, o, o.settings())
	if err != nil {
		return nil, err
	}
	if r.checked != nil {
		r.checked.forget()
	}
	return r.out, nil
}

func (o Options) withDefaults() *Options {
	set := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	set(&o.Filename, "-")
	set((*string)(&o.Target), string(File))
	set(&o.Package, "main")
	set(&o.Runtime, DefaultRuntime)
	if o.traits = o.Target.traits(); o.traits.cell {
		o.Package = "main"
	}
	if o.traits.dynamic && !strings.HasSuffix(o.Runtime, "/"+dynamicPackage) {
		o.Runtime += "/" + dynamicPackage
	}
	set(&o.Host, DefaultHost)
	return &o
}

// settings returns what holds before the first cell.
func (o *Options) settings() settings {
	timeout := max(o.Timeout, 0) // none
	if o.Timeout == 0 {
		timeout = defaultTimeout
	}
	return settings{autoawait: true, timeout: timeout, initial: timeout}
}

// wraps reports whether each cell is to be wrapped, whatever its magics say.
func (o *Options) wraps() bool { return o.Assign != "" || o.Template != nil }

// skeleton returns the template for a cell whose variable has the name.
func (o *Options) skeleton(name string) *templates.Skeleton {
	switch {
	case o.Template != nil:
		return o.Template
	case o.traits.sessions && name == "_":
		return templates.Builtin(string(o.Target) + "_unnamed")
	}
	return templates.Builtin(string(o.Target))
}

// rewritten is a cell that was not refused.
type rewritten struct {
	out     *Output
	checked *checker // the last check, if there was one
	after   settings // what holds in the next cell
}

// rewrite takes the cell through the stages. The settings hold before it.
func rewrite(ctx context.Context, text []byte, opts *Options, before settings) (*rewritten, error) {
	src, err := newSource(text, opts.Filename, opts.FirstLine)
	if err != nil && !(opts.MagicOnly && !isOurs(text, opts.Percent)) {
		return nil, err
	}
	if err != nil {
		return &rewritten{out: src.unchanged(), after: before}, nil
	}
	if opts.traits.file && templates.IsGenerated(text) || !opts.traits.file && isWrapped(text) || opts.MagicOnly && !MayChange(text) {
		return &rewritten{out: src.unchanged(), after: before}, nil
	}
	// left leaves the cell to the host, why ever.
	left := func(out *Output, after settings, why *Error) (*rewritten, error) {
		if !opts.MagicOnly {
			switch err := src.checkSyntax(opts); {
			case err != nil && why != nil && why.syntax:
				return nil, why // which may have a hint
			case err != nil:
				return nil, err
			}
		}
		return &rewritten{out: out, after: after}, nil
	}
	if opts.Assign != "" {
		if msg := checkName(opts.Assign); msg != "" {
			return nil, src.errorf(src.bom, "%s", msg)
		}
	}
	if !opts.traits.sessions || bytes.Contains(text, []byte(runInReactor.name)) {
		go opts.skeleton("") // the first one is parsed while the cell is
	}
	c, err := split(src, nil, opts)
	var notes []Diagnostic
	var st settings
	if err == nil {
		notes, st, err = c.settle(before, opts)
	}
	if err != nil && (opts.MagicOnly || opts.traits.cell && !opts.wraps()) && !isOurs(text, opts.Percent) {
		return left(src.unchanged(), before, err)
	}
	if err != nil {
		return nil, err
	}
	if err = c.checkInside(opts); err != nil {
		return nil, err
	}
	c.declareVars()
	passes := opts.MagicOnly && !st.wrap && len(c.awaits) == 0
	if opts.traits.cell {
		if passes, err = c.passes(passes, opts); err != nil && !passes {
			return nil, err
		}
	}
	r := &rewritten{after: st.next()}
	if passes {
		out := c.unchanged()
		out.Diagnostics = notes
		return left(out, r.after, err)
	}
	name := ident{"_", c.headerOff()}
	if st.name.text != "" {
		name = ident{st.name.text, st.name.off}
	}
	if opts.Assign != "" {
		name = ident{opts.Assign, c.headerOff()}
	}
	s, err := parse(c)
	if err != nil && c.mayPass(opts) {
		return left(c.unchanged(), r.after, err)
	}
	if err != nil {
		return nil, err
	}
	p, checked, failure := planned(ctx, s, opts, name)
	if failure != nil && ctx.Err() == nil && c.mayPass(opts) {
		notes = append(notes, endedNames(failure)...)
		p, checked, failure = plannedForHost(ctx, s, opts, name)
	}
	if failure != nil {
		return nil, failure
	}
	if r.out, err = p.output(); err != nil && c.mayPass(opts) {
		return left(c.unchanged(), r.after, err)
	}
	if err != nil {
		return nil, err
	}
	r.checked = checked
	r.out.Name, r.out.Result = p.name, p.result
	if !p.shape.hasResult() {
		r.out.Result = ""
	}
	if r.out.Edits == nil {
		r.out.Edits = slices.Concat(p.edits, p.inner).public(src)
	}
	r.out.Diagnostics = append(notes, p.warnings...)
	return r, nil
}

// assembled assembles a plan's output.
func assembled(c *cell, p *plan, opts *Options) (out *Output, err *Error) {
	switch {
	case opts.traits.inside:
		return assembleBlock(c, p, opts)
	case opts.traits.cell:
		return assembleCell(c, p, opts)
	}
	if out, err = assembleFile(c, p, opts); err != nil || !opts.traits.file {
		return out, err
	}
	if err = checkGenerate(c, out); err != nil {
		return nil, err
	}
	if opts.Reversible {
		out.hold(c.text)
	}
	return out, nil
}

// assembling assembles a plan's output in the background, and returns how to get it.
func assembling(c *cell, p *plan, opts *Options) func() (*Output, *Error) {
	var out *Output
	var err *Error
	done := make(chan struct{})
	go func() {
		defer close(done)
		out, err = assembled(c, p, opts)
	}()
	return func() (*Output, *Error) {
		<-done
		return out, err
	}
}

// plannedForHost plans a cell whose host knows better what is wrong with it: without types, or with the imports that
// GoNB adds, where it takes types.
func plannedForHost(ctx context.Context, s *syntax, opts *Options, name ident) (*plan, *checker, error) {
	untyped := *opts
	untyped.Types = TypesOff
	p, checked, failure := planned(ctx, s, &untyped, name)
	if failure == nil || opts.FixImports {
		return p, checked, failure
	}
	imported := *opts
	imported.FixImports = true
	if p, checked, err := planned(ctx, s, &imported, name); err == nil {
		return p, checked, nil
	}
	return nil, nil, failure
}

// endedNames returns warnings of the names that a failure says have ended, since the host does not know why.
func endedNames(failure error) []Diagnostic {
	var warnings []Diagnostic
	for _, e := range Errors(failure) {
		if e.ended {
			warnings = append(warnings, Diagnostic{Pos: e.Pos, End: e.End, Severity: Warning, Msg: e.Msg})
		}
	}
	return warnings
}

// planned plans, with types if they are wanted and something is known.
func planned(ctx context.Context, s *syntax, opts *Options, name ident) (*plan, *checker, error) {
	if opts.Types == TypesOff || opts.Env == nil {
		p, err := makePlan(s, opts, name, &facts{})
		if err != nil {
			return nil, nil, err // not a nil *Error
		}
		p.output = func() (*Output, *Error) { return assembled(s.cell, p, opts) }
		return p, nil, nil
	}
	c, err := typed(ctx, s, opts, name)
	if err != nil {
		return nil, nil, err
	}
	if d := c.know.incomplete; d != nil && opts.Types == TypesRequire {
		c.forget()
		return nil, nil, &Error{Pos: d.Pos, End: d.End, Msg: d.Msg + " (types are required)"}
	}
	return c.plan, c, nil
}

// unchanged returns the cell as its own output. In a cell for a kernel, which does not know our magics,
// settings become directives, and other magics go.
func (c *cell) unchanged() *Output {
	out := c.source.unchanged()
	if c.kernel {
		var e edits
		for _, m := range c.magics {
			if m.ours && string(c.text[m.sign:m.end]) != c.asDirective(m) {
				e.replace(m.sign, m.end, c.asDirective(m))
			}
		}
		if len(e) > 0 {
			out.Code = c.passedAs(e)
			out.Lines = append(out.Lines, make([]int, countLines(string(out.Code))-len(out.Lines))...)
		}
	}
	return out
}

// asDirective returns a setting as the comment that says the same, and nothing for another magic.
func (c *cell) asDirective(m magicLine) string {
	text := string(c.text[m.start:m.end])
	if name, ok := strings.CutPrefix(text, "%"); ok && m.setting {
		return directive + name
	} else if m.setting {
		return text
	}
	return ""
}

// unchanged returns a cell as its own output.
func (s *source) unchanged() *Output {
	out := &Output{Code: bytes.Clone(s.text)}
	for i := range s.lines {
		if int(s.lines[i]) < len(s.text) {
			out.Lines = append(out.Lines, s.first+i)
		}
	}
	return out
}
