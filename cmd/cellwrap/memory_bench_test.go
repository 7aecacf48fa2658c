package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// BenchmarkMemory reports the peak of the command's memory and of gofmt's on the same text, and
// their ratio: for a dense cell of 10 MB and for a notebook of 10,000 cells, without and with types.
func BenchmarkMemory(b *testing.B) {
	gofmt, err := exec.LookPath("gofmt")
	if err != nil {
		b.Skip("no gofmt to compare with")
	}
	bin, dir := buildCommands(b), b.TempDir()
	b.Setenv("XDG_CACHE_HOME", b.TempDir())
	warm := filepath.Join(dir, "warm.gocell")
	write(b, warm, []byte("x := 1\nreturn x\n"))
	peak(b, warm, bin, "--stdin-filename", "warm.gocell") // fills the cache
	compare := func(name, text, fragment string, args ...string) {
		file, plain := filepath.Join(dir, name), filepath.Join(dir, name+".fragment")
		write(b, file, []byte(text))
		write(b, plain, []byte(fragment))
		size := int64(len(text))
		args = append(args, "--stdin-filename", name)
		for _, types := range []string{"off", "auto"} {
			b.Run(fmt.Sprintf("%s/%s", types, name), func(b *testing.B) {
				args := append([]string{"--types", types}, args...)
				b.SetBytes(size)
				var ours, theirs float64
				for b.Loop() {
					theirs += peak(b, plain, gofmt)
					ours += peak(b, file, bin, args...)
				}
				b.ReportMetric(0, "ns/op") // it is of no meaning: the two together
				b.ReportMetric(ours/float64(b.N), "B/cellwrap")
				b.ReportMetric(theirs/float64(b.N), "B/gofmt")
				b.ReportMetric(ours/theirs, "×gofmt")
			})
		}
	}
	cell := denseText(10_000_000)
	compare("dense.gocell", cell, cell)

	var cells []string
	for i := range 10_000 {
		cells = append(cells, fmt.Sprintf("x%d := []string{\"a\", \"b\"}\nfor i, s := range x%[1]d {\n\tprintln(i, s)\n}\n", i))
	}
	compare("book.ipynb", string(magicBook(b, cells)), strings.Join(cells, ""), "-t", "block")
}

// magicBook returns a notebook of cells that each run in the reactor.
func magicBook(b *testing.B, cells []string) []byte {
	type cell struct {
		Type     string   `json:"cell_type"`
		Count    *int     `json:"execution_count"`
		ID       string   `json:"id"`
		Metadata struct{} `json:"metadata"`
		Outputs  []string `json:"outputs"`
		Source   []string `json:"source"`
	}
	book := struct {
		Cells    []cell   `json:"cells"`
		Metadata struct{} `json:"metadata"`
		Format   int      `json:"nbformat"`
		Minor    int      `json:"nbformat_minor"`
	}{Format: 4, Minor: 5}
	for i, src := range cells {
		lines := strings.SplitAfter(fmt.Sprintf("%%%%run_in_reactor r%d\n%s", i, strings.TrimSuffix(src, "\n")), "\n")
		book.Cells = append(book.Cells, cell{Type: "code", ID: fmt.Sprintf("cell-%d", i), Outputs: []string{}, Source: lines})
	}
	text, err := json.MarshalIndent(book, "", " ")
	if err != nil {
		b.Fatal(err)
	}
	return append(text, '\n')
}

// peak returns the most memory that a process held, in bytes, with a file as its standard input.
func peak(b *testing.B, stdin, name string, args ...string) float64 {
	in, err := os.Open(stdin)
	if err != nil {
		b.Fatal(err)
	}
	defer in.Close()
	cmd := exec.Command(peakCommand(b), append([]string{name}, args...)...)
	cmd.Dir = "../../examples"
	cmd.Stdin = in
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		b.Fatalf("%v\n%s", err, stderr.String())
	}
	bytes, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
	if err != nil {
		b.Fatal(err)
	}
	return bytes
}

// peakCommand returns the test binary by the name under which it is peakMain.
func peakCommand(b *testing.B) string {
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	link := filepath.Join(b.TempDir(), "peak")
	if err := os.Symlink(self, link); err != nil {
		b.Fatal(err)
	}
	return link
}

// peakMain runs its arguments and prints the peak of their memory. It stands between because Linux
// counts what the parent held when it began a process as the process's own, and benchmarks hold much.
func peakMain() {
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Stdin, cmd.Stderr = os.Stdin, os.Stderr
	if err := cmd.Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss * 1024) // Linux counts in KiB
}
