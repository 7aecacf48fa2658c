package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"golang.org/x/perf/benchmath"
)

// A row is a piece of work, what it is compared with, and its budget.
type row struct {
	what    string
	ours    string // the figure, "Name unit"
	label   string // what it is compared with
	theirs  string // its figure; empty: ours itself is compared with the budget
	most    float64
	dir     string // where the benchmark of ours is
	profile string // what it is called; empty: there is nothing to profile
}

const (
	sec = " sec/op"
	py  = "Python/"
)

var rows = func() (list []row) {
	add := func(r row) { list = append(list, r) }

	process := func(what, name string, most float64) {
		add(row{what: what, ours: "Process/" + name + " µs/cellwrap", label: "gofmt", theirs: "Process/" + name + " µs/gofmt", most: most, dir: "cmd/cellwrap"})
	}
	process("cell of 0.2 KB, process, types off", "off/200", 1.3)
	process("cell of 1.5 KB, process, types off", "off/1500", 1.3)
	process("cell of 6 KB, process, types off", "off/6000", 1.3)
	process("cell of 60 KB, process, types off", "off/60000", 2)
	process("cell of 600 KB, process, types off", "off/600000", 2)
	process("cell of 0.2 KB, process, types on", "types/200", 3)
	process("cell of 6 KB, process, types on", "types/6000", 3)
	process("cell of 600 KB, process, types on", "types/600000", 3)
	list[len(list)-1].profile = "^BenchmarkTypes$"
	process("cell that imports strings, process, types on", "types/std", 3)
	process("cell that imports net/http, process, types on", "types/http", 4)

	text := func(what, ours, label, theirs string, size int, most float64) {
		name := fmt.Sprintf("/%dkB", size)
		add(row{what: fmt.Sprintf("%s, in process, %d kB", what, size), ours: ours + name + sec, label: label, theirs: theirs + name + sec,
			most: most, dir: "rewrite", profile: "^Benchmark" + ours + "$/^" + name[1:] + "$"})
	}
	for _, size := range []int{1, 6, 100, 1000, 10_000} {
		text("cell target", "Edit", "go/parser", "Parse", size, 2)
	}
	for _, size := range []int{1, 6, 100, 1000, 10_000} {
		text("file target", "File", "go/format", "Format", size, 3)
	}
	text("file target", "File", "goimports", "Goimports", 100, 0)
	text("file target", "File", "dst", "Dst", 100, 0)

	linear := func(what, name string) {
		name = "Linear/" + name + "/file/auto/"
		add(row{what: what + ", with types, 16,000", ours: name + "16000" + sec, label: "1,000", theirs: name + "1000" + sec, most: 24, // linear: 16
			dir: "rewrite", profile: "^Benchmark" + strings.ReplaceAll(name, "/", "$/^") + "16000$"})
	}
	linear("_ = await d()", "awaits")
	linear("returns of distinct types", "returns_of_distinct_types")
	linear("gotos forward over each other", "gotos_all_forward")
	linear("constants, each a sum with the one before", "chain_of_sums_of_consts")
	linear("imports", "imports_of_one_package")

	memory := func(what, name string, most float64) {
		add(row{what: what, ours: "Memory/" + name + " B/cellwrap", label: "gofmt", theirs: "Memory/" + name + " B/gofmt", most: most, dir: "cmd/cellwrap"})
	}
	memory("peak memory, dense cell of 10 MB, types off", "off/dense.gocell", 2)
	memory("peak memory, dense cell of 10 MB, types on", "auto/dense.gocell", 4)
	memory("peak memory, notebook of 10,000 cells, types off", "off/book.ipynb", 2)
	memory("peak memory, notebook of 10,000 cells, types on", "auto/book.ipynb", 4)
	add(row{what: "kernel proxy, added to an execute", ours: "Proxy ms-added/execute", most: 0.5, dir: "internal/kernel/gokernel"})

	work := func(what, ours, label, theirs string, most float64) {
		add(row{what: what, ours: ours + sec, label: label, theirs: theirs + sec, most: most, dir: "reactor", profile: "^Benchmark" + ours + "$"})
	}
	work("RunInReactor + Wait", "RunInReactorWait", "goroutine + channel", "RunInReactorWait_goroutine", 1.5)
	work("RunInReactor + Wait", "RunInReactorWait", "crochet", py+"run_wait", 1./60)
	work("10,000 outstanding, values", "OutstandingValues", "goroutines", "OutstandingValues_goroutines", 1)
	work("10,000 outstanding, values", "OutstandingValues", "crochet", py+"outstanding", 1./100)
	work("10,000 outstanding, Deferreds", "OutstandingDeferreds", "crochet, values", py+"outstanding", 1./40)
	work("chain of 10 callbacks", "Chain10", "Twisted", py+"chain10", 1./8)
	work("10 × Then", "Then10", "Twisted, callbacks", py+"chain10", 1./2)
	work("100,000 CallLater", "CallLater", "Twisted", py+"call_later", 1./12)
	work("100,000 CallLater", "CallLater", "time.AfterFunc", "CallLater_afterFunc", 0.5)
	work("Await of a fired Deferred", "AwaitFired", "Twisted", py+"await_fired", 1./10)
	work("Await of a pending one", "AwaitPending", "channel round trip", "AwaitPending_channels", 1.5)
	work("Await of a pending one", "AwaitPending", "Twisted", py+"await_pending", 0)
	work("RunCoroutine + Wait", "RunCoroutineWait", "goroutine + channel", "RunInReactorWait_goroutine", 3)
	work("RunCoroutine + Wait", "RunCoroutineWait", "crochet", py+"run_coroutine_wait", 0)
	work("two switches between coroutines", "Switch", "channel round trip", "AwaitPending_channels", 0)
	work("two switches between coroutines", "Switch", "Twisted", py+"switch", 0)
	work("100,000 coroutines suspended and resumed", "Crowd", "goroutines", "Crowd_goroutines", 0)
	work("100,000 coroutines suspended and resumed", "Crowd", "crochet", py+"crowd", 0)
	work("10,000 cancels during firing", "CancelStorm", "Twisted", py+"cancel_storm", 0)
	add(row{what: "how late a timer is beside a busy source of callbacks", ours: "Fairness sec/late", label: "Twisted", theirs: py + "fairness" + sec,
		dir: "reactor", profile: "^BenchmarkFairness$"})

	held := func(what, ours, theirs string, most float64) {
		add(row{what: what, ours: ours, most: most, dir: "reactor"})
		add(row{what: what, ours: ours, label: "crochet", theirs: py + theirs + " bytes/piece", dir: "reactor"})
	}
	held("memory of a pending result", "PendingMemory bytes/pending", "memory_pending", 224)
	held("memory of a suspended coroutine", "SuspendedMemory bytes/suspended", "memory_suspended", 3584)
	return list
}()

