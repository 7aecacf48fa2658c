package rewrite

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// scanHint returns what to add to an error of go/scanner about the text at off: what people type who come from
// another language, or paste from a page.
//
//	'hello'     (a string has double quotes: "hello")
//	‘hello’     (write " for a string, and ' for a rune)
//	f（1）      (write '(' instead)
func (s *source) scanHint(off int, msg string) string {
	text := s.text[off:]
	r, _ := utf8.DecodeRune(text)
	switch msg {
	case "illegal rune literal":
		return runeHint(text)
	case "rune literal not terminated":
		return " (a string has double quotes)"
	case "string literal not terminated":
		return " (a string of several lines has backquotes)"
	case "raw string literal not terminated":
		if off >= 2 && s.startsLine(off-2) && bytes.HasPrefix(s.text[off-2:], []byte("```")) {
			return " (a line with ``` is Markdown: remove it)"
		}
	case "unknown escape sequence":
		return ` (write \\ for a backslash, or put the string in backquotes)`
	default:
		if strings.HasPrefix(msg, "illegal character ") {
			return lookalike(r)
		}
	}
	return ""
}

// quotesHint returns what to add to a syntax error at off, if that is a string next to an empty one.
func (s *source) quotesHint(off int) string {
	switch {
	case off < 2 || off > len(s.text):
		return ""
	case bytes.HasPrefix(s.text[off-2:], []byte(`"""`)):
		return " (a string of several lines has backquotes)"
	case bytes.HasPrefix(s.text[off-2:], []byte("```")):
		return " (a line with ``` is Markdown: remove it)"
	}
	return ""
}

// stringHint returns what to add to a message of go/types about a rune where a string is wanted. Only the text of a
// message tells.
func stringHint(msg string) string {
	wanted := strings.Contains(msg, "(mismatched types string and untyped rune)") || strings.Contains(msg, "(mismatched types untyped rune and string)") ||
		strings.Contains(msg, "(mismatched types untyped string and untyped rune)") || strings.Contains(msg, "(mismatched types untyped rune and untyped string)")
	if _, use, ok := strings.Cut(msg, " (untyped rune constant "); ok {
		wanted = strings.Contains(use, ") as string value in ") || strings.HasSuffix(use, ") to type string")
	}
	if !wanted {
		return ""
	}
	lits := runeLiteral().FindAllStringSubmatch(msg, 2)
	if len(lits) != 1 {
		return " (a string has double quotes)"
	}
	text := lits[0][1]
	switch text {
	case `"`:
		text = `\"`
	case `\'`:
		text = "'"
	}
	return ` (a string has double quotes: "` + text + `")`
}

var runeLiteral = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`'(\\[^'][^']*|\\'|[^'\\])'`) })

// runeHint is scanHint for a rune of no or of several characters.
func runeHint(text []byte) string {
	lit, rest, _ := bytes.Cut(text[1:], []byte("'"))
	next, _ := utf8.DecodeRune(rest)
	if bytes.ContainsAny(lit, "\"\\\n") || len(lit) > 40 || unicode.IsLetter(next) { // 'it's'
		return " (a string has double quotes)"
	}
	return ` (a string has double quotes: "` + string(lit) + `")`
}

// lookalike is scanHint for a character that Go does not have.
func lookalike(r rune) string {
	switch {
	case r == '#':
		return " (a comment begins with //)"
	case r == '?':
		return " (Go has no such operator: write if and else)"
	case r == '\\':
		return " (end the line in an operator, a comma or a bracket, and it goes on)"
	case r >= utf8.RuneSelf && unicode.IsSpace(r), r == '\u200b', r == '\u2060':
		return " (not a plain space: write one in its place)"
	case strings.ContainsRune("‘’‚‛„‟‹›«»′″´ˋ＂＇「」『』〝〞", r):
		return ` (write " for a string, and ' for a rune)`
	}
	if plain := plainFor(r); plain != "" {
		return " (write '" + plain + "' instead)"
	}
	return ""
}

// plainFor returns what a character of another keyboard, or of typography, stands for, or "".
func plainFor(r rune) string {
	const fullWidth = '！' - '!'
	if '！' <= r && r <= '～' {
		return string(r - fullWidth)
	}
	switch r {
	case '‐', '‑', '‒', '–', '—', '−':
		return "-"
	case '×', '·':
		return "*"
	case '÷':
		return "/"
	case '≤':
		return "<="
	case '≥':
		return ">="
	case '≠':
		return "!="
	case '…':
		return "..."
	case '、':
		return ","
	case '。':
		return "."
	}
	return ""
}
