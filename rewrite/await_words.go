package rewrite

import (
	"bytes"
	"go/token"
	"slices"
	"unicode/utf8"
)

// await is the operator that waits, with the precedence of <-. Each of its places is blanked
// to <- for the parser, which is as long with blanks, and found again among the receives.
const await = "await"

// awaitWords finds where the word await is the operator: where Go has no pair of an identifier
// and what follows. It has them in parameters, struct fields, and the names of a declaration.
type awaitWords struct {
	found  []int
	word   int         // offset of a word that may be one, if it is the last token, or -1
	last   token.Token // the last token
	params bool        // the next ( or [ opens parameters
	in     []level     // of brackets; the first is outside of all
}

// level is what is directly inside of a bracket.
type level struct {
	pairs   bool // pairs of a name and a type: parameters or fields
	params  bool // it is parameters, and what may follow are more
	methods bool // of an interface
	group   bool // of declarations
	types   bool // of types
	names   bool // what a declaration declares: var, const, type or import was, and = was not
}

// token looks at the next token.
func (a *awaitWords) token(off int, tok token.Token, lit string) {
	if a == nil {
		return
	}
	params, last := a.params, a.last
	a.params, a.last = false, tok
	if a.word >= 0 && beginsOperand(tok) {
		a.found = append(a.found, a.word)
		last = token.ARROW // await await d
	}
	a.word = -1
	in := &a.in[len(a.in)-1]
	switch tok {
	case token.IDENT:
		if lit == await && !in.pairs && !in.names && !endsOperand(last) {
			a.word = off
		}
		a.params = params || in.methods // func f(, func (r T) m(
	case token.FUNC:
		a.params = true
	case token.VAR, token.CONST, token.TYPE, token.IMPORT:
		in.names, in.types = true, tok == token.TYPE
	case token.ASSIGN:
		in.names = false
	case token.SEMICOLON:
		in.names = in.group
	case token.LPAREN:
		group := last == token.VAR || last == token.CONST || last == token.TYPE || last == token.IMPORT
		a.in = append(a.in, level{pairs: params, params: params, group: group, types: last == token.TYPE, names: group})
	case token.LBRACK:
		generic := in.names && in.types && last == token.IDENT // type t[
		a.in = append(a.in, level{pairs: params || generic, params: params})
	case token.LBRACE:
		a.in = append(a.in, level{pairs: last == token.STRUCT, methods: last == token.INTERFACE})
	case token.RPAREN, token.RBRACK, token.RBRACE:
		a.params = in.params
		if len(a.in) > 1 {
			a.in = a.in[:len(a.in)-1]
		}
	}
}

// beginsOperand reports whether tok begins the operand of await, and nothing that could follow an
// identifier.
func beginsOperand(tok token.Token) bool {
	switch tok {
	case token.FUNC, token.STRUCT, token.MAP:
		return true
	}
	return tok.IsLiteral()
}

// endsOperand reports whether an operator after tok would have two operands, or be a part of a
// name or a type.
func endsOperand(tok token.Token) bool {
	switch tok {
	case token.RPAREN, token.RBRACK, token.RBRACE, token.PERIOD, token.CHAN:
		return true
	}
	return tok.IsLiteral()
}

// blankAwaits makes of each await that is in force what the parser can read.
func (c *cell) blankAwaits() {
	for _, off := range c.words {
		if c.at(off).autoawait {
			copy(c.code[off:], "<-   ")
			c.awaits = append(c.awaits, off)
		}
	}
}

// blankAwaits makes of each await in text what the parser can read and has no type, and reports
// whether there are any. (A receive of two values from a channel would have one, but not await's.)
func blankAwaits(text []byte) bool {
	if !bytes.Contains(text, []byte(await)) {
		return false
	}
	a := awaitWords{word: -1, in: make([]level, 1)}
	for t := newTokens(text); t.next(); {
		if t.tok != token.COMMENT {
			a.token(t.off, t.tok, t.lit)
		}
	}
	for _, off := range a.found {
		copy(text[off:], "!    ")
	}
	return a.found != nil
}

// awaitHint returns what to add to a syntax error at off, if that is right behind a word await which
// is no operator.
func (c *cell) awaitHint(off int) string {
	before := bytes.TrimRight(c.code[:min(max(off, 0), len(c.code))], " \t")
	word := len(before) - len(await)
	switch {
	case !bytes.HasSuffix(before, []byte(await)) || word > 0 && isLetter(before[word-1]):
		return ""
	case !c.at(word).autoawait:
		return " (await is no operator after %autoawait off)"
	case !slices.Contains(c.words, word) && !beginsOperand(c.tokenAt(off)):
		return " (the operand of await begins with a name or with func)"
	}
	return ""
}

// tokenAt returns the token that begins at off.
func (c *cell) tokenAt(off int) token.Token {
	t := newTokens(c.code[min(max(off, 0), len(c.code)):])
	t.next()
	return t.tok
}

// undefinedHint returns what to add to a message of go/types about off, if that says that the word
// await there means nothing: it was to be the operator.
func (c *cell) undefinedHint(msg string, off int) string {
	if msg != "undefined: "+await || !c.at(off).autoawait {
		return ""
	}
	return " (the operator stands before a name or a function: await d)"
}

func isLetter(b byte) bool {
	return b >= utf8.RuneSelf || token.IsIdentifier(string(rune(b))) || '0' <= b && b <= '9'
}
