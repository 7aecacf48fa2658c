package rewrite

import (
	"slices"
	"testing"
)

func TestShellFields(t *testing.T) {
	for text, want := range map[string][]arg{
		``:                   nil,
		`a  b`:               {{"a", 7}, {"b", 10}},
		`"a b" c`:            {{"a b", 7}, {"c", 13}},
		`x"a b"y`:            {{"xa by", 7}},
		`"a\n\"b"`:           {{"a\n\"b", 7}},
		`a // b`:             {{"a", 7}},
		`"// a" b//c`:        {{"// a", 7}, {"b//c", 14}},
		"a\t\"\" \"b // c\"": {{"a", 7}, {"", 9}, {"b // c", 12}},
	} {
		if got := shellFields(text, 7); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
