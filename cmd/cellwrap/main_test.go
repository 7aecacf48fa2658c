package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	testscript.Main(leaks{m}, map[string]func(){"cellwrap": main, "peak": peakMain})
}

// leaks looks for goroutines that the tests leave.
type leaks struct{ *testing.M }

func (m leaks) Run() int {
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f.Value.String() == f.DefValue {
		// The scripts wait for other programs half of the time.
		f.Value.Set(strconv.Itoa(2 * runtime.GOMAXPROCS(0)))
	}
	code := m.M.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

var update = flag.Bool("update", false, "rewrite what the scripts compare standard output with")

// TestScripts runs the command as its users do.
func TestScripts(t *testing.T) {
	t.Parallel()
	repo, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	cache := goCache(t)
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			env.Setenv("GOPACKAGE", "")
			env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, ".cache"))
			env.Setenv("REPO", repo)
			env.Setenv("GOCACHE", cache)
			env.Setenv("GOFLAGS", "-mod=mod") // the scripts' modules have no go.sum
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"recipe": recipe},
	})
}

// recipe writes the first block of a language on docs/editors.md to a file: recipe LANGUAGE FILE.
func recipe(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: recipe LANGUAGE FILE")
	}
	page, err := os.ReadFile(filepath.Join(ts.Getenv("REPO"), "docs", "editors.md"))
	ts.Check(err)
	_, text, ok := strings.Cut(string(page), "\n```"+args[0]+"\n")
	if !ok {
		ts.Fatalf("no recipe in %s", args[0])
	}
	text, _, _ = strings.Cut(text, "```\n")
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o666))
}

// goCache returns the go command's build cache, which the tests share: compiling the standard library
// takes long.
func goCache(t *testing.T) string {
	dir, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(dir))
}
