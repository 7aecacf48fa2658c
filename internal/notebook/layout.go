package notebook

import (
	"bytes"
	"strings"
)

// layout is how a JSON text is laid out.
type layout struct {
	newline string // "\n", "\r\n", or "" if members stand on one line
	unit    string // of indentation, where there are lines
	colon   string // with the spaces around it
	comma   string // between members on one line
}

// layoutOf returns the layout of a text, as its outermost object shows it: from its bracket to its
// first key, from behind that to the value, and what stands behind the value, at end.
func layoutOf(text []byte, lead, colon span, end int) *layout {
	l := &layout{colon: string(text[colon.start:colon.end]), comma: ", "}
	l.newline, l.unit = lineBreak(text[lead.start+1 : lead.end])
	if strings.ContainsAny(l.colon, "\r\n") {
		l.colon = ": "
	}
	if l.newline == "" && (l.colon == ":" || bytes.HasPrefix(text[end:], []byte(`,"`))) {
		l.comma = ","
	}
	return l
}

// lineBreak splits white space into its line's end, or "", and the indentation behind it.
func lineBreak(space []byte) (newline, indent string) {
	i := bytes.LastIndexByte(space, '\n')
	switch {
	case i < 0:
		return "", ""
	case i > 0 && space[i-1] == '\r':
		return "\r\n", string(space[i+1:])
	}
	return "\n", string(space[i+1:])
}

// appendLaid appends JSON that has no white space between its tokens, laid out for the indentation
// at which it stands.
func (l *layout) appendLaid(dst, value []byte, indent string) []byte {
	depth := 0
	line := func() {
		if l.newline != "" {
			dst = append(append(dst, l.newline...), indent...)
			dst = append(dst, strings.Repeat(l.unit, depth)...)
		}
	}
	for i := 0; i < len(value); i++ {
		switch c := value[i]; c {
		case '"':
			s := parser{text: value, pos: i}
			at, _ := s.string()
			dst = append(dst, value[at.start:at.end]...)
			i = at.end - 1
		case '{', '[':
			dst = append(dst, c)
			if value[i+1] == c+2 {
				i++
				dst = append(dst, c+2)
				continue
			}
			depth++
			line()
		case '}', ']':
			depth--
			line()
			dst = append(dst, c)
		case ',':
			if l.newline == "" {
				dst = append(dst, l.comma...)
				continue
			}
			dst = append(dst, c)
			line()
		case ':':
			dst = append(dst, l.colon...)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}
