package notebook

import "bytes"

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
