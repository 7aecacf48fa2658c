package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/cellwrap/cellwrap/rewrite"
)

// manPage returns the manual page of section 1, in troff's man macros, made of what --help and
// cellwrap help print.
func manPage() string {
	var b page
	b.line(`.TH CELLWRAP 1 "" cellwrap "User Commands"`)
	b.section("NAME")
	b.text(`cellwrap - ` + strings.TrimSuffix(strings.TrimPrefix(purpose, "cellwrap "), "."))
	b.section("SYNOPSIS")
	b.term("cellwrap [flags] [file ...]", "rewrite; no file: standard input to standard output")
	for _, c := range commands() {
		b.term(strings.TrimSpace("cellwrap "+c.name+" "+c.args), c.summary)
	}
	b.section("OPTIONS")
	for _, g := range new(flags).groups() {
		b.line(".SS " + quoted(g.use))
		g.set.VisitAll(func(flag *pflag.Flag) {
			name, usage := spelled(flag)
			if flag.Shorthand != "" {
				name = "-" + flag.Shorthand + ", " + name
			}
			b.term(name, usage)
		})
	}
	b.section("EXIT STATUS")
	b.text(exitStatus)
	b.section("DIAGNOSTICS")
	b.text("Messages are file:line:col: text, of a notebook book.ipynb:cell 3:line:col: text, and JSON with --json; a warning says " +
		"so. On an error nothing is printed on standard output and no file is touched.")
	b.section("ENVIRONMENT")
	b.term("GOPACKAGE", "the default of --package; go generate sets it")
	b.term("NO_COLOR", "if it is not empty, cellwrap run uses no colours")
	b.term("XDG_CACHE_HOME", "where, on Linux, cellwrap/ remembers the types of imported packages; default ~/.cache")
	b.term("JUPYTER_DATA_DIR, JUPYTER_PATH", "where Jupyter keeps kernels")
	b.section("EXAMPLES")
	for _, e := range examples {
		b.term(e.line, e.what)
	}
	b.section("MAGICS")
	b.text("The lines of a cell that say how it is run. In a Go file a magic is a directive comment.")
	for _, m := range rewrite.Magics() {
		b.line(".SS " + quoted(m.Usage))
		_, body, _ := strings.Cut(m.Help, "\n\n")
		b.prose(strings.Replace(body, "\nAlso: ", "\n\nAlso: ", 1)) // a line of its own
	}
	b.section("COMMANDS")
	for _, c := range commands() {
		if c.name == "help" {
			continue // is this page
		}
		b.line(".SS " + quoted(strings.TrimSpace("cellwrap "+c.name+" "+c.args)))
		b.prose(c.manual())
	}
	b.section("TEMPLATES")
	b.prose(templateHelp)
	return b.String()
}

// page is troff's input.
type page struct{ strings.Builder }

func (p *page) line(s string)        { p.WriteString(s + "\n") }
func (p *page) section(title string) { p.line(".SH " + title) }
func (p *page) text(s string)        { p.line(escaped(s)) }
func (p *page) term(term, s string) {
	fmt.Fprintf(p, ".TP\n\\fB%s\\fR\n%s\n", escaped(term), escaped(s))
}

// prose adds paragraphs, which are filled to the width of the screen, less those with an indented line, which
// stay as they are.
func (p *page) prose(s string) {
	for i, part := range strings.Split(strings.TrimSpace(s), "\n\n") {
		if i > 0 {
			p.line(".PP")
		}
		if strings.HasPrefix(part, " ") || strings.Contains(part, "\n ") {
			p.verbatim(part)
		} else {
			p.text(part)
		}
	}
}

func (p *page) verbatim(s string) { fmt.Fprintf(p, ".nf\n%s\n.fi\n", escaped(s)) }

func quoted(s string) string { return `"` + strings.ReplaceAll(escaped(s), `"`, `""`) + `"` }

// troffEscapes are what troff would not print as it stands: its escape character, and what it takes
// for typographic signs.
var troffEscapes = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "~", `\(ti`, "^", `\(ha`)

// escaped returns lines of text as troff prints them.
func escaped(s string) string {
	lines := strings.Split(troffEscapes.Replace(s), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") {
			lines[i] = `\&` + line // no request
		}
	}
	return strings.Join(lines, "\n")
}
