package rewrite

import (
	"bytes"
	"go/scanner"
	"go/token"
	"strings"
	"unicode"
)

// maxDepth bounds how deep brackets nest. gofmt's indentation alone makes its
// output quadratic in the depth.
const maxDepth = 1000

const tooDeep = "more than 1000 nested levels"

// directive begins the Go-safe spelling of a magic.
const directive = "//cellwrap:"

// cell is a cell taken apart by token: its magics, and where its declarations
// are. What is neither is statements.
type cell struct {
	*source
	code   []byte      // text with the byte order mark and the magics blanked, newlines kept
	magics []magicLine // in order
	decls  []decl      // in order
	vars   []decl      // the vars above the first statement, in order, if they may be declarations
	end    int         // end of the last token
	// open reports that the last token does not end a statement, such as an
	// operator, so that more input could complete it.
	open bool

	words    []int     // where await may be the operator, in order
	awaits   []int     // where it is
	settings []setting // in the order of their places; the first is from the start
	wraps    bool      // whether somebody asked for an EventualResult, or gave a template for one
	member   *member   // what it is in a program, or nil
	host     bool      // the host runs it: its magics and its func main are no business of ours
	kernel   bool      // it is for a kernel, whose magics stay
	main     int       // where func main is declared, or -1
}

// magicLine is a line that is a magic.
type magicLine struct {
	sign       int  // where the comment begins that it is in, or start
	start, end int  // its text, without white space around it
	first      bool // whether no token or magic stands before it
	ours       bool // whether it is not the kernel's
	setting    bool // whether it is one of ours that holds for what follows
}

// decl is an import, func, type or const declaration at the top level of the
// cell, or a var that GoNB is to memorize.
type decl struct {
	tok        token.Token
	start, end int // from its doc comment to its comment on the last line
	kw, stop   int // from its keyword to the end of its last token
	semi       int // its explicit semicolon, or -1
}

// splitter scans a cell once.
type splitter struct {
	*cell
	sc    scanner.Scanner
	file  *token.File
	base  int // offset of the text that sc scans
	fault *Error
	stack []bracket

	percent bool // whether magics may be in comments
	top     bool // nothing but magics came before
	lax     bool // only what no parser of Go takes is an error

	fresh  bool  // a statement could begin here
	above  bool  // no statement came before, and a var is one of cell.vars
	header bool  // between if, for or switch and its brace, where a semicolon ends nothing
	seen   bool  // a token or magic came before
	cur    *decl // the declaration that is being scanned
	fn     fnState
	trail  int   // end of the comments behind the last token of cur
	done   *decl // the declaration that ended with a semicolon on this line
	doc    int   // start of the comment group that may be a doc comment, or -1
	docEnd int   // index of that group's last line
	last   token.Token
	await  *awaitWords // nil if the cell has no such word
}

type bracket struct {
	tok token.Token
	off int
}

// fnState tells a func declaration from a func literal that begins a statement.
type fnState int

const (
	fnNone     fnState = iota
	fnKeyword          // after func
	fnReceiver         // inside the parameters that may be a receiver
	fnMaybe            // after them
	fnName             // after a name that may be a method's
)

// split takes src apart. The only text that it looks at is tokens: a line of a
// raw string that begins with % is no magic.
func split(src *source, m *member, opts *Options) (*cell, *Error) {
	s := newSplitter(src, m, opts)
	if err := s.scanAll(); err != nil {
		return nil, err
	}
	if n := len(s.stack); n > 0 {
		err := s.syntaxErrorf(s.stack[n-1].off, "unclosed %s", s.stack[n-1].tok)
		err.Incomplete = true
		return nil, err
	}
	return s.cell, nil
}

func newSplitter(src *source, m *member, opts *Options) *splitter {
	c := &cell{source: src, code: bytes.Clone(src.text), member: m, host: opts.host, kernel: opts.traits.cell, main: -1}
	copy(c.code[:c.bom], "   ")
	s := &splitter{cell: c, percent: opts.Percent, top: true, lax: opts.syntaxOnly, fresh: true, above: opts.memorizes(), doc: -1}
	if bytes.Contains(c.code, []byte(await)) {
		s.await = &awaitWords{word: -1, in: make([]level, 1)}
	}
	return s
}

// scanAll scans the whole text.
func (s *splitter) scanAll() (err *Error) {
	for off := 0; off >= 0 && err == nil; {
		off, err = s.scan(off)
	}
	if s.await != nil {
		s.words = s.await.found
	}
	s.open = s.seen && s.last != token.SEMICOLON && s.last != token.COLON && s.last != token.ILLEGAL
	return err
}

