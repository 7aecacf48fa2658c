package main

import (
	"bytes"
	"fmt"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// BenchmarkProcess runs the command as the README installs it, in turns with gofmt on the same
// text, and reports both medians and their ratio.
func BenchmarkProcess(b *testing.B) {
	bin := filepath.Join(b.TempDir(), "cellwrap")
	build := exec.Command("go", "build", "-o", bin, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	gofmt, err := exec.LookPath("gofmt")
	if err != nil {
		b.Skip("no gofmt to compare with")
	}
	for _, size := range []int{200, 1_500, 6_000, 60_000, 600_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			cell := cellOf(b, size)
			b.SetBytes(int64(len(cell)))
			var ours, theirs []time.Duration
			for b.Loop() {
				theirs = append(theirs, process(b, cell, gofmt))
				ours = append(ours, process(b, cell, bin, "--types", "off", "--stdin-filename", "x.gocell"))
			}
			b.ReportMetric(0, "ns/op") // it is of no meaning: the two together
			b.ReportMetric(float64(median(ours).Microseconds()), "µs/cellwrap")
			b.ReportMetric(float64(median(theirs).Microseconds()), "µs/gofmt")
			b.ReportMetric(float64(median(ours))/float64(median(theirs)), "×gofmt")
		})
	}
}

// cellOf returns a cell of about size bytes, formatted, as after gofmt.
func cellOf(b *testing.B, size int) []byte {
	var s strings.Builder
	s.WriteString("x := 1\n")
	for i := 0; s.Len() < size; i++ {
		fmt.Fprintf(&s, "if x > %d {\n\tfor i := range %d {\n\t\tx += f(i, \"abc\", y[i])\n\t}\n\treturn x, nil // done\n}\n", i, i)
	}
	s.WriteString("return x\n")
	cell, err := format.Source([]byte(s.String()))
	if err != nil {
		b.Fatal(err)
	}
	return cell
}

// process returns how long a process takes with text on its standard input.
func process(b *testing.B, text []byte, name string, args ...string) time.Duration {
	cmd := exec.Command(name, args...)
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
