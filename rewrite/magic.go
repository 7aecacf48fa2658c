package rewrite

import (
	"bytes"
	"errors"
	"fmt"
	"sort"
	"strings"
	"time"
	"unicode"

	"github.com/cellwrap/cellwrap/internal/suggest"
)

// A magic is a line that says how the cell is run. Its data are one entry of the
// table below, so that a new magic is one file and one line here.
type magic struct {
	name    string
	aliases []string
	cell    bool   // whether it is a cell magic, %%name, that must come first
	args    string // for the help
	summary string // one line
	help    string // what it does, in full

	// apply changes the settings, and returns what the magic prints, if anything.
	// Its error is at the magic's line, unless it is an *argError or errHost.
	apply func(*settings, []arg) (note string, err error)
}

// magics is every magic, in the order of the help.
var magics = []*magic{&runInReactor, &autoawait, &reactorConfig, &loadExt}

// settings are what magics change. Those of await hold for later cells too.
type settings struct {
	name arg  // the variable; no text if no magic names one
	wrap bool // whether a magic asks for the cell to be wrapped

	autoawait bool          // whether await is rewritten
	timeout   time.Duration // of an await; 0 is none
	initial   time.Duration // what timeout is at first
}

// setting is what holds from a place in the cell on.
type setting struct {
	off int
	settings
}

// next returns what holds in the next cell.
func (s settings) next() settings {
	s.name, s.wrap = arg{}, false
	return s
}

// settle runs the cell's magics, and returns what they print and what holds at its end. Then it is
// known what the cell becomes, and which awaits are operators.
func (c *cell) settle(before settings, opts *Options) ([]Diagnostic, settings, *Error) {
	notes, err := c.applyMagics(before)
	if err != nil {
		return nil, before, err
	}
	st := c.at(len(c.text))
	c.wraps = st.wrap || opts.wraps()
	c.blankAwaits()
	return notes, st, nil
}

// at returns what holds at off.
func (c *cell) at(off int) settings {
	i := sort.Search(len(c.settings), func(i int) bool { return c.settings[i].off > off })
	return c.settings[i-1].settings
}

// arg is a word of a magic's line.
type arg struct {
	text string
	off  int // in the cell
}

// argError is what is wrong with one argument of a magic.
type argError struct {
	arg arg
	msg string
}

func (e *argError) Error() string { return e.msg }

func argErrorf(a arg, format string, args ...any) error {
	return &argError{a, fmt.Sprintf(format, args...)}
}

// applyMagics runs the cell's magics in order, on what holds before it, and returns what they
// print.
func (c *cell) applyMagics(st settings) ([]Diagnostic, *Error) {
	c.settings = []setting{{0, st}}
	notes := c.nearDirectives()
	for i, line := range c.magics {
		if c.member != nil {
			if k, ok := c.asMark(line); ok {
				c.member.setMark(line, k)
				notes = append(notes, c.nearMagic(line)...)
				continue
			}
		}
		call, err := c.parseMagic(line)
		if err != nil && (c.host || c.kernel && call.hosts) {
			notes = append(notes, c.nearMagic(line)...)
			continue
		}
		if err != nil {
			return nil, err
		}
		note := call.magic.Help()
		if !call.help {
			if call.magic.cell && !line.first {
				return nil, c.errorf(line.start, "%s must come first in the cell, and once", bytes.Fields(c.text[line.start:line.end])[0])
			}
			var err error
			note, err = call.magic.apply(&st, call.args)
			switch err := err.(type) {
			case nil:
			case *argError:
				return nil, c.errorf(err.arg.off, "%s", err.msg)
			default:
				if err != errHost {
					return nil, c.errorf(line.start, "%v", err)
				}
				if c.kernel && !call.directive {
					continue
				}
				return nil, c.hostError(line, "")
			}
			c.settings = append(c.settings, setting{line.end, st})
		}
		c.magics[i].ours, c.magics[i].setting = true, !call.help && !call.cell
		if note != "" {
			notes = append(notes, Diagnostic{Pos: c.position(line.start), End: c.position(line.end), Severity: Note, Msg: note})
		}
	}
	return notes, nil
}

// magicCall is a magic's line, parsed.
type magicCall struct {
	*magic
	args      []arg
	help      bool // %name?
	directive bool // it is written as a directive, which is never the host's
	hosts     bool // the host's, not ours
}

