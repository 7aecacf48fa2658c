package main

import (
	"bytes"
	"fmt"
	"go/format"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// BenchmarkProcess runs the command as the README installs it, in turns with gofmt on the same
// text, and reports both medians and their ratio: without types, and with types in a module that
// has the runtime, when the cache is warm. The last ones are with a cache that is empty each time,
// when the go command is started.
func BenchmarkProcess(b *testing.B) {
	gofmt, err := exec.LookPath("gofmt")
	if err != nil {
		b.Skip("no gofmt to compare with")
	}
	bin := copied(b, buildCommands(b))
	gofmt = copied(b, gofmt)
	cache := b.TempDir()
	b.Setenv("XDG_CACHE_HOME", cache)
	compare := func(b *testing.B, imports, body string, empty bool, args ...string) {
		cell, fragment := []byte(imports+body), []byte(body)
		args = append(args, "--stdin-filename", "x.gocell")
		process(b, cell, bin, args...)
		b.SetBytes(int64(len(cell)))
		var ours, theirs []time.Duration
		for b.Loop() {
			if empty {
				os.RemoveAll(filepath.Join(cache, "cellwrap"))
			}
			theirs = append(theirs, process(b, fragment, gofmt))
			ours = append(ours, process(b, cell, bin, args...))
		}
		b.ReportMetric(0, "ns/op") // it is of no meaning: the two together
		b.ReportMetric(float64(median(ours).Microseconds()), "µs/cellwrap")
		b.ReportMetric(float64(median(theirs).Microseconds()), "µs/gofmt")
		b.ReportMetric(float64(median(ours))/float64(median(theirs)), "×gofmt")
	}
	for _, size := range []int{200, 1_500, 6_000, 60_000, 600_000} {
		body := string(cellOf(b, size))
		b.Run(fmt.Sprintf("off/%d", size), func(b *testing.B) { compare(b, "", body, false, "--types", "off") })
		b.Run(fmt.Sprintf("types/%d", size), func(b *testing.B) { compare(b, "", body, false) })
	}
	const (
		std  = "import (\n\t\"fmt\"\n\t\"strings\"\n\t\"time\"\n)\n"
		http = "import (\n\t\"fmt\"\n\t\"net/http\"\n\t\"time\"\n)\n"
	)
	words := "words := strings.Fields(\"a b c\")\nfor i, w := range words {\n\tfmt.Println(i, w, time.Second)\n}\nreturn words, nil\n"
	get := "c := &http.Client{Timeout: time.Second}\nresp, err := c.Get(\"http://localhost\")\nif err != nil {\n\treturn nil, err\n}\nfmt.Println(resp.StatusCode)\nreturn resp.Header, nil\n"
	b.Run("types/std", func(b *testing.B) { compare(b, std, words, false) })
	b.Run("types/http", func(b *testing.B) { compare(b, http, get, false) })
	b.Run("cold/std", func(b *testing.B) { compare(b, std, words, true) })
	b.Run("cold/http", func(b *testing.B) { compare(b, http, get, true) })
}

// BenchmarkTypes is what the process of types/600000 does, in this process, where it can be profiled.
func BenchmarkTypes(b *testing.B) {
	cell := cellOf(b, 600_000)
	b.Chdir("../../examples")
	b.SetBytes(int64(len(cell)))
	b.ReportAllocs()
	for b.Loop() {
		var failed bytes.Buffer
		if run([]string{"--stdin-filename", "x.gocell"}, bytes.NewReader(cell), io.Discard, &failed) != exitOK {
			b.Fatal(failed.String())
		}
	}
}

// build returns the command, built as the README installs it.
func buildCommands(b *testing.B) string {
	bin := filepath.Join(b.TempDir(), "cellwrap")
	cmd := exec.Command("go", "build", "-o", bin, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return bin
}

// copied returns a copy of a program. What the linker has just written through a mapping lies in the
// system's cache by the page, which makes starting it some 20 % slower than what was written at once.
func copied(b *testing.B, program string) string {
	code, err := os.ReadFile(program)
	if err != nil {
		b.Fatal(err)
	}
	file := filepath.Join(b.TempDir(), filepath.Base(program))
	if err := os.WriteFile(file, code, 0o777); err != nil {
		b.Fatal(err)
	}
	return file
}

// cellOf returns a cell of about size bytes, formatted, as after gofmt.
func cellOf(b *testing.B, size int) []byte {
	cell, err := format.Source([]byte(denseText(size)))
	if err != nil {
		b.Fatal(err)
	}
	return cell
}

func denseText(size int) string {
	var s strings.Builder
	s.WriteString("x, y := 1, map[int]int{}\nf := func(i int, s string, y int) int { return i + len(s) + y }\n")
	for i := 0; s.Len() < size; i++ {
		fmt.Fprintf(&s, "if x > %d {\n\tfor i := range %d {\n\t\tx += f(i, \"abc\", y[i])\n\t}\n\treturn x, nil // done\n}\n", i, i)
	}
	s.WriteString("return x\n")
	return s.String()
}

// process returns how long a process takes with text on its standard input.
func process(b *testing.B, text []byte, name string, args ...string) time.Duration {
	cmd := exec.Command(name, args...)
	cmd.Dir = "../../examples" // in the module, and no package itself
	cmd.Stdin = bytes.NewReader(text)
	start := time.Now()
	if err := cmd.Run(); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}
