package notebook

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

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