// A line is a row that was measured.
type line struct {
	row
	value        benchmath.Summary // the ratio, or ours where nothing is compared
	ours, theirs float64           // medians
	met          string            // yes, no, not sure, "-" without a budget, "not measured"
}

// judge compares ours with theirs round by round: the median of the ratios, and benchstat's interval
// that has it with 95 %.
func judge(m *measurer) (lines []line) {
	for _, r := range rows {
		if !m.wants(r.dir) {
			continue
		}
		l := line{row: r, met: "not measured"}
		ours, theirs := m.samples[r.ours], m.samples[r.theirs]
		n := len(ours)
		if n > 0 {
			l.ours = summary(ours).Center
		}
		if n > 0 && (r.theirs == "" || len(theirs) == n) {
			ratios := slices.Clone(ours)
			if r.theirs != "" {
				l.theirs = summary(theirs).Center
				for i := range ratios {
					ratios[i] /= theirs[i]
				}
			}
			l.value = summary(ratios)
			l.met = verdict(l.value, r.most)
		}
		lines = append(lines, l)
	}
	return lines
}

func summary(values []float64) benchmath.Summary {
	t := benchmath.DefaultThresholds
	return benchmath.AssumeNothing.Summary(benchmath.NewSample(slices.Clone(values), &t), 0.95)
}

// verdict is a yes or no only where the whole interval says so. Without an interval the median decides.
func verdict(s benchmath.Summary, most float64) string {
	unbounded := math.IsInf(s.Lo, 0) || math.IsInf(s.Hi, 0)
	switch {
	case most == 0:
		return "-"
	case unbounded && s.Center <= most || s.Hi <= most:
		return "yes"
	case unbounded || s.Lo > most:
		return "no"
	}
	return "not sure"
}
