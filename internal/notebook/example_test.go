package notebook_test

import (
	"fmt"

	"github.com/cellwrap/cellwrap/internal/notebook"
)

// Only the bytes of what is changed change.
func ExampleBook_SetSource() {
	text := `{"cells": [{"cell_type":"code", "id":"a1",
  "execution_count": null, "metadata": {}, "outputs":[],
  "source": ["return 6\n", "* 7"]}],
 "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
`
	book, err := notebook.Parse("book.ipynb", []byte(text))
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := book.SetSource(0, []byte("return 6\n* 9")); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s", book.Bytes())
	// Output:
	// {"cells": [{"cell_type":"code", "id":"a1",
	//   "execution_count": null, "metadata": {}, "outputs":[],
	//   "source": ["return 6\n", "* 9"]}],
	//  "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
}

func ExampleParse_percent() {
	book, err := notebook.Parse("jobs.go", []byte("// %% start\n// %%run_in_reactor job\nreturn 42\n// %%\njob.Wait(time.Second)\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, c := range book.Cells {
		src, err := book.Source(i)
		fmt.Printf("%v %q %q %v\n", book.Position(i, 1, 1), c.Title, src, err)
	}
	// Output:
	// jobs.go:2:1 "start" "// %%run_in_reactor job\nreturn 42\n" <nil>
	// jobs.go:5:1 "" "job.Wait(time.Second)\n" <nil>
}

func ExampleParse_refused() {
	_, err := notebook.Parse("book.ipynb", []byte(`{"cells": 1}`))
	fmt.Println(err)
	// Output: book.ipynb:1:11: cells must be a list, not a number
}
