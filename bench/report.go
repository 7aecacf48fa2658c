package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/perf/benchmath"
	"golang.org/x/perf/benchunit"
)

// report writes the table, as Markdown.
func report(w io.Writer, m *measurer, lines []line, rounds int) {
	fmt.Fprintf(w, `# What it costs

Written by `+"`bench/run`"+`. Each figure is the median of all rounds: %d. The interval is benchstat's, at 95 %%,
and takes 6 rounds. A ratio is ours to theirs in the same round. "not sure": the budget lies in the interval.

Machine: %d cores%s, %s, %s/%s.
`, rounds, runtime.NumCPU(), memory(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if m.missing != "" {
		fmt.Fprintf(w, "\n%s.\n", m.missing)
	}
	if !m.quick && m.only == "" {
		fmt.Fprint(w, "\n![time by cells, bytes and outstanding results](linear.svg)\n")
	}
	fmt.Fprint(w, "\n| what | beside | ours | theirs | ratio | at most | met |\n|---|---|--:|--:|--:|--:|---|\n")
	for _, l := range lines {
		unit := l.row.ours[strings.LastIndex(l.row.ours, " ")+1:]
		ours, theirs, ratio, most := "-", "-", "-", "-"
		if l.ours > 0 {
			ours = show(l.ours, unit)
		}
		if l.met != "not measured" {
			if l.row.theirs == "" {
				ours += interval(l.value)
			} else {
				theirs = show(l.theirs, unit)
				ratio = fraction(l.value.Center) + interval(l.value)
			}
		}
		switch {
		case l.most > 0 && l.row.theirs == "":
			most = show(l.most, unit)
		case l.most > 0:
			most = fraction(l.most)
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s | %s |\n", l.what, l.label, ours, theirs, ratio, most, l.met)
	}
	fits := ""
	for _, p := range panels(m) {
		for _, c := range p.curves {
			if len(c.points) > 1 {
				_, e := fit(c.points)
				fits += fmt.Sprintf("| %s | %s | %.2f |\n", c.name, p.x, e)
			}
		}
	}
	if fits != "" {
		fmt.Fprintf(w, "\nThe time grows with the power of the size that fits best; 1 is linear.\n\n| what | by | power |\n|---|---|--:|\n%s", fits)
	}
}

func fraction(x float64) string {
	if x < 0.2 {
		return fmt.Sprintf("1/%.4g", math.Round(10/x)/10)
	}
	return fmt.Sprintf("%.3g", x)
}

// interval is half of the interval's width, in percent of its middle.
func interval(s benchmath.Summary) string {
	if math.IsInf(s.Lo, 0) || math.IsInf(s.Hi, 0) {
		return " ± ∞"
	}
	return fmt.Sprintf(" ± %.0f %%", 100*max(s.Hi-s.Center, s.Center-s.Lo)/s.Center)
}

func show(x float64, unit string) string {
	switch {
	case strings.HasPrefix(unit, "µs/"):
		x, unit = x/1e6, "sec"
	case strings.HasPrefix(unit, "ms-"):
		x, unit = x/1e3, "sec"
	case strings.HasPrefix(unit, "B/"), strings.HasPrefix(unit, "bytes/"):
		return strings.TrimSuffix(benchunit.Scale(x, benchunit.Binary), "B") + "B"
	}
	return benchunit.Scale(x, benchunit.Decimal) + "s"
}

// memory says how much this machine has, where the system tells it.
func memory() string {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return ""
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 || fields[0] != "MemTotal:" {
		return ""
	}
	kib, err := strconv.ParseFloat(fields[1], 64)
	if err != nil {
		return ""
	}
	return fmt.Sprintf(", %.0f GiB", kib/(1<<20))
}
