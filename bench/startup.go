package main

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// startup writes where the time of the smallest processes goes: what it takes to start one, and to
// initialize the packages in it, before there is anything to do.
func startup(m *measurer, w io.Writer) error {
	empty, ours := filepath.Join(m.tmp, "empty"), filepath.Join(m.tmp, "cellwrap")
	src := empty + ".go"
	if err := os.WriteFile(src, []byte("package main\n\nfunc main() {}\n"), 0o666); err != nil {
		return err
	}
	for _, args := range [][]string{{"-o", empty, src}, {"-o", ours, "./cmd/cellwrap"}} {
		cmd := exec.Command("go", append([]string{"build"}, args...)...)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("go build: %w\n%s", err, out)
		}
	}
	gofmt, err := exec.LookPath("gofmt")
	if err != nil {
		return err
	}
	// All are written in the same way: a file that the linker has just mapped starts more slowly.
	for _, program := range []*string{&empty, &gofmt, &ours} {
		code, err := os.ReadFile(*program)
		if err != nil {
			return err
		}
		*program = filepath.Join(m.tmp, filepath.Base(*program)+"-copy")
		if err := os.WriteFile(*program, code, 0o777); err != nil {
			return err
		}
	}
	processes := []*started{
		{what: "an empty Go program", argv: []string{empty}},
		{what: "gofmt, no text", argv: []string{gofmt}},
		{what: "gofmt, a statement", argv: []string{gofmt}, text: "x := 1\n"},
		{what: "cellwrap, a text that passes as it is", argv: []string{ours, "--types", "off", "--magic-only"}, text: "x := 1\n"},
		{what: "cellwrap, a statement", argv: []string{ours, "--types", "off"}, text: "x := 1\n"},
	}
	for range 200 {
		for _, p := range processes {
			if err := p.run(); err != nil {
				return err
			}
		}
	}
	fmt.Fprint(w, "\nThe smallest processes, medians of 200 each, in turns. Init is what the packages' own initialization takes, at least:\n\n")
	fmt.Fprint(w, "| process | time | page faults | size | init | init of |\n|---|--:|--:|--:|--:|---|\n")
	for _, p := range processes {
		inits, err := p.inits()
		if err != nil {
			return err
		}
		info, err := os.Stat(p.argv[0])
		if err != nil {
			return err
		}
		slices.Sort(p.times)
		slices.Sort(p.faults)
		total, largest := time.Duration(0), []string{}
		for i, in := range inits {
			if total += in.time; i < 6 {
				largest = append(largest, fmt.Sprintf("%s %d µs", in.name, in.time.Microseconds()))
			}
		}
		fmt.Fprintf(w, "| %s | %.2f ms | %d | %.1f MB | %.2f ms | %s |\n", p.what, p.times[len(p.times)/2].Seconds()*1e3, p.faults[len(p.faults)/2],
			float64(info.Size())/1e6, total.Seconds()*1e3, strings.Join(largest, ", "))
	}
	return nil
}

// started is a process that is started often.
type started struct {
	what   string
	argv   []string
	text   string // on its standard input
	times  []time.Duration
	faults []int64
}

func (p *started) cmd() *exec.Cmd {
	cmd := exec.Command(p.argv[0], p.argv[1:]...)
	cmd.Stdin = strings.NewReader(p.text)
	return cmd
}

func (p *started) run() error {
	cmd := p.cmd()
	begin := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%q: %w\n%s", p.argv, err, out)
	}
	p.times = append(p.times, time.Since(begin))
	p.faults = append(p.faults, cmd.ProcessState.SysUsage().(*syscall.Rusage).Minflt)
	return nil
}

type initialization struct {
	name string
	time time.Duration
}

// inits returns what the packages' initialization takes, the longest first: of each the shortest time
// of 20 runs.
func (p *started) inits() ([]initialization, error) {
	least := map[string]time.Duration{}
	for range 20 {
		cmd := p.cmd()
		cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
		var said bytes.Buffer
		cmd.Stderr = &said
		if err := cmd.Run(); err != nil {
			return nil, fmt.Errorf("%q: %w\n%s", p.argv, err, &said)
		}
		for lines := bufio.NewScanner(&said); lines.Scan(); {
			f := strings.Fields(lines.Text()) // init PACKAGE @0.5 ms, 0.01 ms clock, 80 bytes, 2 allocs
			if len(f) < 7 || f[0] != "init" {
				continue
			}
			ms, err := strconv.ParseFloat(f[4], 64)
			if err != nil {
				return nil, fmt.Errorf("inittrace: %w", err)
			}
			took := time.Duration(ms * float64(time.Millisecond))
			if was, ok := least[f[1]]; !ok || took < was {
				least[f[1]] = took
			}
		}
	}
	var all []initialization
	for name, took := range least {
		all = append(all, initialization{name, took})
	}
	slices.SortFunc(all, func(a, b initialization) int {
		return cmp.Or(-cmp.Compare(a.time, b.time), strings.Compare(a.name, b.name))
	})
	return all, nil
}
