// Package suggest finds the word that somebody meant.
package suggest

import (
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Nearest returns the candidate that word is most likely a slip of, or "".
func Nearest(word string, candidates []string) string {
	nearest, least := "", min(len(word)/2, max(2, len(word)/4))+1
	for _, c := range candidates {
		d := levenshtein.ComputeDistance(strings.ToLower(word), strings.ToLower(c))
		if 2*len(word) >= len(c) && strings.HasPrefix(c, word) {
			d = min(d, 1) // cut short
		}
		if d < least {
			nearest, least = c, d
		}
	}
	return nearest
}

// Unknown returns the error for a word that is none of what there is: it names the one that was
// meant, else all.
func Unknown(what, word string, candidates []string) error {
	if c := Nearest(word, candidates); c != "" {
		return fmt.Errorf("unknown %s %q; did you mean %s?", what, word, c)
	}
	last := len(candidates) - 1
	return fmt.Errorf("unknown %s %q (%s or %s)", what, word, strings.Join(candidates[:last], ", "), candidates[last])
}
