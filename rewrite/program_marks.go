package rewrite

import (
	"bytes"
	"go/token"
	"strconv"
	"strings"
)

// mark is a line of GoNB's that says how a cell becomes a program of its own. A program of all cells
// needs to know only the arguments.
//
//	%%, %main               where func main begins
//	%% -n=3, %main -n=3     the same; the cell's os.Args, which package flag parses here
//	%args -n=3              the cell's os.Args
//	%rm a b, %remove a b    later cells do not know these names
//	package p
type mark struct {
	args    []arg
	parses  bool
	removed []arg
}

// asMark returns what a magic's line is as a mark.
func (c *cell) asMark(line magicLine) (mark, bool) {
	text := string(c.text[line.start:line.end])
	if isPackageClause(text) {
		return mark{}, true
	}
	name, rest := cutWord(text)
	if name == "%rm" || name == "%remove" {
		return mark{removed: fields(rest, line.end-len(rest))}, true
	}
	if name != "%args" && !isMainMark([]byte(text)) {
		return mark{}, false
	}
	args := shellFields(rest, line.end-len(rest))
	return mark{args: args, parses: name != "%args" && args != nil}, true
}

// isMainMark reports whether a line is GoNB's mark of where func main begins.
func isMainMark(line []byte) bool {
	name, _ := cutWord(string(line))
	return name == "%%" || name == "%main"
}

// cutWord splits a magic's line behind its first word.
func cutWord(line string) (word, rest string) {
	if i := strings.IndexAny(line, " \t\r\n"); i >= 0 {
		return line[:i], line[i:]
	}
	return line, ""
}

// isPackageClause reports whether a line is a package clause and nothing else.
func isPackageClause(line string) bool {
	want := []token.Token{token.PACKAGE, token.IDENT, token.SEMICOLON}
	for t := newTokens([]byte(line)); t.next(); {
		if t.tok == token.COMMENT {
			continue
		}
		if len(want) == 0 || t.tok != want[0] {
			return false
		}
		want = want[1:]
	}
	return len(want) == 0
}

// shellFields splits the text behind a mark, which begins at off, as GoNB does: double quotes keep
// spaces, and within them a backslash the next byte. A word that begins with // begins a comment.
func shellFields(s string, off int) []arg {
	var args []arg
	var word []byte
	start, quoted := -1, false
	for i := 0; i <= len(s); i++ {
		switch {
		case i == len(s) || !quoted && (s[i] == ' ' || s[i] == '\t' || s[i] == '\r'):
			if start >= 0 {
				args = append(args, arg{string(word), off + start})
			}
			start, word = -1, nil
			continue
		case start < 0 && strings.HasPrefix(s[i:], "//"):
			return args
		case s[i] == '"':
			quoted = !quoted
		case quoted && s[i] == '\\' && i+1 < len(s):
			i++
			word = append(word, unescaped(s[i]))
		default:
			word = append(word, s[i])
		}
		if start < 0 {
			start = i
		}
	}
	return args
}

func unescaped(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 't':
		return '\t'
	}
	return c
}

// setMark notes what a mark says.
func (m *member) setMark(line magicLine, k mark) {
	if k.args != nil {
		m.args = k.args
	}
	m.removed = append(m.removed, k.removed...)
	if k.parses {
		m.parseAt = append(m.parseAt, line.start)
	}
}

// hasArgs reports whether a mark gives any cell arguments.
func (p *program) hasArgs() bool {
	for _, m := range p.members {
		if m.args != nil {
			return true
		}
	}
	return false
}

// planArgs has package flag parse the cell's arguments where its mark stands.
func (p *planner) planArgs() {
	if p.member == nil {
		return
	}
	for _, off := range p.member.parseAt {
		p.plan.edits.insert(p.lineStart(off), p.member.flag+".Parse()\n", rankStart)
	}
}

// setArgs gives the cell its arguments while it runs.
func (m *member) setArgs(f *fragment) {
	if m.args == nil {
		return
	}
	f.mark(m.args[0].off)
	f.add("defer func(args []string) { " + m.os + ".Args = args }(" + m.os + ".Args)\n")
	var list bytes.Buffer
	for _, a := range m.args {
		list.WriteString(", " + strconv.Quote(a.text))
	}
	f.add(m.os + ".Args = []string{" + m.os + ".Args[0]" + list.String() + "}\n")
}
