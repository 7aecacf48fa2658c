package rewrite_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/cellwrap/cellwrap/rewrite"
)

// goldenEnv is where the cases' imports are found: our module, which has the runtime.
var goldenEnv *rewrite.Env

// TestMain gives the tests a cache of types of their own, and looks for goroutines that they leave.
func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	out, err := exec.Command("go", "env", "GOCACHE").Output()
	dir, err2 := os.MkdirTemp("", "cellwrap")
	if err != nil || err2 != nil {
		fmt.Fprintln(os.Stderr, err, err2)
		return 1
	}
	defer os.RemoveAll(dir)
	os.Setenv("GOCACHE", strings.TrimSpace(string(out))) // which is otherwise below the other
	os.Setenv("XDG_CACHE_HOME", dir)
	os.Setenv("GOFLAGS", strings.TrimSpace(os.Getenv("GOFLAGS")+" -trimpath")) // the runtime is compiled once for all modules of the tests
	goldenEnv = rewrite.NewEnv("..")
	code := m.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}
