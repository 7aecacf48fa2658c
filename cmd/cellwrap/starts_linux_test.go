package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// untrusted is a directory that would start a program if it could.
const untrusted = `
-- go.mod --
module example.com/m

go 1.21

toolchain go1.99.0

require example.com/v v1.0.0
-- vendor/modules.txt --
# example.com/v v1.0.0
## explicit; go 1.21
example.com/v
-- vendor/example.com/v/v.go --
package v

//go:generate ./evil

func F() string { return "" }
-- plain/plain.go --
package plain

//go:generate ./evil

func F() error { return nil }
-- c/c.go --
package c

// #cgo CFLAGS: -DX=1
// int one(void) { return X; }
import "C"

func F() int { return int(C.one()) }
-- pkg/pkg.go --
package pkg

// #cgo pkg-config: evil
import "C"

func F() int { return 1 }
-- evil.pc --
Name: evil
Version: 1
Description: $(./evil)
Cflags: -DX=` + "`./evil`" + `
-- go.env --
CC=./evil
GOFLAGS=-toolexec=./evil
-- .git/HEAD --
ref: refs/heads/main
-- .git/config --
[core]
	fsmonitor = ./evil
	hooksPath = .
-- job.gocell --
import (
	"example.com/m/c"
	"example.com/m/pkg"
	"example.com/m/plain"
	"example.com/v"
	"os/user"
)
println(pkg.F(), c.F())
user.Lookup("")
return v.F(), plain.F()
`

// What rewriting starts in a directory that nobody has looked at is what docs/security.md says.
func TestStarts(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip(err)
	}
	if out, err := exec.Command(strace, "-o", os.DevNull, "true").CombinedOutput(); err != nil {
		t.Skipf("strace may trace nothing here: %v\n%s", err, out)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	own := link(t, self, t.TempDir())
	cache := goCache(t)
	tools := []string{"go", "compile", "asm", "cgo"}
	compilers := []string{"gcc", "cc1", "as", "collect2", "ld", "lto-wrapper", "pkg-config"}
	for _, tt := range []struct {
		name   string
		args   []string
		env    []string
		start  []string // what it may start
		needs  []string // and does
		empty  bool     // the build cache
		result string
	}{
		{"types", nil, []string{"GOTOOLCHAIN=local"}, slices.Concat(tools, compilers), []string{"go", "compile", "cgo", "pkg-config"}, false, "string"},
		{"toolchain", nil, []string{"GOTOOLCHAIN=auto"}, []string{"go"}, []string{"go"}, false, "any"},
		{"offline", []string{"--offline"}, []string{"GOTOOLCHAIN=auto", "GOFLAGS=-export"}, []string{"go"}, []string{"go"}, true, "string"},
		{"off", []string{"--types", "off"}, nil, nil, nil, true, "any"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir, logs := t.TempDir(), t.TempDir()
			files, err := txtar.FS(txtar.Parse([]byte(untrusted)))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.CopyFS(dir, files); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"evil", "go", "gcc", "cc", "git", "pkg-config", "go1.99.0", "compile", "post-checkout", ".git/hooks/post-checkout"} {
				file := filepath.Join(dir, name)
				if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte("#!/bin/sh\ntouch "+dir+"/started\n"), 0o777); err != nil {
					t.Fatal(err)
				}
			}
			cache := cache
			if tt.empty {
				cache = t.TempDir()
			}
			args := append([]string{"-ff", "--seccomp-bpf", "-e", "trace=execve,execveat,connect", "-o", filepath.Join(logs, "log"), own}, tt.args...)
			cmd := exec.Command(strace, append(args, "job.gocell")...)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), append([]string{
				"GOENV=off", "GOFLAGS=", "GOPROXY=off", "GOWORK=off", "CGO_ENABLED=1", "GOPACKAGE=", "XDG_CACHE_HOME=" + t.TempDir(), "GOCACHE=" + cache,
			}, tt.env...)...)
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			got, connected := traced(t, logs)
			for _, file := range got {
				if base := filepath.Base(file); file != own && (!slices.Contains(tt.start, base) || strings.HasPrefix(file, dir) || !filepath.IsAbs(file)) {
					t.Errorf("it has started %s", file)
				}
			}
			for _, name := range tt.needs {
				if !slices.ContainsFunc(got, func(file string) bool { return filepath.Base(file) == name }) {
					t.Errorf("it has not started %s, but %q\n%s", name, got, out)
				}
			}
			if len(connected) > 0 {
				t.Errorf("it has connected: %q", connected)
			}
			if _, err := os.Stat(filepath.Join(dir, "started")); err == nil {
				t.Error("a program of the directory has run")
			}
			if !strings.Contains(string(out), "func() ("+tt.result+", error) {") {
				t.Errorf("the result is no %s:\n%s", tt.result, out)
			}
		})
	}
}

var (
	execved   = regexp.MustCompile(`(?m)^execve(?:at)?\((?:[^"]*, )?"([^"]*)".* = 0$`)
	connected = regexp.MustCompile(`(?m)^connect\(.*sa_family=AF_INET.*$`)
)

// traced returns the files of the programs that were started, and the connections that were tried.
func traced(t *testing.T, logs string) (files, connections []string) {
	entries, err := os.ReadDir(logs)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		log, err := os.ReadFile(filepath.Join(logs, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range execved.FindAllSubmatch(log, -1) {
			files = append(files, string(m[1]))
		}
		for _, m := range connected.FindAll(log, -1) {
			connections = append(connections, string(m))
		}
	}
	slices.Sort(files)
	return slices.Compact(files), connections
}
