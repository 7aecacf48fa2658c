package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkRun compares cellwrap run with go build and running of the same program, written by hand,
// and with go run. Each time the program is another one, so that it is compiled and linked; the
// packages that it imports are there. The ratio is what DESIGN has a budget for.
func BenchmarkRun(b *testing.B) {
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	dir, bin := b.TempDir(), b.TempDir()
	cellwrap := filepath.Join(bin, "cellwrap")
	if err := os.Symlink(self, cellwrap); err != nil {
		b.Fatal(err)
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			b.Fatal(err)
		}
	}
	const want = "HELLO 3"
	write("go.mod", "module example.com/m\n\ngo 1.26\n")
	byHand := func(i int) {
		write("main.go", fmt.Sprintf(`package main

import (
	"fmt"
	"strings"
)

type greeting struct {
	text string
	n    int
}

func (g greeting) loud() string { return strings.ToUpper(g.text) }

func main() {
	g := greeting{"hello", %d}
	for range 3 {
		g.n++
	}
	fmt.Println(g.loud(), g.n-%[1]d)
}
`, i))
	}
	asCells := func(i int) {
		write("book.go", fmt.Sprintf(`// %%%%
type greeting struct {
	text string
	n    int
}

func (g greeting) loud() string { return strings.ToUpper(g.text) }

// %%%%
g := greeting{"hello", %d}
for range 3 {
	g.n++
}

// %%%%
fmt.Println(g.loud(), g.n-%[1]d)
`, i))
	}
	run := func(name string, args ...string) {
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil || strings.TrimSpace(string(out)) != want && len(out) > 0 {
			b.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
	for _, c := range []struct {
		name string
		step func(i int)
	}{
		{"cellwrap run", func(i int) {
			asCells(i)
			run(cellwrap, "run", "book.go")
		}},
		{"go build and run", func(i int) {
			byHand(i)
			run("go", "build", "-o", "m", "main.go")
			run("./m")
		}},
		{"go run", func(i int) {
			byHand(i)
			run("go", "run", "main.go")
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			c.step(0) // what is compiled once
			i := 0
			for b.Loop() {
				i++
				c.step(i)
			}
		})
	}
}
