package rewrite

import (
	"bytes"
	"go/token"
	"slices"
	"sort"
	"strings"
)

// passes reports whether a cell for a kernel is left as it is, but for the magics of ours: it has
// nothing to wrap and nothing to await, nor is it one that GoNB needs a func main for. Of one that
// is not, GoNB must make nothing else than Go says: the error is why a plain one passes, or why the cell is refused.
func (c *cell) passes(unasked bool, opts *Options) (bool, *Error) {
	plain := !c.wraps && len(c.awaits) == 0
	if plain && (unasked || !opts.traits.sessions || !c.hasStatements() || c.isGoNBsOwn()) {
		return true, nil
	}
	if !opts.traits.sessions {
		return false, c.checkHost()
	}
	err := c.checkMain()
	if err == nil {
		err = c.checkGoNB()
	}
	return err != nil && plain, err
}

// passedAs returns a cell that is not wrapped with edits of its magics, and a marker to undo them. A command that goes
// on after the cell's end would take the marker for its own.
func (c *cell) passedAs(e edits) []byte {
	body := e.apply(c.source, c.bom, len(c.text))
	if bytes.HasSuffix(body.text, []byte(`\`)) {
		return slices.Concat(c.text[:c.bom], body.text)
	}
	size := len(body.text)
	if !bytes.HasSuffix(body.text, []byte("\n")) {
		body.add(c.newline())
	}
	list, tail := undoings(e, c.source, c.bom)
	tail += string(body.text[size:])
	mark := wrapping{passed: true, alone: true, body: countLines(string(body.text)), footer: 1, undo: undoList(list)}
	mark.addChecks("", "", list, tail)
	rest := c.ending(c.newline())
	return slices.Concat(c.text[:c.bom], body.text, []byte(mark.marker(string(body.text), rest)+rest))
}

// mayPass reports whether a cell is none that cellwrap was asked for: GoNB would run its statements if
// they had a func main. What is wrong with such a cell is the kernel's to say, which may know more.
func (c *cell) mayPass(opts *Options) bool {
	return opts.traits.sessions && !c.wraps && len(c.awaits) == 0
}

// hasStatements reports whether there is anything but declarations, magics and comments.
func (c *cell) hasStatements() bool { return c.statements() >= 0 }

// statements returns where the first token is that is outside of the declarations and the magics, or -1.
func (c *cell) statements() int {
	for t := newTokens(c.without(c.decls)[len(prefix):]); t.next(); {
		if t.tok == token.COMMENT || t.tok == token.SEMICOLON {
			continue
		}
		if t.off >= len(c.text) {
			break
		}
		return t.off
	}
	return -1
}

// isGoNBsOwn reports whether the cell's first line says, as a comment, that it is no Go.
func (c *cell) isGoNBsOwn() bool {
	line, ok := bytes.CutPrefix(c.text[c.bom:c.lineEnd(c.bom)], []byte(gonbComment))
	return ok && isHostCell(line)
}

// checkHost refuses to wrap a cell that is not Go at all, and one that ends in a command which would take
// what is put behind it for its own.
func (c *cell) checkHost() *Error {
	if len(c.magics) > 0 && c.magics[0].first && isHostCell(c.text[c.magics[0].start:c.magics[0].end]) {
		name, _ := cutWord(string(c.text[c.magics[0].start:c.magics[0].end]))
		return c.errorf(c.magics[0].start, "%s makes the cell the kernel's own, so there is no Go to wrap (remove the line)", name)
	}
	for _, m := range c.magics {
		end := hostLineEnd(c.text, m.start)
		if line := bytes.TrimRight(c.text[m.start:end], "\r\n"); line[0] == '!' && end == len(c.text) && bytes.HasSuffix(line, []byte(`\`)) {
			return c.errorf(m.start, "the command goes on behind the end of the cell, as it ends in a backslash (remove that)")
		}
	}
	return nil
}

// checkMain refuses what makes GoNB run another func main than ours, or a program that is none.
func (c *cell) checkMain() *Error {
	if c.main >= 0 {
		return c.errorf(c.main, "func main cannot stand beside the one that cellwrap makes (leave its statements in the cell, without it)")
	}
	for _, m := range c.magics {
		line := c.text[m.start:m.end]
		if !m.ours && m.sign != c.lineStart(m.sign) {
			return c.errorf(m.start, "GoNB has commands only at the start of a line (move it there, or remove it)")
		}
		if name, ok := ownsMain(line); ok {
			return c.errorf(m.start, "%s "+hasMain, name)
		}
	}
	return nil
}

const hasMain = "cannot stand in a cell that cellwrap makes a func main of (remove the line)"

// ownsMain returns the name of a magic by which GoNB makes a func main, or another program than
// that of the cell.
func ownsMain(line []byte) (name string, ok bool) {
	name, _ = cutWord(string(line))
	return name, isMainMark(line) || isHostCell(line) || name == "%exec" || name == "%test" || name == "%wasm"
}

// checkGoNB refuses lines that GoNB, which looks at their first bytes alone, takes for something
// else than Go does: commands inside of raw strings, say. A //line comment ends its kernel.
func (c *cell) checkGoNB() *Error {
	commands := map[int]bool{} // where lines begin that may be GoNB's
	for _, m := range c.magics {
		commands[m.sign] = true
	}
	for t := newTokens(c.code); t.next(); {
		if t.tok != token.COMMENT {
			continue
		}
		if strings.HasPrefix(t.lit, "//line ") || strings.HasPrefix(t.lit, "/*line ") {
			return c.errorf(t.off, lineDirective)
		}
		if text, ok := strings.CutPrefix(t.lit, gonbComment); ok && t.flush() {
			if _, ok := ownsMain([]byte(strings.TrimSpace(text))); ok {
				return c.errorf(t.off, "%s "+hasMain, t.lit)
			}
			commands[t.off] = true
		}
	}
	for i, start := range c.lines {
		off := max(int(start), c.bom)
		line := c.text[off:c.lineEnd(off)]
		if commands[off] && isCommand(line) && bytes.HasSuffix(line, []byte(`\`)) && !c.inCommand(c.next(off)) {
			return c.errorf(off, "GoNB would take the next line for a part of this command, as it ends in a backslash (remove that)")
		}
		if commands[off] || i > 0 && c.inCommand(off) {
			continue
		}
		if err := c.checkLine(off, line); err != nil {
			return err
		}
	}
	return nil
}

// checkLine refuses a line of Go that GoNB takes for something else. It comes from off.
func (c *cell) checkLine(off int, line []byte) *Error {
	switch {
	case isCommand(line):
		first := bytes.TrimPrefix(line, []byte(gonbComment))[0]
		return c.syntaxErrorf(off, "GoNB would take this line for a command, as it begins with %c (begin it with something else)", first)
	case bytes.HasPrefix(line, []byte("package")):
		return c.syntaxErrorf(off, "GoNB would leave this line out, as it begins with package (begin it with something else)")
	}
	return nil
}

// isCommand reports whether a line is a command to GoNB, whatever it is in.
func isCommand(line []byte) bool {
	text := bytes.TrimPrefix(line, []byte(gonbComment))
	return len(text) > 1 && (text[0] == '%' || text[0] == '!')
}

// checkStarts refuses an output with a line that GoNB takes for something else, and that began
// further right in the cell: an indented comment above a declaration that moves, say.
func (c *cell) checkStarts(out *Output) *Error {
	n := 0
	for line := range bytes.Lines(out.Code) {
		from := out.Lines[n] - c.first
		if n++; from < 0 {
			continue
		}
		off := max(int(c.lines[from]), c.bom)
		err := c.checkLine(off, bytes.TrimRight(line, "\n"))
		isMagic := func(m magicLine) bool { return m.sign == off }
		if err != nil && c.checkLine(off, c.text[off:c.lineEnd(off)]) == nil && !slices.ContainsFunc(c.magics, isMagic) {
			return err
		}
	}
	return nil
}

// inCommand reports whether off is in a magic of several lines.
func (c *cell) inCommand(off int) bool {
	i := sort.Search(len(c.magics), func(i int) bool { return c.magics[i].end > off })
	return i < len(c.magics) && c.magics[i].start < off
}
