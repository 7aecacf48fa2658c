package notebook

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// maxDepth is how deep values may be nested, as in cells.
const maxDepth = 1000

// span is a range [start, end) of the text. The zero span is none: no value is at offset 0.
type span struct{ start, end int }

// parser reads JSON (RFC 8259), as strictly as encoding/json does, and knows where everything
// stands, which encoding/json does not tell. What is skipped is checked and not decoded.
type parser struct {
	name string // in errors
	text []byte
	pos  int
	open []int // offsets of the brackets that are open
}

// newParser returns a parser of a text, behind its byte order mark if it has one.
func newParser(name string, text []byte) (*parser, error) {
	p := &parser{name: name, text: text}
	if at := invalidUTF8(text); at >= 0 {
		p.pos = at
		return nil, p.errorf("invalid UTF-8")
	}
	if bytes.HasPrefix(text, []byte(byteOrderMark)) {
		p.pos = len(byteOrderMark)
	}
	return p, nil
}

func (p *parser) errorf(format string, args ...any) error {
	return errorAt(p.name, p.text, p.pos, format, args...)
}

// cutOff is the error of a text that ends early.
func (p *parser) cutOff(what string, start int) error {
	p.pos = len(p.text)
	line, col := lineColumn(p.text, start)
	return p.errorf("the text ends inside of %s that begins at %d:%d (is the file cut off?)", what, line, col)
}

// peek skips white space, and returns the byte that follows without reading it.
func (p *parser) peek() (byte, error) {
	for ; p.pos < len(p.text); p.pos++ {
		switch c := p.text[p.pos]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c, nil
		}
	}
	if len(p.open) == 0 {
		return 0, p.errorf("the text ends where a value must follow")
	}
	start := p.open[len(p.open)-1]
	return 0, p.cutOff(typeName(p.text[start]), start)
}

