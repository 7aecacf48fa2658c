//go:build linux || darwin

package session

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/cellwrap/cellwrap/reactor"
)

// cells are the programs of the cells, by name. Each declares what GoNB would have memorized.
var cells = map[string]func(arg string){
	"count": func(arg string) {
		Attach[int]("result").Serve(func() (int, error) {
			f, err := os.OpenFile(arg, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
			if err != nil {
				return 0, err
			}
			fmt.Println("counting")
			fmt.Fprintln(f, "once")
			return 42, f.Close()
		})
	},
	"hold": func(arg string) {
		Attach[int]("result").Serve(func() (int, error) { return 42, hold(arg) })
	},
	"hold, deaf": func(arg string) {
		Attach[int]("result").Serve(func() (int, error) {
			hold(arg)
			for {
			}
		})
	},
	"hold named": func(arg string) {
		name, dir, _ := strings.Cut(arg, " ")
		Attach[string](name).Serve(func() (string, error) { return name, hold(dir) })
	},
	"serve named": func(name string) {
		Attach[string](name).Serve(func() (string, error) { return name, nil })
	},
	"wait named": func(name string) { fmt.Println(Attach[string](name).Wait(patience)) },
	"pids": func(name string) {
		Attach[int](name).Serve(func() (int, error) { return os.Getpid(), startSleep() })
	},
	"sleep": func(string) {
		fmt.Fprintln(os.Stderr, "asleep")
		time.Sleep(time.Hour)
	},
	"wait for pid": func(name string) {
		_, err := Attach[int](name).Wait(patience)
		fmt.Println(err)
	},
	"wait": func(arg string) {
		d, _ := time.ParseDuration(arg)
		_, err := Attach[int]("result").Wait(d)
		v, again := Attach[int]("result").Wait(d)
		fmt.Println(v, again, errors.Is(err, reactor.ErrTimeout), errors.Is(err, ErrDied), errors.Is(err, reactor.ErrCanceled), errors.Is(err, context.Canceled))
	},
	"wait at once": func(arg string) {
		began := time.Now()
		_, err := Attach[int]("result").Wait(time.Hour)
		fmt.Println(err, time.Since(began) < time.Second)
	},
	"tell and wait": func(arg string) {
		os.WriteFile(arg, []byte("waits"), 0)
		fmt.Println(Attach[int]("result").Wait(time.Hour))
	},
	"done": func(string) {
		result := Attach[int]("result")
		select {
		case <-result.Done():
		case <-time.After(patience):
		}
		fmt.Println(result.Wait(0))
	},
	"output": func(string) { fmt.Print(Attach[int]("result").Output()) },
	"show":   func(string) { fmt.Println(Attach[int]("result")) },
	"cancel": func(string) { Attach[int]("result").Cancel() },
	"coroutine": func(arg string) {
		Attach[int]("result").ServeCoroutine(func(co *reactor.Coroutine) (int, error) {
			ctx := co.Context()
			tell(arg)
			_, err := reactor.Await(co, reactor.Sleep(time.Hour))
			fmt.Println(context.Cause(ctx))
			return 0, fmt.Errorf("slept badly: %w", err)
		})
	},
	"deferred": func(arg string) {
		Attach[int]("result").ServeDeferred(func() (*reactor.Deferred[int], error) {
			tell(arg)
			return reactor.NewDeferred(func(*reactor.Deferred[int]) { fmt.Println("canceller") }), nil
		})
	},
	"deferred coroutine": func(string) {
		Attach[int]("result").ServeDeferredCoroutine(func(co *reactor.Coroutine) (*reactor.Deferred[int], error) {
			_, err := reactor.Await(co, reactor.Sleep(time.Millisecond))
			return reactor.Succeed(42), err
		})
	},
	"print": func(string) { // on no reactor, which would say that it is blocked
		Attach[int]("result").ServeDeferred(func() (*reactor.Deferred[int], error) {
			return reactor.DeferToGoroutine(func(context.Context) (int, error) {
				for i := range 3 << 16 {
					fmt.Printf("%015d\n", i)
				}
				fmt.Fprintln(os.Stderr, "to stderr")
				echo := exec.Command("echo", "from a process")
				echo.Stdout = os.Stdout
				return 0, echo.Run()
			}), nil
		})
	},
	"dropped": func(string) {
		out := Attach[int]("result").Output()
		fmt.Println(out.Dropped, len(out.Text), out.Err, strings.HasSuffix(out.Text, "\n000000000196607\nto stderr\nfrom a process\n"))
	},
	"exit": func(string) {
		Attach[int]("result").Serve(func() (int, error) {
			time.Sleep(300 * time.Millisecond) // which the reactor does not complain of
			fmt.Println("so long")
			os.Exit(3)
			return 0, nil
		})
	},
	"panic elsewhere": func(string) {
		Attach[int]("result").Serve(func() (int, error) {
			fmt.Println("so long")
			go panic("elsewhere")
			select {}
		})
	},
	"fatal": func(string) {
		Attach[int]("result").Serve(func() (int, error) {
			var mu sync.Mutex
			mu.Unlock()
			return 0, nil
		})
	},
	"panic": func(string) {
		Attach[int]("result").Serve(func() (int, error) {
			var m map[string]int
			m["x"] = 1
			return 0, nil
		})
	},
	"see panic": func(string) {
		_, err := Attach[int]("result").Wait(patience)
		p, ok := errors.AsType[*reactor.PanicError](err)
		fmt.Println(err, ok && bytes.Contains(p.Stack, []byte("session_test.go:")))
	},
	"goexit": func(string) {
		Attach[int]("result").ServeCoroutine(func(co *reactor.Coroutine) (int, error) {
			reactor.MustAwait(co, reactor.Fail[int](io.ErrUnexpectedEOF))
			return 0, nil
		})
	},
	"await": func(string) {
		result := Attach[int]("result")
		v, err := reactor.AwaitFor(patience, result)
		fmt.Println(v, err)
		w, err := reactor.WaitFor(patience, func(co *reactor.Coroutine) (int, error) {
			return reactor.MustAwait(co, result) + 1, nil
		})
		fmt.Println(w, err)
	},
	"await too long": func(string) {
		_, err := reactor.AwaitFor(time.Millisecond, Attach[int]("result"))
		fmt.Println(errors.Is(err, reactor.ErrTimeout))
	},
	"die at once": func(string) {
		if os.Getenv(jobEnv) != "" {
			fmt.Println("my last words")
			os.Exit(7)
		}
		Attach[int]("result").Serve(func() (int, error) { return 0, nil })
	},
	"hang in init": func(arg string) {
		if os.Getenv(jobEnv) != "" {
			hold(arg)
		}
		Attach[int]("result").Serve(func() (int, error) { return 0, nil })
	},
	"hundred megabytes": func(string) {
		Attach[[]byte]("result").Serve(func() ([]byte, error) { return bytes.Repeat([]byte{7}, 100_000_000), nil })
	},
	"weigh": func(string) {
		began := time.Now()
		v, err := Attach[[]byte]("result").Wait(patience)
		fmt.Fprintln(os.Stderr, time.Since(began))
		fmt.Println(len(v), err)
	},
	"wait for itself": func(string) {
		result := Attach[int]("result")
		result.ServeCoroutine(func(co *reactor.Coroutine) (int, error) {
			_, err := result.Wait(time.Minute)
			fmt.Println(errors.Is(err, reactor.ErrOnReactor))
			return reactor.Await(co, result)
		})
	},
	"function": func(string) {
		Attach[func()]("result").Serve(func() (func(), error) { return func() {}, nil })
	},
	"nothing":       func(string) {},
	"wait function": func(string) { fmt.Println(Attach[func()]("result").Wait(patience)) },
}

// startSleep starts a process that holds the output, and waits until it runs: only then is it seen with its
// environment.
func startSleep() error {
	sleep := exec.Command(os.Args[0])
	sleep.Env = append(os.Environ(), cellEnv+"=sleep")
	sleep.Stdout = os.Stdout
	asleep, err := sleep.StderrPipe()
	if err != nil {
		return err
	}
	defer asleep.Close()
	if err := sleep.Start(); err != nil {
		return err
	}
	_, err = asleep.Read(make([]byte, 1))
	return err
}

// hold tells who it is in dir/told, and waits for dir/gate.
func hold(dir string) error {
	tell(dir)
	_, err := os.ReadFile(dir + "/gate")
	return err
}

func tell(dir string) {
	if err := os.WriteFile(dir+"/told", fmt.Appendln(nil, os.Getpid(), os.Getppid()), 0); err != nil {
		panic(err)
	}
}

// A stage is a directory with the named pipes of hold.
type stage struct {
	testing.TB
	dir string
}

func newStage(t testing.TB) stage {
	s := stage{t, t.TempDir()}
	for _, name := range []string{"told", "gate"} {
		if err := syscall.Mkfifo(s.dir+"/"+name, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// told waits for the body to hold, and returns the numbers of the job and the keeper.
func (s stage) told() (job, keeper int) {
	s.Helper()
	c := make(chan []byte)
	go func() {
		text, _ := os.ReadFile(s.dir + "/told")
		c <- text
	}()
	text := await(s, "the body", c)
	if _, err := fmt.Sscan(string(text), &job, &keeper); err != nil {
		s.Fatalf("%q: %v", text, err)
	}
	return job, keeper
}

// open lets the body go on.
func (s stage) open() {
	if err := os.WriteFile(s.dir+"/gate", []byte("go"), 0); err != nil {
		s.Fatal(err)
	}
}

// The body runs once, and its result is there for as many cells as ask.
func TestOnce(t *testing.T) {
	k := newKernel(t)
	file := filepath.Join(t.TempDir(), "runs")
	k.want("<EventualResult not started>\n", "show", "")
	k.want("0 session: result: not started (run its cell) false false false false\n", "wait", "1m")
	k.want("(session: result: not started (run its cell))\n", "output", "")
	k.want("", "cancel", "")
	k.wantFiles()
	k.want("", "count", file)
	for range 5 {
		k.want("42 <nil> false false false false\n", "wait", "1m")
	}
	k.want("42 <nil> false false false false\n", "wait", "0")
	k.want("42 <nil>\n", "done", "")
	k.want("counting\n", "output", "")
	k.want("<EventualResult 42>\n", "show", "")
	k.want("", "cancel", "")
	k.want("42 <nil>\n43 <nil>\n", "await", "")
	if text, err := os.ReadFile(file); string(text) != "once\n" {
		t.Errorf("got %q, %v", text, err)
	}
	k.want("", "deferred coroutine", "")
	k.want("42 <nil> false false false false\n", "wait", "1m")
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	k, s := newKernel(t), newStage(t)
	k.want("", "hold", s.dir)
	s.told()
	const late = "0 reactor: timed out true false false false\n"
	k.want(late, "wait", "0")
	k.want(late, "wait", "-1s")
	k.want(late, "wait", "20ms")
	k.want("true\n", "await too long", "")
	k.want("<EventualResult pending>\n", "show", "")
	first, second := k.begin("tell and wait", s.dir+"/told"), k.begin("await", "")
	await(t, "a cell that waits", read(s.dir+"/told"))
	done := k.begin("done", "")
	k.want(late, "wait", "1ms") // one that waits does not hold up others
	s.open()
	for _, c := range []<-chan reply{first, done} {
		if r := await(t, "a result", c); r.Out != "42 <nil>\n" {
			t.Errorf("got %+v", r)
		}
	}
	if r := await(t, "a result", second); r.Out != "42 <nil>\n43 <nil>\n" {
		t.Errorf("got %+v", r)
	}
}

func read(path string) <-chan string {
	c := make(chan string, 1)
	go func() {
		text, _ := os.ReadFile(path)
		c <- string(text)
	}()
	return c
}

func TestCancel(t *testing.T) {
	t.Parallel()
	k, s := newKernel(t), newStage(t)
	k.want("", "coroutine", s.dir)
	s.told()
	k.want("", "cancel", "")
	k.want("0 slept badly: reactor: canceled false false true true\n", "wait", "1m")
	k.want("reactor: canceled\n", "output", "")
	k.want("", "deferred", s.dir)
	s.told()
	k.want("", "cancel", "")
	k.want("0 reactor: canceled false false true true\n", "wait", "1m")
	k.want("canceller\n", "output", "")
	k.want("<EventualResult failed: reactor: canceled>\n", "show", "")
}

func TestOutput(t *testing.T) {
	t.Parallel()
	k := newKernel(t)
	k.want("", "print", "")
	k.want("0 <nil> false false false false\n", "wait", "1m")
	dropped := 3<<20 + len("to stderr\nfrom a process\n") - maxOutput
	k.want(fmt.Sprintln(dropped, maxOutput, nil, true), "dropped", "")
}

func TestReplace(t *testing.T) {
	t.Parallel()
	for _, cell := range []string{"hold", "hold, deaf", "coroutine"} {
		k, s := newKernel(t), newStage(t)
		k.want("", cell, s.dir)
		job, keeper := s.told()
		ends := []<-chan struct{}{ended(job), ended(keeper)}
		if cell == "hold, deaf" {
			s.open()
		}
		k.want("", "count", filepath.Join(s.dir, "runs"))
		for _, end := range ends {
			await(t, "the end of the old ones", end)
		}
		k.want("42 <nil> false false false false\n", "wait", "1m")
		k.wantProcesses(2)
	}
}

// What has no name is not replaced by the next that has none.
func TestUnnamed(t *testing.T) {
	t.Parallel()
	k, first, second := newKernel(t), newStage(t), newStage(t)
	k.want("", "hold named", "_ "+first.dir)
	k.want("", "hold named", "_ "+second.dir)
	first.told()
	second.told()
	if pids := k.processes(); len(pids) != 4 {
		t.Errorf("processes %v", pids)
	}
	k.want(" session: _: not started (run its cell)\n", "wait named", "_")
}

// Many cells of one name at the same moment: one of them has the result, and its processes alone
// are left.
func TestSameMoment(t *testing.T) {
	t.Parallel()
	k := newKernel(t)
	var starts []<-chan reply
	for range 8 {
		starts = append(starts, k.begin("pids", "result"))
	}
	for _, c := range starts {
		r := await(t, "a start", c)
		if r.Code != 0 && (r.Code != 1 || r.Err != "session: result: it was started once more, by another cell\n") {
			t.Errorf("got %+v", r)
		}
	}
	r := k.run("wait", "1m")
	var job int
	if _, err := fmt.Sscan(r.Out, &job); err != nil || job == 0 {
		t.Fatalf("got %+v", r)
	}
	for _, pid := range k.processes() {
		if pgid, err := syscall.Getpgid(pid); pgid != job && k.isKeeper(pid) != 1 {
			t.Errorf("process %d of group %d, %v lives", pid, pgid, err)
		}
	}
	k.wantFiles(".cellwrap", ".cellwrap/"+filepath.Base(k.place("result").dir), ".cellwrap/"+filepath.Base(k.place("result").dir)+"/s")
}

// isKeeper counts the children of pid, a keeper's, that lead a group.
func (k *kernelProcess) isKeeper(pid int) (n int) {
	for _, p := range k.processes() {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p))
		_, rest, _ := strings.Cut(string(text), ") ")
		var state string
		var parent, group int
		fmt.Sscan(rest, &state, &parent, &group)
		if parent == pid && group == p {
			n++
		}
	}
	return n
}

func (k *kernelProcess) place(name string) place {
	k.Helper()
	p, err := placeIn(k.dir, name)
	if err != nil {
		k.Fatal(err)
	}
	return p
}

// When the kernel is killed, all goes: bodies that wait, that are deaf, that are done and have
// started a process. newKernel looks.
func TestKernelEnd(t *testing.T) {
	t.Parallel()
	k, waits, deaf := newKernel(t), newStage(t), newStage(t)
	k.want("", "hold named", "a "+waits.dir)
	waits.told()
	k.want("", "hold, deaf", deaf.dir)
	deaf.told()
	deaf.open()
	k.want("", "pids", "b")
	k.want("<nil>\n", "wait for pid", "b") // Serve has returned before the body has begun
	k.want("", "serve named", "c")
	if r := k.run("wait named", "c"); r.Out != "c <nil>\n" {
		t.Errorf("got %+v", r)
	}
	k.wantProcesses(9) // with the sleep
}

// A kernel that is killed while cells start, which it leaves alone.
func TestKernelEndsEarly(t *testing.T) {
	t.Parallel()
	for starts := range 6 {
		t.Run(fmt.Sprint(starts), func(t *testing.T) {
			k := newKernel(t)
			var last <-chan reply
			for i := range starts {
				last = k.begin("serve named", fmt.Sprint("r", i%3))
				k.begin("pids", "r0")
			}
			if starts > 3 {
				await(t, "a start", last)
			}
		})
	}
}

// A body that waits for its own result is told so, as in one process.
func TestWaitForItself(t *testing.T) {
	t.Parallel()
	k := newKernel(t)
	k.want("", "wait for itself", "")
	k.want("0 "+reactor.ErrCircular.Error()+" false false false false\n", "wait", "1m")
	k.want("true\n", "output", "")
}

// A kernel that ends by itself.
func TestKernelReturns(t *testing.T) {
	t.Parallel()
	k, s := newKernel(t), newStage(t)
	k.want("", "hold", s.dir)
	job, keeper := s.told()
	k.in.Close()
	await(t, "the job's end", ended(job))
	await(t, "the keeper's end", ended(keeper))
	k.wantFiles()
}

func TestKill(t *testing.T) {
	t.Parallel()
	k, s := newKernel(t), newStage(t)
	for _, tt := range []struct {
		victim          string
		waits, asks, at string
	}{
		{"job",
			"0 session: result: its process died (run its cell again): signal: killed\n",
			"<EventualResult failed: session: result: its process died (run its cell again): signal: killed>\n", ""},
		{"keeper",
			"0 session: result: its process died (run its cell again): the connection broke (EOF)\n",
			"<EventualResult failed: session: result: its process died (run its cell again): nobody listens any more>\n", ""},
	} {
		k.want("", "hold", s.dir)
		job, keeper := s.told()
		waits := k.begin("tell and wait", s.dir+"/told")
		await(t, "a cell that waits", read(s.dir+"/told"))
		jobEnd, keeperEnd := ended(job), ended(keeper)
		if tt.victim == "job" {
			syscall.Kill(job, syscall.SIGKILL)
		} else {
			syscall.Kill(keeper, syscall.SIGKILL)
			await(t, "the keeper's end", keeperEnd)
		}
		await(t, "the job's end", jobEnd)
		if r := await(t, "the cell that waits", waits); tt.victim == "job" && r.Out != tt.waits || !strings.Contains(r.Out, "died") {
			t.Errorf("%s: got %+v", tt.victim, r)
		}
		k.want(tt.asks, "show", "")
	}
	k.want("", "count", filepath.Join(s.dir, "runs")) // a stale socket is no obstacle
	k.want("42 <nil> false false false false\n", "wait", "1m")
}

func TestCrash(t *testing.T) {
	k := newKernel(t)
	const died = "session: result: its process died (run its cell again): "
	for _, tt := range []struct{ cell, want string }{
		{"exit", died + "exit status 3, after\nso long"},
		{"panic elsewhere", died + "exit status 2, after\npanic: elsewhere\n\ngoroutine "},
		{"fatal", died + "exit status 2, after\nfatal error: sync: unlock of unlocked mutex\n"},
	} {
		k.want("", tt.cell, "")
		r := k.run("wait at once", "")
		if !strings.HasPrefix(r.Out, tt.want) || !strings.HasSuffix(r.Out, " true\n") {
			t.Errorf("%s: got %+v", tt.cell, r)
		}
		if r := k.run("output", ""); tt.cell == "exit" && r.Out != "so long\n" {
			t.Errorf("%s: got %+v", tt.cell, r)
		}
	}
	k.want("", "panic", "")
	k.want("reactor: panic: assignment to entry in nil map true\n", "see panic", "")
	k.want("", "goexit", "")
	k.want("0 unexpected EOF false false false false\n", "wait", "1m")
}

func TestDieAtOnce(t *testing.T) {
	k := newKernel(t)
	r := k.run("die at once", "")
	const want = "session: result: its process died (run its cell again): exit status 7, after\nmy last words\n"
	if r.Err != want || r.Code != 1 || r.Took > time.Second {
		t.Errorf("got %+v", r)
	}
	k.want("<EventualResult not started>\n", "show", "")
	k.wantFiles()
}

// A cell that is interrupted before the body has begun takes all with it.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the cell's number is found in /proc")
	}
	k, s := newKernel(t), newStage(t)
	c := k.begin("hang in init", s.dir)
	job, keeper := s.told()
	jobEnd, keeperEnd := ended(job), ended(keeper)
	for _, pid := range k.processes() {
		if pid != job && pid != keeper {
			syscall.Kill(pid, syscall.SIGINT)
		}
	}
	await(t, "the cell", c)
	await(t, "the job's end", jobEnd)
	await(t, "the keeper's end", keeperEnd)
	k.wantFiles()
}

