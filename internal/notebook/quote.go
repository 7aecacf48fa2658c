package notebook

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// hex4 returns the code unit of the \uXXXX that text begins with.
func hex4(text []byte) (rune, bool) {
	if len(text) < len(`\u0000`) || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range text[2:6] {
		switch {
		case isDigit(c):
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// unescape decodes the escape that text begins with. A lone surrogate is returned as it is.
func unescape(text []byte) (r rune, size int) {
	if i := bytes.IndexByte([]byte("bfnrt"), text[1]); i >= 0 {
		return rune("\b\f\n\r\t"[i]), 2
	}
	r, ok := hex4(text)
	if !ok {
		return rune(text[1]), 2
	}
	if utf16.IsSurrogate(r) {
		low, _ := hex4(text[6:])
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			return pair, 12
		}
	}
	return r, 6
}

// appendUnquoted appends the text that the inside of a JSON string stands for. It returns the
// offset in raw of the first lone surrogate, which no text can hold and which is decoded to U+FFFD,
// or -1.
func appendUnquoted(dst, raw []byte) ([]byte, int) {
	lone := -1
	for i := 0; ; {
		n := bytes.IndexByte(raw[i:], '\\')
		if n < 0 {
			return append(dst, raw[i:]...), lone
		}
		dst = append(dst, raw[i:i+n]...)
		i += n
		r, size := unescape(raw[i:])
		if lone < 0 && utf16.IsSurrogate(r) {
			lone = i
		}
		dst = utf8.AppendRune(dst, r)
		i += size
	}
}

// form is how a character stands in a JSON string.
type form uint8

const (
	unknown form = iota
	escaped      // \u003c
	short        // \/
	raw
)

// Where manner keeps the form of what is not ASCII.
const (
	separators = utf8.RuneSelf + iota // U+2028 and U+2029, which some writers escape for JavaScript
	others
	manners
)

// manner is how the writer of a JSON text spells what can be spelled in more than one way: Python
// with ensure_ascii has \u00e9, Go \u003c and \u2028, .NET \u0022 and upper case.
type manner struct {
	forms [manners]form
	hex   string // digits of \uXXXX, or "" if it has none to tell
}

const lowerHex, upperHex = "0123456789abcdef", "0123456789ABCDEF"

// slot returns where the form of r is kept.
func slot(r rune) int {
	switch {
	case r < utf8.RuneSelf:
		return int(r)
	case r == '\u2028' || r == '\u2029':
		return separators
	}
	return others
}

// mannerOf returns the manner of JSON text. Where a character stands in several forms, the
// plainest counts.
func mannerOf(text []byte) *manner {
	m := new(manner)
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == '\\':
			r, size := unescape(text[i:])
			f := short
			if size > 2 {
				f = escaped
				m.learnHex(text[i+2 : i+6])
			}
			m.learn(r, f)
			i += size
		case c < utf8.RuneSelf:
			if c >= ' ' && c != '"' { // as they cannot stand in a string, but around it
				m.forms[c] = raw
			}
			i++
		default:
			r, size := utf8.DecodeRune(text[i:])
			m.learn(r, raw)
			i += size
		}
	}
	return m
}

func (m *manner) learn(r rune, f form) {
	p := &m.forms[slot(r)]
	*p = max(*p, f)
}

func (m *manner) learnHex(digits []byte) {
	switch {
	case bytes.ContainsAny(digits, "abcdef"):
		m.hex = lowerHex
	case m.hex == "" && bytes.ContainsAny(digits, "ABCDEF"):
		m.hex = upperHex
	}
}

// orElse returns the manner with what is unknown taken from another.
func (m *manner) orElse(other *manner) *manner {
	merged := *m
	for i, f := range merged.forms {
		if f == unknown {
			merged.forms[i] = other.forms[i]
		}
	}
	if merged.hex == "" {
		merged.hex = other.hex
	}
	return &merged
}

// guess decides what no string shows.
func (m *manner) guess() *manner {
	m = m.orElse(&manner{hex: lowerHex})
	// What Go's encoding/json escapes for the sake of HTML goes together.
	for _, c := range "<>&" {
		for _, like := range "<>&" {
			if m.forms[c] == unknown {
				m.forms[c] = m.forms[like]
			}
		}
	}
	switch {
	case m.forms[separators] != unknown:
	case m.forms['<'] == escaped:
		m.forms[separators] = escaped
	default:
		m.forms[separators] = m.forms[others]
	}
	return m
}

// appendText appends a text as the inside of a JSON string.
func (m *manner) appendText(dst, text []byte) []byte {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		dst = m.appendRune(dst, r, text[i:i+size])
		i += size
	}
	return dst
}

func (m *manner) appendRune(dst []byte, r rune, utf8 []byte) []byte {
	f := m.forms[slot(r)]
	letter := bytes.IndexRune([]byte("\b\f\n\r\t\"\\/"), r)
	switch {
	case letter >= 0 && (f == short || f != escaped && r != '/'):
		return append(dst, '\\', `bfnrt"\/`[letter])
	case r >= ' ' && f != escaped:
		return append(dst, utf8...)
	case r > 0xffff:
		high, low := utf16.EncodeRune(r)
		return m.appendHex(m.appendHex(dst, high), low)
	}
	return m.appendHex(dst, r)
}

func (m *manner) appendHex(dst []byte, r rune) []byte {
	h := m.hex
	return append(dst, '\\', 'u', h[r>>12&15], h[r>>8&15], h[r>>4&15], h[r&15])
}
