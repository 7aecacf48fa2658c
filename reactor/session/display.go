package session

import (
	"fmt"
	"slices"
	"strings"
)

// Display prints the values that a cell ends in, as a notebook does: nothing of no value, of one
// that is nil and of an empty struct, nor the error nil behind other values. GoNB shows no value
// by itself.
func Display(values ...any) {
	if n := len(values); n > 1 && values[n-1] == nil {
		values = values[:n-1]
	}
	values = slices.DeleteFunc(slices.Clone(values), func(v any) bool { return v == struct{}{} })
	if len(values) == 0 || len(values) == 1 && values[0] == nil {
		return
	}
	fmt.Println(strings.TrimSuffix(fmt.Sprintln(values...), "\n"))
}
