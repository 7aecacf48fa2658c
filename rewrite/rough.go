package rewrite

import (
	"go/token"
	"strings"
)

// roughlyDefined returns the names that a text which cannot be parsed seems to define.
func roughlyDefined(text []byte) []ident {
	r := rough{last: token.SEMICOLON}
	for t := newTokens(text); t.next(); {
		r.token(t)
	}
	return append(r.declared, r.assigned...)
}

// roughlyVisible returns the names that a cell seems to declare for later ones, the result's variable among them. Methods
// begin with a dot.
func roughlyVisible(text []byte, assign string) []string {
	r := rough{last: token.SEMICOLON}
	wraps, result := assign != "", assign
	for t := newTokens(text); t.next(); {
		if magic, name := magicWords(text[t.off:], t.tok); lookup(magic) == &runInReactor {
			if wraps = true; assign == "" {
				result = name
			}
		}
		r.token(t)
	}
	list := r.declared
	if !wraps { // else they are the closure's
		list = append(list, r.assigned...)
	}
	names := r.methods
	for _, id := range list {
		names = append(names, id.name)
	}
	if result != "" {
		names = append(names, result)
	}
	return names
}

// magicWords returns the name and the first argument of the magic at the start of text, whose first token is tok.
func magicWords(text []byte, tok token.Token) (name, arg string) {
	line, _, _ := strings.Cut(string(text), "\n")
	line, ok := strings.CutPrefix(line, directive)
	if !ok && tok != token.REM {
		return "", ""
	}
	words := append(strings.Fields(strings.TrimLeft(line, "%")), "", "")
	return words[0], words[1]
}

// rough finds what tokens seem to declare outside of functions.
type rough struct {
	declared []ident  // functions, types and constants
	assigned []ident  // variables
	methods  []string // with a dot
	list     []ident  // names that := may follow

	depth    int
	before   token.Token // the last but one
	last     token.Token
	keyword  token.Token // of the declaration whose names may follow
	group    token.Token // of the declarations between the brackets of var (
	receiver bool        // func has a bracket, and a method's name may follow
}

func (r *rough) token(t *tokens) {
	if t.tok == token.COMMENT {
		return
	}
	name := t.tok == token.IDENT
	if t.tok == token.LPAREN && r.depth == 0 {
		if isDeclaring(r.last) {
			r.group = r.last
		}
		r.receiver = r.last == token.FUNC && r.before == token.SEMICOLON
	}
	if r.depth += t.nests(); r.depth <= 0 {
		r.group = token.ILLEGAL
	}
	id := ident{t.lit, t.off}
	switch {
	case r.depth == 1 && r.group != token.ILLEGAL:
		if name && (r.last == token.LPAREN || r.last == token.SEMICOLON) {
			r.declare(r.group, id)
		}
	case r.depth > 0:
	case name && (isDeclaring(r.last) || r.last == token.FUNC):
		r.declare(r.last, id)
		r.keyword = r.last
	case name && r.last == token.COMMA && isDeclaring(r.keyword):
		r.declare(r.keyword, id)
	case name && r.last == token.RPAREN && r.receiver:
		r.methods = append(r.methods, "."+t.lit)
		r.receiver = false
	case name && (r.last == token.SEMICOLON || r.last == token.COMMA):
		r.list = append(r.list, id)
	case t.tok == token.DEFINE:
		r.assigned, r.list = append(r.assigned, r.list...), nil
	case t.tok != token.COMMA:
		r.list, r.keyword = nil, token.ILLEGAL
	}
	r.before, r.last = r.last, t.tok
}

func isDeclaring(tok token.Token) bool {
	return tok == token.VAR || tok == token.CONST || tok == token.TYPE
}

func (r *rough) declare(tok token.Token, id ident) {
	if tok == token.VAR {
		r.assigned = append(r.assigned, id)
	} else {
		r.declared = append(r.declared, id)
	}
}
