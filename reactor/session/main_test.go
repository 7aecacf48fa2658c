package session

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// The test binary plays all parts: the kernel, which runs cells as GoNB does, and each cell's
// program, whose keeper and job are the same binary once more.
const (
	kernelEnv = "SESSION_TEST_KERNEL"
	cellEnv   = "SESSION_TEST_CELL"
	argEnv    = "SESSION_TEST_ARG"
)

func TestMain(m *testing.M) {
	if name, ok := os.LookupEnv(cellEnv); ok {
		cells[name](os.Getenv(argEnv))
		os.Exit(0)
	}
	if os.Getenv(kernelEnv) != "" {
		kernelMain()
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// patience is far more than anything here takes.
const patience = time.Minute

// A request asks the kernel to run a cell; a reply tells what came of it.
type request struct {
	ID        int
	Cell, Arg string
	Env       []string
}

type reply struct {
	ID       int
	Out, Err string
	Code     int
	Took     time.Duration
}

// kernelMain runs cells, each as a process of its own, until its standard input ends. A cell has
// ended when nobody has its standard output any more, as in GoNB.
func kernelMain() {
	var mu sync.Mutex
	out := json.NewEncoder(os.Stdout)
	in := json.NewDecoder(os.Stdin)
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		var r request
		if in.Decode(&r) != nil {
			return
		}
		wg.Go(func() {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), cellEnv+"="+r.Cell, argEnv+"="+r.Arg)
			cmd.Env = append(cmd.Env, r.Env...)
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			began := time.Now()
			cmd.Run()
			mu.Lock()
			defer mu.Unlock()
			out.Encode(reply{r.ID, stdout.String(), stderr.String(), cmd.ProcessState.ExitCode(), time.Since(began)})
		})
	}
}

// kernelProcess is a kernel that the test has started, with its directory.
type kernelProcess struct {
	testing.TB
	dir string
	cmd *exec.Cmd
	in  io.WriteCloser

	mu      sync.Mutex
	id      int
	replies map[int]chan reply
}

// newKernel starts a kernel. When the test ends it is killed, and has to leave nothing behind.
func newKernel(t testing.TB) *kernelProcess {
	t.Helper()
	dir, err := os.MkdirTemp("", "gonb_")
	if err != nil {
		t.Fatal(err)
	}
	k := &kernelProcess{TB: t, dir: dir, replies: map[int]chan reply{}}
	k.cmd = exec.Command(os.Args[0])
	k.cmd.Env = append(os.Environ(), kernelEnv+"=1", placeEnv+"="+dir,
		"GORACE=atexit_sleep_ms=0 "+os.Getenv("GORACE")) // the race detector's processes sleep a second at their end
	k.cmd.Stderr = os.Stderr
	k.in, err = k.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := k.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := k.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	heard := make(chan struct{})
	go func() {
		defer close(heard)
		dec := json.NewDecoder(bufio.NewReader(stdout))
		for {
			var r reply
			if dec.Decode(&r) != nil {
				return
			}
			k.mu.Lock()
			k.replies[r.ID] <- r
			k.mu.Unlock()
		}
	}()
	t.Cleanup(func() {
		k.cmd.Process.Kill()
		for pids := k.processes(); len(pids) > 0; pids = k.processes() { // cells may still start some
			for _, pid := range pids {
				await(t, fmt.Sprintf("the end of process %d", pid), ended(pid))
			}
		}
		<-heard
		k.cmd.Wait()
		k.wantFiles()
		os.RemoveAll(dir)
	})
	return k
}

// run runs a cell to its end.
func (k *kernelProcess) run(cell, arg string, env ...string) reply {
	k.Helper()
	return await(k, "the end of cell "+cell, k.begin(cell, arg, env...))
}

func (k *kernelProcess) begin(cell, arg string, env ...string) <-chan reply {
	k.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	k.id++
	c := make(chan reply, 1)
	k.replies[k.id] = c
	if err := json.NewEncoder(k.in).Encode(request{k.id, cell, arg, env}); err != nil {
		k.Fatal(err)
	}
	return c
}

// want runs a cell, which has to print exactly this, and nothing on standard error.
func (k *kernelProcess) want(out, cell, arg string) {
	k.Helper()
	if r := k.run(cell, arg); r.Out != out || r.Err != "" || r.Code != 0 {
		k.Errorf("%s %s: got %q, %q, status %d, want %q", cell, arg, r.Out, r.Err, r.Code, out)
	}
}

// wantFiles looks for what has been left in the kernel's directory.
func (k *kernelProcess) wantFiles(names ...string) {
	k.Helper()
	var got []string
	filepath.WalkDir(k.dir, func(path string, d fs.DirEntry, err error) error {
		if path != k.dir {
			got = append(got, strings.TrimPrefix(path, k.dir+"/"))
		}
		return nil
	})
	if fmt.Sprint(got) != fmt.Sprint(names) {
		k.Errorf("files %q, want %q", got, names)
	}
}

// processes returns the numbers of the processes that have the kernel's directory, but for the
// kernel. Elsewhere than on Linux it knows of none.
func (k *kernelProcess) processes() []int {
	var pids []int
	all, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range all {
		env, err := os.ReadFile(path)
		pid, _ := strconv.Atoi(strings.Split(path, "/")[2])
		if err == nil && pid != k.cmd.Process.Pid && bytes.Contains(env, []byte(placeEnv+"="+k.dir+"\x00")) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// wantProcesses counts processes, those that are about to end not.
func (k *kernelProcess) wantProcesses(want int) {
	k.Helper()
	if pids := k.processes(); len(pids) != want && runtime.GOOS == "linux" {
		k.Errorf("processes %v, want %d", pids, want)
	}
}

// ended returns a channel that is closed when the process has ended.
func ended(pid int) <-chan struct{} {
	c, err := watchProcess(pid)
	if err != nil {
		done := make(chan struct{})
		close(done)
		return done
	}
	return c
}

func await[T any](t testing.TB, what string, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatalf("waited for %s in vain", what)
		panic(nil)
	}
}
