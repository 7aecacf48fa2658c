package rewrite

import (
	"go/token"
	"go/types"
	"strconv"
	"strings"
	"unicode"
)

// names are those that a program takes.
type names struct {
	words   map[string]bool        // every identifier of the cells
	kept    map[string]bool        // what no declaration can be called
	taken   map[string]bool        // by declarations of the package
	embeds  map[string]*definition // types that structs embed
	users   map[string]string      // what the user calls what is taken, where that differs
	cells   map[string]int         // numbers of the cells that declare types, by their names in the output
	runtime string                 // the name by which files import it
	host    string
	os      string // of the standard library's packages, where marks give arguments
	flag    string
}

func newNames(p *program) *names {
	n := &names{words: map[string]bool{}, kept: map[string]bool{"main": true, "init": true, "_": true}, taken: map[string]bool{}, embeds: map[string]*definition{}, users: map[string]string{}, cells: map[string]int{}}
	for _, name := range types.Universe.Names() {
		n.kept[name] = true
	}
	bound := false // whether reactor is anything but the runtime
	for _, m := range p.members {
		for t := newTokens(m.Source); t.next(); {
			if t.tok == token.IDENT {
				n.words[t.lit] = true
			}
		}
		for _, d := range m.defines {
			if d.tok == token.IMPORT {
				n.kept[d.name] = true
			}
			bound = bound || d.name == "reactor" && d.imp.path != p.opts.Runtime
		}
		for _, imp := range m.borrowed {
			n.kept[imp.localName()] = true
		}
		if m.errs == nil && !bound {
			_, bound = m.survey.binds("reactor")
		}
		n.kept[m.function()] = true
	}
	n.runtime, n.host = "reactor", "host"
	if bound {
		n.runtime = numbered(n.runtime, n.words)
	}
	if n.words[n.host] {
		n.host = numbered(n.host, n.words)
	}
	n.os, n.flag = "os", "flag"
	if p.hasArgs() {
		for _, name := range []*string{&n.os, &n.flag} {
			if n.words[*name] {
				*name = numbered(*name, n.words)
			}
			n.kept[*name] = true
		}
	}
	n.kept["reactor"], n.kept[n.runtime], n.kept[n.host] = true, true, true
	return n
}

// function returns the name of the function that runs the cell.
func (m *member) function() string { return "cell_" + strconv.Itoa(m.Number) }

// file returns the name of the file that it is in. An underscore would make cell_386.go one for
// another machine.
func (m *member) file() string { return "cell" + strconv.Itoa(m.Number) + ".go" }

// take returns a name for what cell m defines: its own, or that with the cell's number behind it.
func (n *names) take(name string, m *member) string {
	if n.kept[name] || n.taken[name] {
		return n.takeNumbered(name, m)
	}
	n.taken[name] = true
	return name
}

func (n *names) takeNumbered(name string, m *member) string { return n.takeFor(name, name, m) }

// takeFor returns a name with the cell's number behind it for what the user calls by another.
func (n *names) takeFor(name, user string, m *member) string {
	s := name + "_" + strconv.Itoa(m.Number)
	for n.kept[s] || n.taken[s] || n.words[s] {
		s += "_"
	}
	n.taken[s], n.users[s] = true, user
	return s
}

// fresh returns a name for a local variable of ours that stands for name.
func (n *names) fresh(name string) string {
	s := "new_" + name
	for n.kept[s] || n.taken[s] || n.words[s] {
		s += "_"
	}
	return s
}

// restore returns a message with the user's names for those that the output has instead. Of several
// types with one name it says which cells they are of.
func (n *names) restore(msg string) string {
	if len(n.users) == 0 {
		return msg
	}
	meant := map[string]string{} // what the output calls a name that the message has
	several := map[string]bool{}
	eachWord(msg, func(_, word, _ string) {
		user := n.userName(word)
		if before, ok := meant[user]; ok && before != word {
			several[user] = true
		}
		meant[user] = word
	})
	var b strings.Builder
	eachWord(msg, func(between, word, behind string) {
		user := n.userName(word)
		b.WriteString(between + user)
		if several[user] && n.cells[word] > 0 && !strings.HasPrefix(behind, "{") && !strings.HasPrefix(behind, "(") && !strings.HasPrefix(behind, ".") {
			b.WriteString(" of cell " + strconv.Itoa(n.cells[word]))
		}
	})
	return b.String()
}

func (n *names) userName(word string) string {
	if user, ok := n.users[word]; ok {
		return user
	}
	return word
}

// eachWord calls f with each word, what stands between it and the one before, and what is behind it.
// The last word is empty.
func eachWord(msg string, f func(between, word, behind string)) {
	for {
		i := strings.IndexFunc(msg, isWord)
		if i < 0 {
			f(msg, "", "")
			return
		}
		end := strings.IndexFunc(msg[i:], func(r rune) bool { return !isWord(r) })
		if end < 0 {
			end = len(msg[i:])
		}
		f(msg[:i], msg[i:i+end], msg[i+end:])
		msg = msg[i+end:]
	}
}

func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// nameDeclarations gives the cell's functions, types and constants the names that they are emitted
// by.
func (m *member) nameDeclarations() {
	for _, d := range m.defines {
		if d.tok == token.FUNC || d.tok == token.TYPE || d.tok == token.CONST {
			if d.emitted == "" { // else it is embedded
				d.emitted = m.take(d.name, m)
			}
			d.declared = d.emitted
			if d.tok == token.TYPE {
				m.cells[d.emitted] = m.Number
			}
		}
	}
}
