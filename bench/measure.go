package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// A suite is some of a package's benchmarks.
type suite struct {
	dir   string
	bench string // as go test's -bench
	quick string // the same, where it is quick; empty: not at all
	once  bool   // one iteration is a measurement
}

var suites = []suite{
	{dir: "reactor", bench: "^Benchmark(RunInReactorWait|RunInReactorWait_goroutine|Outstanding.*|Chain10|Then10|CallLater.*|Await.*|RunCoroutineWait|Switch|Crowd.*|CancelStorm|Fairness|PendingMemory|SuspendedMemory)$",
		quick: "^Benchmark(RunInReactorWait|RunInReactorWait_goroutine|Outstanding[VD].*|Chain10|Then10|CallLater.*|Await.*|RunCoroutineWait|Switch|Crowd.*|CancelStorm|Fairness|PendingMemory|SuspendedMemory)$"},
	{dir: "rewrite", bench: "^Benchmark(File|Format|Edit|Parse)$", quick: "^Benchmark(File|Format|Edit|Parse)$/^(1|6|100)kB$"},
	{dir: "rewrite", bench: "^Benchmark(Dst|Goimports)$/^100kB$", quick: "^Benchmark(Dst|Goimports)$/^100kB$"},
	{dir: "rewrite", bench: "^BenchmarkLinear$/^(awaits|returns_of_distinct_types|gotos_all_forward|chain_of_sums_of_consts|imports_of_one_package)$/^file$/^auto$/^(1000|16000)$"},
	{dir: "rewrite", bench: "^Benchmark(Session|Program)$", quick: "^Benchmark(Session|Program)$/^1000?$"},
	{dir: "cmd/cellwrap", bench: "^BenchmarkProcess$/^(off|types)$", quick: "^BenchmarkProcess$/^(off|types)$/^(200|6000|std|http)$"},
	{dir: "cmd/cellwrap", bench: "^BenchmarkMemory$", once: true},
	{dir: "internal/kernel/gokernel", bench: "^BenchmarkProxy$", once: true, quick: "^BenchmarkProxy$"},
}

// A measurer runs the benchmarks and keeps what they measured.
type measurer struct {
	quick   bool
	only    string // the directory whose benchmarks are measured; empty: all
	python  string
	tmp     string
	missing string // why there are no figures of Python's
	// samples are by "Name unit"; each round adds one value to each.
	samples map[string][]float64
}

func newMeasurer(quick bool, only, python string) (*measurer, error) {
	if only != "" && !slices.ContainsFunc(suites, func(s suite) bool { return s.dir == only }) {
		return nil, fmt.Errorf("no benchmarks of %q are measured", only)
	}
	tmp, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, err
	}
	m := &measurer{quick: quick, only: only, python: python, tmp: tmp, samples: map[string][]float64{}}
	if !m.wants(compared) {
		return m, nil
	}
	if out, err := exec.Command(python, "-c", "import crochet, twisted").CombinedOutput(); err != nil {
		m.missing = fmt.Sprintf("no figures of crochet and Twisted: %s, python3-crochet or python3-twisted is missing", python)
		fmt.Fprintf(os.Stderr, "%s\n%s", m.missing, out)
	}
	return m, nil
}

// compared is the directory of what crochet and Twisted are compared with.
const compared = "reactor"

// wants reports whether the benchmarks of a directory are measured.
func (m *measurer) wants(dir string) bool { return m.only == "" || m.only == dir }

func (m *measurer) close() { os.RemoveAll(m.tmp) }

// round measures everything once.
func (m *measurer) round() error {
	for _, s := range suites {
		pattern, benchtime := s.bench, "200ms"
		if m.quick {
			pattern, benchtime = s.quick, "20ms"
		}
		if pattern == "" || !m.wants(s.dir) {
			continue
		}
		if s.once {
			benchtime = "1x"
		}
		out, err := m.test(s, pattern, "-test.benchtime", benchtime)
		if err != nil {
			return err
		}
		if !bytes.Contains(out, []byte("\nBenchmark")) {
			return fmt.Errorf("%s: no benchmark is called %s", s.dir, pattern)
		}
		if err := m.add(out); err != nil {
			return err
		}
	}
	if m.missing != "" || !m.wants(compared) {
		return nil
	}
	cmd := exec.Command(m.python, "bench/crochet_twisted.py")
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("crochet_twisted.py: %w", err)
	}
	return m.add(out)
}

// test runs a suite's benchmarks in their package's directory. Its test binary is built once.
func (m *measurer) test(s suite, pattern string, args ...string) ([]byte, error) {
	bin := filepath.Join(m.tmp, filepath.Base(s.dir)+".test")
	if _, err := os.Stat(bin); err != nil {
		if out, err := exec.Command("go", "test", "-c", "-o", bin, "./"+s.dir).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("go test -c ./%s: %w\n%s", s.dir, err, out)
		}
	}
	cmd := exec.Command(bin, append([]string{"-test.run", "^$", "-test.bench", pattern, "-test.timeout", "20m"}, args...)...)
	cmd.Dir = s.dir
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("benchmarks of %s: %w\n%s", s.dir, err, out)
	}
	return out, nil
}

var processors = regexp.MustCompile(`-\d+$`)

// add keeps the figures of a benchmark's output.
func (m *measurer) add(out []byte) error {
	r := benchfmt.NewReader(bytes.NewReader(out), "")
	for r.Scan() {
		res, ok := r.Result().(*benchfmt.Result)
		if !ok {
			continue // what a test printed besides
		}
		name := processors.ReplaceAllString(string(res.Name.Full()), "")
		for _, v := range res.Values {
			key := name + " " + v.Unit
			m.samples[key] = append(m.samples[key], v.Value)
		}
	}
	return r.Err()
}

// profileRows writes where the processor's time goes in the rows that wanted names.
func profileRows(m *measurer, wanted func(row) bool, w io.Writer) error {
	any, started := false, false
	for _, r := range rows {
		if !wanted(r) {
			continue
		}
		any = true
		if r.profile == "" {
			fmt.Fprintf(w, "\n%s: another process or memory is measured, there is no profile of it.\n", r.what)
			if strings.HasPrefix(r.ours, "Process/") && !started {
				started = true
				if err := startup(m, w); err != nil {
					return err
				}
			}
			continue
		}
		file := filepath.Join(m.tmp, "cpu")
		if _, err := m.test(suite{dir: r.dir}, r.profile, "-test.benchtime", "2s", "-test.cpuprofile", file); err != nil {
			return err
		}
		cmd := exec.Command("go", "tool", "pprof", "-top", "-cum", "-nodecount", "30", file)
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return fmt.Errorf("go tool pprof: %w", err)
		}
		fmt.Fprintf(w, "\n%s:\n\n```\n%s```\n", r.what, out)
	}
	if !any {
		return fmt.Errorf("no row has that text in its name")
	}
	return nil
}
