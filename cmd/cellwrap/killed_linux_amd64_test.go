package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// changes are the system calls that change files, with those of their arguments that say which: a
// descriptor, a path, or a path behind the descriptor of its directory.
var changes = map[uint64]struct{ descriptors, paths, pathsAt []int }{
	syscall.SYS_WRITE:     {descriptors: []int{0}},
	syscall.SYS_PWRITE64:  {descriptors: []int{0}},
	syscall.SYS_WRITEV:    {descriptors: []int{0}},
	syscall.SYS_FTRUNCATE: {descriptors: []int{0}},
	syscall.SYS_FCHMOD:    {descriptors: []int{0}},
	syscall.SYS_FSYNC:     {descriptors: []int{0}},
	syscall.SYS_SENDFILE:  {descriptors: []int{0}},
	copyFileRange:         {descriptors: []int{2}},
	syscall.SYS_OPEN:      {paths: []int{0}},
	syscall.SYS_OPENAT:    {pathsAt: []int{1}},
	syscall.SYS_TRUNCATE:  {paths: []int{0}},
	syscall.SYS_CHMOD:     {paths: []int{0}},
	syscall.SYS_FCHMODAT:  {pathsAt: []int{1}},
	syscall.SYS_MKDIR:     {paths: []int{0}},
	syscall.SYS_MKDIRAT:   {pathsAt: []int{1}},
	syscall.SYS_RMDIR:     {paths: []int{0}},
	syscall.SYS_UNLINK:    {paths: []int{0}},
	syscall.SYS_UNLINKAT:  {pathsAt: []int{1}},
	syscall.SYS_RENAME:    {paths: []int{0, 1}},
	syscall.SYS_RENAMEAT:  {pathsAt: []int{1, 3}},
	renameat2:             {pathsAt: []int{1, 3}},
	syscall.SYS_LINK:      {paths: []int{1}},
	syscall.SYS_LINKAT:    {pathsAt: []int{3}},
	syscall.SYS_SYMLINK:   {paths: []int{1}},
	syscall.SYS_SYMLINKAT: {pathsAt: []int{2}},
}

// Calls that package syscall has no numbers of.
const copyFileRange, renameat2 = 326, 316

// tracee is a process that is stopped at its system calls.
type tracee struct {
	pid int
	dir string // its directory, below which changes are of interest
}

// runKilled runs the command in dir, and kills it right before its n'th system call that would change
// something below dir; for n = 0 never. It returns how many such calls it has come to.
//
// The test traces it by itself: strace could inject the signal, but counts the calls of each thread
// apart, and Go's calls wander from thread to thread.
func runKilled(t *testing.T, dir string, env, args []string, n int) (came int) {
	t.Helper()
	runtime.LockOSThread() // the one that may trace
	defer runtime.UnlockOSThread()
	output, err := os.Create(filepath.Join(t.TempDir(), "output"))
	if err != nil {
		t.Fatal(err)
	}
	defer output.Close()
	pid, err := syscall.ForkExec(args[0], args, &syscall.ProcAttr{
		Dir: dir, Env: env, Files: []uintptr{0, output.Fd(), output.Fd()}, Sys: &syscall.SysProcAttr{Ptrace: true, Setpgid: true},
	})
	if err != nil {
		t.Skipf("no process can be traced here, so none can be killed at a given moment: %v", err)
	}
	const exitKill = 0x100000
	x := tracee{pid, dir}
	seen, inside := map[int]bool{}, map[int]bool{}
	for {
		var ws syscall.WaitStatus
		const onlyOfThisThread = 0x20000000
		tid, err := syscall.Wait4(-pid, &ws, syscall.WALL|onlyOfThisThread, nil) // not for what other tests have started
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case err != nil:
			t.Fatal(err)
		case tid == pid && (ws.Exited() || ws.Signaled()):
			if ws.ExitStatus() != 0 && (n == 0 || came < n) {
				text, _ := os.ReadFile(output.Name())
				t.Fatalf("%q: %v\n%s", args[1:], ws, text)
			}
			return came
		case !ws.Stopped():
			continue // a thread ends
		}
		signal := 0
		switch s := ws.StopSignal(); {
		case s == syscall.SIGTRAP|0x80: // at a system call
			if inside[tid] = !inside[tid]; inside[tid] && x.changes(tid) {
				if came++; came == n {
					syscall.Kill(pid, syscall.SIGKILL)
					continue
				}
			}
		case !seen[tid] && tid == pid: // it has been started
			if err := syscall.PtraceSetOptions(pid, syscall.PTRACE_O_TRACECLONE|syscall.PTRACE_O_TRACESYSGOOD|exitKill); err != nil {
				t.Fatal(err)
			}
		case !seen[tid], s == syscall.SIGTRAP: // a thread, or that one has been started
		default:
			signal = int(s)
		}
		seen[tid] = true
		if err := syscall.PtraceSyscall(tid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			t.Fatal(err)
		}
	}
}

// changes reports whether the system call that a thread is about to make would change something below
// the directory.
func (x tracee) changes(tid int) bool {
	var regs syscall.PtraceRegs
	if syscall.PtraceGetRegs(tid, &regs) != nil {
		return false // it was killed meanwhile
	}
	args := [...]uint64{regs.Rdi, regs.Rsi, regs.Rdx, regs.R10}
	call, ok := changes[regs.Orig_rax]
	switch flags := uint64(0); regs.Orig_rax {
	case syscall.SYS_OPEN, syscall.SYS_OPENAT:
		if flags = args[1]; regs.Orig_rax == syscall.SYS_OPENAT {
			flags = args[2]
		}
		ok = flags&(syscall.O_CREAT|syscall.O_TRUNC) != 0
	}
	if !ok {
		return false
	}
	for _, i := range call.descriptors {
		if x.holds(x.open(args[i])) {
			return true
		}
	}
	for _, i := range call.paths {
		if x.holds(x.path(tid, args[i], x.dir)) {
			return true
		}
	}
	for _, i := range call.pathsAt {
		dir := x.dir
		if fd := int32(args[i-1]); fd >= 0 { // else the current one
			dir = x.open(uint64(fd))
		}
		if x.holds(x.path(tid, args[i], dir)) {
			return true
		}
	}
	return false
}

func (x tracee) holds(path string) bool { return strings.HasPrefix(path, x.dir+"/") || path == x.dir }

// open returns the path of what a descriptor is of.
func (x tracee) open(fd uint64) string {
	path, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", x.pid, fd)) // of none it is of no interest
	return path
}

// path returns the path at an address, which may be relative to dir.
func (x tracee) path(tid int, at uint64, dir string) string {
	var text []byte
	for b := make([]byte, 8); ; at += uint64(len(b)) {
		n, err := syscall.PtracePeekData(tid, uintptr(at), b)
		end := bytes.IndexByte(b[:n], 0)
		if end >= 0 {
			n = end
		}
		if text = append(text, b[:n]...); end >= 0 || err != nil {
			break
		}
	}
	if path := string(text); filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, string(text))
}