// parseMagic parses a magic's line, or refuses one that belongs to the host.
func (c *cell) parseMagic(line magicLine) (magicCall, *Error) {
	text := string(c.text[line.start:line.end])
	rest, isDirective := strings.CutPrefix(text, directive)
	isCell := false
	if !isDirective {
		rest, isCell = strings.CutPrefix(text, "%%")
		if !isCell {
			rest = strings.TrimPrefix(text, "%") // a line that begins with ! names nothing below
		}
	}
	if m := nearMagic(text); m != nil {
		return magicCall{hosts: true}, c.errorf(line.start, "unknown magic %.40q; did you mean %s%s?", text, m.percent(), m.name)
	}
	words := fields(rest, line.end-len(rest))
	if len(words) == 0 || words[0].off != line.end-len(rest) {
		return magicCall{hosts: !isDirective}, c.hostError(line, "")
	}
	call := magicCall{args: words[1:], directive: isDirective}
	name := words[0].text
	if len(words) == 1 {
		name, call.help = strings.CutSuffix(name, "?")
	}
	call.magic = lookup(name)
	switch {
	case call.magic == nil && isDirective:
		return call, c.errorf(line.start, "unknown directive %s%s%s", directive, name, meant(directive, name))
	case call.magic == nil:
		call.hosts = true
		return call, c.hostError(line, name)
	case !isDirective && isCell != call.cell:
		return call, c.errorf(line.start, "%s is written %s", name, call.Usage())
	}
	return call, nil
}

// errHost is returned by a magic that is not ours after all.
var errHost = errors.New("a magic of the host's")

// hostError refuses a line that none of our magics is, as the host's; name is the magic's, if it has one.
// A directive is never the host's.
func (c *cell) hostError(line magicLine, name string) *Error {
	if text := c.text[line.start:line.end]; bytes.HasPrefix(text, []byte(directive)) {
		return c.errorf(line.start, "unknown directive %s", text)
	}
	text, _, _ := bytes.Cut(c.text[line.start:line.end], []byte("\n"))
	if hint := meant("", name); hint != "" {
		return c.errorf(line.start, "unknown magic %.40q%s", text, hint)
	}
	return c.errorf(line.start, "%.40q is for the notebook's kernel, which Go code does not have (remove the line)", text)
}

// meant says which magic a name was meant to be, if that can be guessed.
func meant(prefix, name string) string {
	var names []string
	for _, m := range magics {
		names = append(append(names, m.name), m.aliases...)
	}
	near := suggest.Nearest(name, names)
	if near == "" {
		return ""
	}
	if prefix == "" {
		prefix = lookup(near).percent()
	}
	return "; did you mean " + prefix + near + "?"
}

// fields splits a magic's line, which ends at off+len(s), into words.
func fields(s string, off int) []arg {
	var args []arg
	start := -1
	for i, r := range s + " " {
		switch space := unicode.IsSpace(r); {
		case !space && start < 0:
			start = i
		case space && start >= 0:
			args = append(args, arg{s[start:i], off + start})
			start = -1
		}
	}
	return args
}

func lookup(name string) *magic {
	for _, m := range magics {
		if m.name == name {
			return m
		}
		for _, a := range m.aliases {
			if a == name {
				return m
			}
		}
	}
	return nil
}

// Usage returns the magic's line, such as "%%run_in_reactor [name]".
func (m *magic) Usage() string {
	return strings.TrimSpace(m.percent() + m.name + " " + m.args)
}

// percent returns what the magic's name stands behind.
func (m *magic) percent() string {
	if m.cell {
		return "%%"
	}
	return "%"
}

// Help returns the text of the magic's help.
func (m *magic) Help() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s\n\nIn Go files: %s%s\n", m.Usage(), strings.TrimSpace(m.help), directive, strings.TrimSpace(m.name+" "+m.args))
	if len(m.aliases) > 0 {
		fmt.Fprintf(&b, "Also: %%%s\n", strings.Join(m.aliases, ", %"))
	}
	return b.String()
}

// A MagicDoc describes one magic to a person.
type MagicDoc struct {
	Name    string // "run_in_reactor"
	Usage   string // "%%run_in_reactor [name]"
	Summary string // one line
	Help    string // several lines
}

func (m *magic) doc() MagicDoc { return MagicDoc{m.name, m.Usage(), m.summary, m.Help()} }

// Magics returns the documentation of every magic, in a fixed order.
func Magics() []MagicDoc {
	docs := make([]MagicDoc, len(magics))
	for i, m := range magics {
		docs[i] = m.doc()
	}
	return docs
}

// Magic returns the documentation of the magic with the given name or alias.
func Magic(name string) (MagicDoc, bool) {
	m := lookup(name)
	if m == nil {
		return MagicDoc{}, false
	}
	return m.doc(), true
}
