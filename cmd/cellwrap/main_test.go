package main

import (
	"flag"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"cellwrap": main, "peak": peakMain})
}

var update = flag.Bool("update", false, "rewrite what the scripts compare standard output with")

// TestScripts runs the command as its users do.
func TestScripts(t *testing.T) {
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
	})
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