// What is wrong with the place is said at once, and nothing is left there.
func TestBadPlace(t *testing.T) {
	k := newKernel(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	long := filepath.Join(t.TempDir(), strings.Repeat("x", 100))
	if err := os.Mkdir(long, 0o700); err != nil {
		t.Fatal(err)
	}
	open := t.TempDir()
	if err := os.Mkdir(open+"/.cellwrap", 0o755); err != nil {
		t.Fatal(err)
	}
	group := t.TempDir()
	if err := os.Mkdir(group+"/.cellwrap", 0o710); err != nil {
		t.Fatal(err)
	}
	link := t.TempDir()
	if err := os.Symlink(t.TempDir(), link+"/.cellwrap"); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ dir, want string }{
		{"", "GONB_TMP_DIR is not set"},
		{file, "not a directory"},
		{file + "-gone", "no such file or directory"},
		{long, "the path of the socket is too long"},
		{open, "is not a directory of this user alone"},
		{group, "is not a directory of this user alone"},
		{link, "is not a directory of this user alone"},
	} {
		r := k.run("count", file, placeEnv+"="+tt.dir)
		if !strings.HasPrefix(r.Err, "session: result: ") || !strings.Contains(r.Err, tt.want) || r.Code != 1 || r.Took > time.Second {
			t.Errorf("%s: got %+v, want %s", tt.dir, r, tt.want)
		}
		r = k.run("show", "", placeEnv+"="+tt.dir)
		if r.Code != 0 || strings.Contains(r.Out, "pending") {
			t.Errorf("%s: got %+v", tt.dir, r)
		}
	}
}