// typeName returns what a value is that begins with c.
func typeName(c byte) string {
	switch c {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}

// enter reads an opening bracket, and reports whether something is inside.
func (p *parser) enter() (bool, error) {
	if len(p.open) == maxDepth {
		return false, p.errorf("more than %d nested levels", maxDepth)
	}
	closing := p.text[p.pos] + 2 // in ASCII
	p.open = append(p.open, p.pos)
	p.pos++
	c, err := p.peek()
	if err != nil {
		return false, err
	}
	if c == closing {
		p.leave()
	}
	return c != closing, nil
}

// leave reads a closing bracket.
func (p *parser) leave() {
	p.pos++
	p.open = p.open[:len(p.open)-1]
}

// more reads what follows a value in brackets: a comma, or the closing bracket and then it
// returns false.
func (p *parser) more() (bool, error) {
	c, err := p.peek()
	if err != nil {
		return false, err
	}
	opening := p.text[p.open[len(p.open)-1]]
	switch c {
	case ',':
		p.pos++
		c, err := p.peek()
		if err == nil && c == opening+2 {
			err = p.errorf("%s ends in a comma", typeName(opening))
		}
		return true, err
	case opening + 2:
		p.leave()
		return false, nil
	}
	return false, p.errorf("%s goes on without a comma", typeName(opening))
}

// key reads the name of a member and the colon.
func (p *parser) key() (span, error) {
	c, err := p.peek()
	if err != nil {
		return span{}, err
	}
	if c != '"' {
		return span{}, p.errorf("an object's key must be a string in double quotes")
	}
	key, err := p.string()
	if err != nil {
		return span{}, err
	}
	if c, err = p.peek(); err != nil {
		return span{}, err
	}
	if c != ':' {
		return span{}, p.errorf("a colon is missing behind an object's key")
	}
	p.pos++
	_, err = p.peek()
	return key, err
}

// skip reads a value.
func (p *parser) skip() error {
	for base := len(p.open); ; {
		c, err := p.peek()
		if err != nil {
			return err
		}
		inside := false
		if c == '{' || c == '[' {
			inside, err = p.enter()
		} else {
			err = p.scalar(c)
		}
		for err == nil && !inside && len(p.open) > base {
			inside, err = p.more()
		}
		if err != nil || !inside {
			return err
		}
		if p.text[p.open[len(p.open)-1]] == '{' {
			if _, err := p.key(); err != nil {
				return err
			}
		}
	}
}

// value reads a value, and returns its place.
func (p *parser) value() (span, error) {
	if _, err := p.peek(); err != nil {
		return span{}, err
	}
	start := p.pos
	err := p.skip()
	return span{start, p.pos}, err
}

// object reads an object, and calls member behind each key, which is at a place, to read the value.
func (p *parser) object(what string, member func(key []byte, at span) error) error {
	more, err := p.enterA('{', what)
	for more && err == nil {
		var at span
		if at, err = p.key(); err != nil {
			return err
		}
		key := p.text[at.start+1 : at.end-1]
		if bytes.IndexByte(key, '\\') >= 0 {
			key, _ = appendUnquoted(nil, key)
		}
		if err = member(key, at); err != nil {
			return err
		}
		more, err = p.more()
	}
	return err
}

// list reads a list, calling element to read each value.
func (p *parser) list(what string, element func() error) error {
	more, err := p.enterA('[', what)
	for more && err == nil {
		if err = element(); err != nil {
			return err
		}
		more, err = p.more()
	}
	return err
}

// enterA reads an opening bracket that must be c.
func (p *parser) enterA(c byte, what string) (bool, error) {
	got, err := p.peek()
	if err != nil {
		return false, err
	}
	if got != c {
		return false, p.mismatch(what, typeName(c))
	}
	return p.enter()
}

// mismatch returns the error of a value of the wrong type, unless it is no value at all.
func (p *parser) mismatch(what, must string) error {
	start := p.pos
	if err := p.skip(); err != nil {
		return err
	}
	p.pos = start
	return p.errorf("%s must be %s, not %s", what, must, typeName(p.text[start]))
}

// scalar reads a value that begins with c, and is no object or list.
func (p *parser) scalar(c byte) error {
	switch {
	case c == '"':
		_, err := p.string()
		return err
	case c == '-' || isDigit(c):
		return p.number()
	}
	for _, word := range []string{"true", "false", "null"} {
		if bytes.HasPrefix(p.text[p.pos:], []byte(word)) {
			p.pos += len(word)
			return nil
		}
	}
	return p.noValue()
}

// noValue is the error of what is no JSON value.
func (p *parser) noValue() error {
	rest := p.text[p.pos:]
	for _, word := range []string{"NaN", "Infinity", "-Infinity"} {
		if bytes.HasPrefix(rest, []byte(word)) {
			return p.errorf("%s is Python's, and no JSON (use null or a string)", word)
		}
	}
	for _, word := range []string{"true", "false", "null", "NaN", "Infinity", "-Infinity"} {
		if bytes.HasPrefix([]byte(word), rest) {
			if len(p.open) > 0 {
				start := p.open[len(p.open)-1]
				return p.cutOff(typeName(p.text[start]), start)
			}
			p.pos = len(p.text)
			return p.errorf("the text ends inside of a value (is the file cut off?)")
		}
	}
	r, _ := utf8.DecodeRune(rest)
	return p.errorf("not JSON: a value cannot begin with %q", r)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// number reads a number.
func (p *parser) number() error {
	start := p.pos
	at := func(chars string) bool {
		return p.pos < len(p.text) && bytes.IndexByte([]byte(chars), p.text[p.pos]) >= 0
	}
	digits := func() bool {
		first := p.pos
		for p.pos < len(p.text) && isDigit(p.text[p.pos]) {
			p.pos++
		}
		return p.pos > first
	}
	if at("-") {
		p.pos++
	}
	if at("I") {
		p.pos = start
		return p.noValue()
	}
	ok := true
	if at("0") {
		p.pos++
		ok = !at("0123456789")
	} else {
		ok = digits()
	}
	if ok && at(".") {
		p.pos++
		ok = digits()
	}
	if ok && at("eE") {
		p.pos++
		if at("+-") {
			p.pos++
		}
		ok = digits()
	}
	switch {
	case ok:
		return nil
	case p.pos == len(p.text):
		return p.cutOff("a number", start)
	}
	p.pos = start
	return p.errorf("not a JSON number")
}

// string reads a string, and returns its place with the quotes.
func (p *parser) string() (span, error) {
	start := p.pos
	for p.pos++; ; {
		p.pos += plain(p.text[p.pos:])
		if p.pos == len(p.text) {
			return span{}, p.cutOff("a string", start)
		}
		switch c := p.text[p.pos]; c {
		case '"':
			p.pos++
			return span{start, p.pos}, nil
		case '\\':
			size := escapeSize(p.text[p.pos:])
			if size == 0 {
				if len(p.text)-p.pos < len(`\u0000`) && bytes.IndexByte(p.text[p.pos:], '"') < 0 {
					return span{}, p.cutOff("a string", start)
				}
				return span{}, p.errorf("not an escape of JSON")
			}
			p.pos += size
		case '\n', '\r':
			return span{}, p.errorf("a string goes over the end of its line (write \\n, or close it)")
		default:
			return span{}, p.errorf("control character %#U in a string (write \\u%04x)", c, c)
		}
	}
}

// plain returns how many bytes stand before the first that is a quote, a backslash or a control
// character: eight at a time, since a picture among the outputs is one string of megabytes.
func plain(text []byte) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; i+8 <= len(text); i += 8 {
		w := binary.LittleEndian.Uint64(text[i:])
		quote, slash := w^ones*'"', w^ones*'\\'
		// The lowest byte that is zero, or less than a space, is the lowest whose high bit is set:
		// a borrow only goes upwards.
		found := ((quote-ones)&^quote | (slash-ones)&^slash | (w-ones*' ')&^w) & highs
		if found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for ; i < len(text) && text[i] >= ' ' && text[i] != '"' && text[i] != '\\'; i++ {
	}
	return i
}

// escapeSize returns the length of the escape that text begins with, or 0 if it is none.
func escapeSize(text []byte) int {
	switch {
	case len(text) < 2:
		return 0
	case text[1] == 'u':
		if _, ok := hex4(text); ok {
			return len(`\u0000`)
		}
		return 0
	case bytes.IndexByte([]byte(`"\/bfnrt`), text[1]) >= 0:
		return 2
	}
	return 0
}
