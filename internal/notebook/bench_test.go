package notebook_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/cellwrap/cellwrap/internal/notebook"
)

// many returns a notebook of code cells, indented as Jupyter does, each with outputs of a size.
func many(cells, output int) []byte {
	var b strings.Builder
	b.WriteString("{\n \"cells\": [\n")
	png := strings.Repeat("iVBORw0KGgoAAAANSUhEUgAA+/", output/26)
	for i := range cells {
		if i > 0 {
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, `  {
   "cell_type": "code",
   "execution_count": %d,
   "id": "cell-%d",
   "metadata": {},
   "outputs": [
    {
     "data": {
      "image/png": "%s",
      "text/plain": [
       "a picture\n"
      ]
     },
     "metadata": {},
     "output_type": "display_data"
    }
   ],
   "source": [
    "%%%%run_in_reactor result\n",
    "for i := range 10 {\n",
    "\tfmt.Printf(\"<%%d>\\n\", i) // größer\n",
    "}\n",
    "return %d"
   ]
  }`, i, i, png, i)
	}
	b.WriteString("\n ],\n \"metadata\": {},\n \"nbformat\": 4,\n \"nbformat_minor\": 5\n}\n")
	return []byte(b.String())
}

// decode reads the sources with encoding/json, and nothing else.
func decode(text []byte) (sources []string, err error) {
	var nb struct {
		Cells []struct{ Source []string }
	}
	err = json.Unmarshal(text, &nb)
	for _, c := range nb.Cells {
		sources = append(sources, strings.Join(c.Source, ""))
	}
	return sources, err
}

// BenchmarkBook reads all sources, and, as "edit", changes them too.
func BenchmarkBook(b *testing.B) {
	for _, size := range []struct {
		name          string
		cells, output int
	}{
		{"1000 cells", 1000, 0},
		{"10000 cells", 10_000, 0},
		{"100 MB of outputs", 100, 1_000_000},
	} {
		text := many(size.cells, size.output)
		run := func(name string, f func() error) {
			b.Run(size.name+"/"+name, func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				b.ReportAllocs()
				for b.Loop() {
					if err := f(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		each := func(f func(*notebook.Book, int, []byte) error) error {
			book, err := notebook.Parse("x.ipynb", text)
			if err != nil {
				return err
			}
			for i := range book.Cells {
				src, err := book.Source(i)
				if err == nil && f != nil {
					err = f(book, i, src)
				}
				if err != nil {
					return err
				}
			}
			book.Bytes()
			return nil
		}
		run("parse", func() error { return each(nil) })
		run("edit", func() error {
			return each(func(book *notebook.Book, i int, src []byte) error {
				return book.SetSource(i, append([]byte("%load_ext cellwrap\n"), src...))
			})
		})
		run("encoding-json", func() error { _, err := decode(text); return err })
	}
}
