package rewrite

import (
	"bytes"
	"go/token"
	"slices"
	"strings"
	"unicode"
)

// MayChange reports whether anything in a cell looks like a magic of ours or like an await. Where it
// does not, the cell passes through unchanged with Options.MagicOnly. It looks at no tokens, since most
// cells of most notebooks have nothing of the kind.
func MayChange(text []byte) bool {
	if bytes.Contains(text, []byte(await)) || bytes.Contains(text, []byte("cellwrap:")) {
		return true
	}
	if bytes.IndexByte(text, '%') < 0 {
		return false
	}
	return slices.ContainsFunc(magics, func(m *magic) bool {
		return bytes.Contains(text, []byte("%"+m.name)) || bytes.Contains(text, []byte("% "+m.name)) || slices.ContainsFunc(m.aliases, func(a string) bool {
			return bytes.Contains(text, []byte("%"+a))
		})
	})
}

// isOurs reports whether a cell that cannot be taken apart has a magic of ours or an await, as far
// as its tokens tell. The text behind a cell magic of the host's is no Go.
func isOurs(text []byte, percent bool) bool {
	first := bytes.TrimLeftFunc(bytes.TrimPrefix(text, bom), unicode.IsSpace)
	if percent {
		first = first[signOf(string(first[:lineEnd(first, 0)]), true):]
	}
	if name, ok := magicName(first); ok && bytes.HasPrefix(first, []byte("%%")) {
		return isSetting(name)
	}
	a := awaitWords{word: -1, in: make([]level, 1)}
	for t := newTokens(text); t.next(); {
		if t.tok != token.COMMENT {
			a.token(t.off, t.tok, t.lit)
		}
		switch {
		case a.found != nil:
			return true
		case t.tok == token.COMMENT:
			if strings.HasPrefix(t.lit, directive) && !isMarker(t.lit) {
				return true
			}
			if name, ok := magicName([]byte(t.lit[signOf(t.lit, true):])); percent && ok && isSetting(name) {
				return true
			}
		case t.tok == token.REM || t.tok == token.REM_ASSIGN:
			if name, ok := magicName(text[t.off:]); ok && isSetting(name) && len(bytes.TrimSpace(text[bytes.LastIndexByte(text[:t.off], '\n')+1:t.off])) == 0 {
				return true
			}
		}
	}
	return false
}

// isSetting reports whether a magic of ours has that name and does anything. The extensions of others
// are loaded by %load_ext too.
func isSetting(name string) bool {
	m := lookup(name)
	return m != nil && m != &loadExt
}

// magicName returns the name of the magic at the start of text, if there is one.
func magicName(text []byte) (string, bool) {
	if len(text) == 0 || text[0] != '%' {
		return "", false
	}
	line, _, _ := bytes.Cut(text, []byte("\n"))
	words := strings.Fields(strings.TrimLeft(string(line), "%"))
	if len(words) == 0 {
		return "", false
	}
	return strings.TrimSuffix(words[0], "?"), true
}