// A full disk: here, a file system that takes three more files, of which the session needs four.
func TestFullDisk(t *testing.T) {
	k, dir := newKernel(t), t.TempDir()
	if err := exec.Command("mount", "-t", "tmpfs", "-o", "nr_inodes=3", "tmpfs", dir).Run(); err != nil {
		t.Skip("no file system to fill: it takes root on Linux to mount one")
	}
	defer exec.Command("umount", dir).Run()
	r := k.run("count", "", placeEnv+"="+dir)
	if !strings.HasPrefix(r.Err, "session: result: ") || !strings.Contains(r.Err, "no space left on device") || r.Code != 1 || r.Took > time.Second {
		t.Errorf("got %+v", r)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

// Somebody else's directory is not used, neither to start nor to wait.
func TestForeign(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("it takes root to make a directory somebody else's")
	}
	k := newKernel(t)
	dir := t.TempDir()
	p, err := placeIn(dir, "result")
	if err != nil {
		t.Fatal(err)
	}
	for _, foreign := range []string{p.all, p.dir} {
		os.RemoveAll(p.all)
		if err := os.MkdirAll(p.dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(foreign, 12345, 12345); err != nil {
			t.Fatal(err)
		}
		for _, cell := range []string{"count", "show"} {
			r := k.run(cell, "", placeEnv+"="+dir)
			if !strings.Contains(r.Out+r.Err, foreign+" is not a directory of this user alone (remove it)") {
				t.Errorf("%s: got %+v", cell, r)
			}
		}
	}
}

// What waits for a body that is replaced learns of it.
func TestReplacedWhileWaiting(t *testing.T) {
	t.Parallel()
	k, s := newKernel(t), newStage(t)
	k.want("", "hold", s.dir)
	s.told()
	waits := k.begin("tell and wait", s.dir+"/told")
	await(t, "a cell that waits", read(s.dir+"/told"))
	k.want("", "count", filepath.Join(s.dir, "runs"))
	if r := await(t, "the cell that waits", waits); r.Out != "42 <nil>\n" && !strings.Contains(r.Out, "session: result: its cell was run again: reactor: canceled") {
		t.Errorf("got %+v", r)
	}
	k.want("42 <nil> false false false false\n", "wait", "1m")
}

// A keeper that is stopped hangs nobody; when it goes on it ends, and leaves the new one alone.
func TestStopped(t *testing.T) {
	t.Parallel()
	k, s := newKernel(t), newStage(t)
	k.want("", "hold", s.dir)
	job, keeper := s.told()
	ends := []<-chan struct{}{ended(job), ended(keeper)}
	syscall.Kill(keeper, syscall.SIGSTOP)
	k.want("0 reactor: timed out true false false false\n", "wait", "20ms")
	k.want("<EventualResult failed: session: result: its process does not answer>\n", "show", "")
	k.want("(session: result: its process does not answer)\n", "output", "")
	k.want("", "count", filepath.Join(s.dir, "runs"))
	k.want("42 <nil> false false false false\n", "wait", "1m")
	syscall.Kill(keeper, syscall.SIGCONT)
	for _, end := range ends {
		await(t, "the end of the old ones", end)
	}
	k.want("42 <nil> false false false false\n", "wait", "1m")
}

func TestSocket(t *testing.T) {
	t.Parallel()
	k := newKernel(t)
	k.want("", "serve named", "x")
	p := k.place("x")
	for path, mode := range map[string]os.FileMode{
		p.all: os.ModeDir | 0o700, p.dir: os.ModeDir | 0o700, p.socket(): os.ModeSocket | 0o600,
	} {
		if info, err := os.Lstat(path); err != nil || info.Mode() != mode {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

func TestLarge(t *testing.T) {
	t.Parallel()
	k := newKernel(t)
	k.want("", "hundred megabytes", "")
	for range 2 {
		r := k.run("weigh", "")
		if r.Out != "100000000 <nil>\n" {
			t.Errorf("got %+v", r)
		}
		t.Log("a value of 100 MB after", r.Err)
	}
}

func TestCannotCross(t *testing.T) {
	t.Parallel()
	k := newKernel(t)
	k.want("", "function", "")
	r := k.run("wait function", "")
	if !strings.Contains(r.Out, "session: result: the value, a func(), cannot be brought to other cells: ") {
		t.Errorf("got %+v", r)
	}
	r = k.run("wait", "1m")
	if !strings.Contains(r.Out, "cannot be brought") {
		t.Errorf("got %+v", r)
	}
	k.want("", "serve named", "result")
	r = k.run("wait", "1m")
	if r.Out != "0 session: result: the value cannot be read: it is a string, not a int false false false false\n" {
		t.Errorf("got %+v", r)
	}
}

func TestHundred(t *testing.T) {
	k := newKernel(t)
	began := time.Now()
	var starts, waits []<-chan reply
	for i := range 100 {
		starts = append(starts, k.begin("serve named", fmt.Sprint("r", i)))
	}
	for _, c := range starts {
		if r := await(t, "a start", c); r.Code != 0 || r.Err != "" {
			t.Errorf("got %+v", r)
		}
	}
	t.Log("100 sessions started in", time.Since(began))
	for i := range 100 {
		waits = append(waits, k.begin("wait named", fmt.Sprint("r", i)))
	}
	for i, c := range waits {
		if r := await(t, "a wait", c); r.Out != fmt.Sprintf("r%d <nil>\n", i) {
			t.Errorf("got %+v", r)
		}
	}
	k.wantProcesses(200)
}
