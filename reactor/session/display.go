package session

import (
	"fmt"
	"strings"
)

// Display prints the values that a cell ends in, as a notebook does: nothing of no value, of one
// that is nil and of an empty struct, nor the error nil behind other values. GoNB shows no value
// by itself.
func Display(values ...any) {
	if n := len(values); n > 1 && values[n-1] == nil {
		values = values[:n-1]
	}
	if len(values) == 0 || len(values) == 1 && (values[0] == nil || values[0] == struct{}{}) {
		return
	}
	fmt.Println(strings.TrimSuffix(fmt.Sprintln(values...), "\n"))
}
