// Command bench measures what cellwrap and its runtime cost, beside gofmt, goimports, go/parser,
// go/format, dst, plain goroutines, crochet and Twisted, and says which budgets are met. It runs the
// packages' own benchmarks, all of them once a round, so that what else the machine does strikes
// both sides of a ratio. It prints its table, and unless it was quick, or only measured some, writes it
// to bench/RESULTS.md, with a plot in bench/linear.svg.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"time"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	quick := flag.Bool("quick", false, "one short round of small inputs, for trying: no files are written")
	rounds := flag.Int("rounds", 8, "how often everything is measured; below 6 there is no interval")
	most := flag.Duration("most", 14*time.Minute, "begin no round that would end later")
	only := flag.String("only", "", "only measure the benchmarks in this `directory`, such as reactor: no files are written")
	python := flag.String("python", "/usr/bin/python3", "the `interpreter` that has crochet and Twisted")
	profile := flag.String("profile", "", "only profile the rows whose name has this `text`")
	flag.Parse()
	if flag.NArg() > 0 {
		return fmt.Errorf("there are no arguments, only flags (see -help)")
	}

	m, err := newMeasurer(*quick, *only, *python)
	if err != nil {
		return err
	}
	defer m.close()
	if *profile != "" {
		return profileRows(m, func(r row) bool { return strings.Contains(r.what, *profile) }, os.Stdout)
	}
	if *quick {
		*rounds = 1
	}
	begin := time.Now()
	done := 0
	for range *rounds {
		if done > 0 && time.Since(begin)*time.Duration(done+1)/time.Duration(done) > *most {
			break
		}
		if err := m.round(); err != nil {
			return err
		}
		done++
		fmt.Fprintf(os.Stderr, "round %d of %d, %s\n", done, *rounds, time.Since(begin).Round(time.Second))
	}

	var text strings.Builder
	lines := judge(m)
	report(&text, m, lines, done)
	missed := map[string]bool{}
	for _, l := range lines {
		if l.met == "no" {
			missed[l.what] = true
		}
	}
	if len(missed) > 0 && !*quick {
		fmt.Fprintf(&text, "\n## Profiles of what was missed\n")
		if err := profileRows(m, func(r row) bool { return missed[r.what] }, &text); err != nil {
			return err
		}
	}
	fmt.Print(text.String())
	if *quick || *only != "" {
		return nil
	}
	if err := os.WriteFile("bench/linear.svg", plot(panels(m)), 0o666); err != nil {
		return err
	}
	return os.WriteFile("bench/RESULTS.md", []byte(text.String()), 0o666)
}
