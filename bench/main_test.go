package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"golang.org/x/perf/benchmath"
)

func TestFit(t *testing.T) {
	a, b := fit([]point{{10, 300}, {100, 30_000}, {1000, 3_000_000}})
	if math.Abs(a-3) > 1e-6 || math.Abs(b-2) > 1e-9 {
		t.Errorf("%g·x^%g, want 3·x^2", a, b)
	}
}

func TestVerdict(t *testing.T) {
	inf := math.Inf(1)
	for _, tt := range []struct {
		lo, center, hi, most float64
		want                 string
	}{
		{1, 2, 3, 3, "yes"},
		{1, 2, 3, 2.5, "not sure"},
		{1, 2, 3, 1.5, "not sure"},
		{1, 2, 3, 0.5, "no"},
		{-inf, 2, inf, 2, "yes"},
		{-inf, 2, inf, 1, "no"},
		{1, 2, 3, 0, "-"},
	} {
		if got := verdict(benchmath.Summary{Lo: tt.lo, Center: tt.center, Hi: tt.hi}, tt.most); got != tt.want {
			t.Errorf("%v: %s", tt, got)
		}
	}
}

// What benchmarks print ends in the table: units are brought together, rounds compared one by one.
func TestReport(t *testing.T) {
	m := &measurer{samples: map[string][]float64{}}
	for range 6 {
		if err := m.add([]byte("BenchmarkRunInReactorWait-2 10 600 ns/op\nBenchmarkRunInReactorWait_goroutine-2 10 500 ns/op\nBenchmarkPython/run_wait 1 54000 ns/op\nBenchmarkCancelStorm-2 10 1000 ns/op\nBenchmarkProxy-8 1 0.25 ms-added/execute\n")); err != nil {
			t.Fatal(err)
		}
	}
	var b strings.Builder
	report(&b, m, judge(m), 6)
	for _, want := range []string{
		"| RunInReactor + Wait | goroutine + channel | 600.0ns | 500.0ns | 1.2 ± 0 % | 1.5 | yes |",
		"| RunInReactor + Wait | crochet | 600.0ns | 54.00µs | 1/90 ± 0 % | 1/60 | yes |",
		"| kernel proxy, added to an execute |  | 250.0µs ± 0 % | - | - | 500.0µs | yes |",
		"| 10 × Then | Twisted, callbacks | - | - | - | 0.5 | not measured |",
		"| 10,000 cancels during firing | Twisted | 1.000µs | - | - | - | not measured |",
	} {
		if !strings.Contains(b.String(), want+"\n") {
			t.Errorf("not there: %s\n%s", want, b.String())
		}
	}
}

// With -only the table has the rows of a directory, and each row is of one that can be chosen.
func TestOnly(t *testing.T) {
	for _, r := range rows {
		if !slices.ContainsFunc(suites, func(s suite) bool { return s.dir == r.dir }) {
			t.Errorf("%s: of %q", r.what, r.dir)
		}
	}
	for _, l := range judge(&measurer{only: "reactor"}) {
		if l.dir != "reactor" {
			t.Errorf("%s: of %q", l.what, l.dir)
		}
	}
	if _, err := newMeasurer(true, "nothing", "python"); err == nil {
		t.Error("no error")
	}
}

func TestPlot(t *testing.T) {
	m := &measurer{samples: map[string][]float64{"Session/100 sec/op": {1}, "Session/1000 sec/op": {10}}}
	svg := plot(panels(m))
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"session: 0.01 s · n^1.00", ">cells<", ">seconds<", "not measured"} {
		if !bytes.Contains(svg, []byte(want)) {
			t.Errorf("%s is not there:\n%s", want, svg)
		}
	}
}