// scan scans from off to the end of the text, and returns -1, or to the first magic,
// and returns the offset after it: what a magic says is not Go.
func (s *splitter) scan(off int) (int, *Error) {
	s.base = off
	s.file = token.NewFileSet().AddFile("", -1, len(s.code)-off)
	s.sc.Init(s.file, s.code[off:], func(pos token.Position, msg string) {
		if s.fault == nil {
			off := s.base + pos.Offset
			s.fault = s.syntaxErrorf(off, "%s%s", msg, s.scanHint(off, msg))
		}
	}, scanner.ScanComments)
	for {
		pos, tok, lit := s.sc.Scan()
		at := s.base + s.file.Offset(pos)
		if tok != token.EOF {
			if sign, ok := s.isMagic(at, tok, lit); ok {
				return s.magic(at, sign), nil
			}
			s.top = false
		}
		if s.fault != nil {
			s.fault.Incomplete = tok == token.COMMENT || tok == token.STRING && lit[0] == '`'
			return 0, s.fault
		}
		var err *Error
		switch tok {
		case token.EOF:
			s.endDecl(-1)
			return -1, nil
		case token.COMMENT:
			err = s.comment(at, lit)
		default:
			err = s.token(at, tok, lit)
		}
		if err != nil {
			return 0, err
		}
	}
}

// isMagic reports whether the token at off makes its line a magic: it begins a
// line where a statement at the top level could begin. It also returns the length of the comment sign before the magic.
func (s *splitter) isMagic(off int, tok token.Token, lit string) (sign int, ok bool) {
	switch {
	case isHostToken(tok):
	case tok == token.PACKAGE:
		if s.member == nil || !isPackageClause(string(s.text[off:s.lineEnd(off)])) {
			return 0, false
		}
	case tok == token.COMMENT && strings.HasPrefix(lit, directive):
		if isMarker(lit) || nearDirective(lit) != nil {
			return 0, false
		}
	case tok == token.COMMENT && s.percent:
		if sign = signOf(lit, s.top); sign == 0 {
			return 0, false
		}
	default:
		return 0, false
	}
	return sign, s.fresh && len(s.stack) == 0 && s.startsLine(off)
}

// isHostToken reports whether a token may begin a magic, or a shell's line.
func isHostToken(tok token.Token) bool {
	return tok == token.REM || tok == token.REM_ASSIGN || tok == token.NOT || tok == token.NEQ
}

