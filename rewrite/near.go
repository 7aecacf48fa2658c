package rewrite

import (
	"go/token"
	"strings"
)

// nearDirectives warns of comments that would be directives without a space.
func (c *cell) nearDirectives() []Diagnostic {
	if !strings.Contains(string(c.code), "cellwrap:") {
		return nil
	}
	var warnings []Diagnostic
	for t := newTokens(c.code); t.next(); {
		if t.tok != token.COMMENT {
			continue
		}
		if m := nearDirective(t.lit); m != nil {
			warnings = append(warnings, c.warning(t.off, "this is a comment and not a directive, because of the space (write %s%s)", directive, m.name))
		}
	}
	return warnings
}

// nearDirective returns the magic whose directive a comment would be without its spaces, or nil.
func nearDirective(comment string) *magic {
	text, ok := strings.CutPrefix(comment, "//")
	if !ok || isMarker(comment) {
		return nil
	}
	rest, ok := strings.CutPrefix(strings.TrimLeft(text, " \t"), strings.TrimPrefix(directive, "//"))
	words := strings.Fields(rest)
	if !ok || len(words) == 0 || strings.HasPrefix(comment, directive+words[0]) {
		return nil
	}
	return lookup(words[0])
}

// nearMagic warns of a line for the kernel that would be a magic of ours without a space.
func (c *cell) nearMagic(line magicLine) []Diagnostic {
	m := nearMagic(string(c.text[line.start:line.end]))
	if m == nil {
		return nil
	}
	return []Diagnostic{c.warning(line.start, "this is not a magic of cellwrap, because of the space (write %s%s)", m.percent(), m.name)}
}

// nearMagic returns the magic that a line names with a space after the percent signs, or nil.
func nearMagic(line string) *magic {
	rest, ok := strings.CutPrefix(line, "%")
	rest = strings.TrimPrefix(rest, "%")
	words := strings.Fields(rest)
	if !ok || len(words) == 0 || strings.HasPrefix(rest, words[0]) {
		return nil
	}
	return lookup(words[0])
}