// hostLineEnd returns the end of the magic at off. A shell's line may go on.
func hostLineEnd(text []byte, off int) int {
	end := lineEnd(text, off)
	for text[off] == '!' && end < len(text) && bytes.HasSuffix(bytes.TrimRight(text[off:end], "\r"), []byte(`\`)) {
		end = lineEnd(text, end+1)
	}
	return end
}

// magic notes the magic at off, after a comment sign of some length, blanks it, and returns the offset after it.
func (s *splitter) magic(off, sign int) int {
	s.fault = nil
	start := off
	off += sign
	end := hostLineEnd(s.text, off)
	if !s.seen && isHostCell(s.text[off:end]) {
		end = len(s.text)
	}
	text := bytes.TrimRight(s.text[off:end], " \t\r\n")
	s.magics = append(s.magics, magicLine{sign: start, start: off, end: off + len(text), first: !s.seen})
	for i := start; i < end; i++ {
		if c := s.code[i]; c != '\n' && c != '\r' {
			s.code[i] = ' '
		}
	}
	s.seen, s.doc, s.done = true, -1, nil
	return end
}

// isHostCell reports whether a cell that begins with line is not Go at all, but the host's: %%bash
// and its like.
func isHostCell(line []byte) bool {
	name, ok := bytes.CutPrefix(line, []byte("%%"))
	if i := bytes.IndexFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && r != '_' }); i >= 0 {
		name = name[:i]
	}
	return ok && len(name) > 0 && lookup(string(name)) == nil
}

func (s *splitter) comment(off int, lit string) *Error {
	if err := s.checkComment(off, lit); err != nil && !s.lax {
		return err
	}
	if len(s.stack) > 0 {
		return nil
	}
	end := s.tokenEnd(off, token.COMMENT, lit)
	if s.cur != nil {
		s.trail = end
		return nil
	}
	if s.done != nil && s.index(off) == s.index(s.done.end-1) {
		s.done.end = end
		return nil
	}
	if !s.startsLine(off) {
		s.doc = -1
		return nil
	}
	if s.doc < 0 || s.index(off) > s.docEnd+1 {
		s.doc = off
	}
	s.docEnd = s.index(end - 1)
	return nil
}

func (s *splitter) token(off int, tok token.Token, lit string) *Error {
	if tok == token.SEMICOLON && len(s.stack) == 0 {
		s.await.token(off, tok, lit)
		semi := -1
		if lit == ";" {
			semi = off
		}
		s.endDecl(semi)
		s.fresh, s.last = !s.header || semi < 0, tok
		if semi >= 0 {
			s.doc, s.seen = -1, true
		}
		return nil
	}
	if s.fresh && len(s.stack) == 0 {
		if err := s.begin(off, tok); err != nil {
			return err
		}
	}
	if err := s.function(off, tok, lit); err != nil {
		return err
	}
	if err := s.bracket(off, tok); err != nil {
		return err
	}
	s.await.token(off, tok, lit)
	if len(s.stack) == 0 || len(s.stack) == 1 && tok == token.LBRACE {
		s.header = tok == token.IF || tok == token.FOR || tok == token.SWITCH || s.header && tok != token.LBRACE
	}
	s.fresh, s.seen, s.last = false, true, tok
	s.doc, s.done, s.trail = -1, nil, 0
	s.end = s.tokenEnd(off, tok, lit)
	return nil
}

// begin starts the statement or declaration at off.
func (s *splitter) begin(off int, tok token.Token) *Error {
	switch tok {
	case token.PACKAGE:
		return s.errorf(off, "a cell has no package clause (name the package with --package)")
	case token.IMPORT, token.CONST, token.TYPE:
	case token.FUNC:
		s.fn = fnKeyword
	case token.VAR:
		if !s.above {
			return nil
		}
	default:
		s.above = false
		return nil
	}
	start := off
	if s.doc >= 0 && s.index(off) <= s.docEnd+1 {
		start = s.doc
	}
	s.cur = &decl{tok: tok, start: start, kw: off, semi: -1}
	return nil
}

// function follows the tokens after a func that begins a statement. "func f" and
// "func (r T) m(" are declarations; "func (a int) T {" is a literal.
func (s *splitter) function(off int, tok token.Token, lit string) *Error {
	state := s.fn
	switch {
	case state == fnNone || state == fnKeyword && tok == token.FUNC:
		return nil
	case state == fnKeyword && tok == token.IDENT:
		if lit == "main" && s.member == nil && !s.host && !s.kernel {
			return s.errorf(off, "a cell cannot declare func main (its statements are what runs)")
		}
		if lit == "main" {
			s.main = off
		}
		s.fn = fnNone
	case state == fnKeyword && tok == token.LPAREN:
		s.fn = fnReceiver
	case state == fnReceiver:
		if tok == token.RPAREN && len(s.stack) == 1 {
			s.fn = fnMaybe
		}
	case state == fnMaybe && tok == token.IDENT:
		s.fn = fnName
	case state == fnName && tok == token.LPAREN:
		s.fn = fnNone
	default:
		s.fn, s.cur, s.above = fnNone, nil, false
	}
	return nil
}

func (s *splitter) bracket(off int, tok token.Token) *Error {
	var open token.Token
	switch tok {
	case token.LPAREN, token.LBRACK, token.LBRACE:
		if len(s.stack) == maxDepth {
			return s.errorf(off, "%s", tooDeep)
		}
		s.stack = append(s.stack, bracket{tok, off})
		return nil
	case token.RPAREN:
		open = token.LPAREN
	case token.RBRACK:
		open = token.LBRACK
	case token.RBRACE:
		open = token.LBRACE
	default:
		return nil
	}
	n := len(s.stack)
	if n == 0 {
		return s.syntaxErrorf(off, "unexpected %s (nothing is open here)", tok)
	}
	if top := s.stack[n-1]; top.tok != open {
		p := s.position(top.off)
		return s.syntaxErrorf(off, "unexpected %s (the %s at %d:%d is open)", tok, top.tok, p.Line, p.Column)
	}
	s.stack = s.stack[:n-1]
	return nil
}

// endDecl ends the declaration that is being scanned, if one is.
func (s *splitter) endDecl(semi int) {
	s.done = nil
	if s.cur == nil {
		s.fn = fnNone
		return
	}
	d := s.cur
	d.stop, d.end, d.semi = s.end, max(s.end, s.trail), semi
	if semi >= 0 {
		d.end = semi + 1
	}
	list := &s.decls
	if d.tok == token.VAR {
		list = &s.vars
	}
	*list = append(*list, *d)
	s.done = &(*list)[len(*list)-1]
	s.cur, s.fn = nil, fnNone
}

// tokenEnd returns the end of the token at off. The literal of a raw string or
// comment lacks the carriage returns that its text has.
func (s *splitter) tokenEnd(off int, tok token.Token, lit string) int {
	switch {
	case tok == token.STRING && lit[0] == '`':
		return off + 1 + bytes.IndexByte(s.code[off+1:], '`') + 1
	case tok == token.COMMENT && lit[1] == '*':
		return off + 2 + bytes.Index(s.code[off+2:], []byte("*/")) + 2
	case lit != "" && tok != token.SEMICOLON:
		return off + len(lit)
	case tok == token.SEMICOLON:
		return off + 1
	}
	return off + len(tok.String())
}
