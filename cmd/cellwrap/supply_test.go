package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// goModule is what go list tells of a module.
type goModule struct {
	Path, Version, Dir string
	Main               bool
}

// modulesOf returns the modules that have the packages which some need, by path.
func modulesOf(t *testing.T, args ...string) []goModule {
	cmd := exec.Command("go", append([]string{"list", "-deps", "-json=Module"}, args...)...)
	cmd.Dir = filepath.Join("..", "..")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var modules []goModule
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct{ Module *goModule }
		if err := d.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if p.Module != nil && !p.Module.Main && !slices.Contains(modules, *p.Module) {
			modules = append(modules, *p.Module)
		}
	}
	slices.SortFunc(modules, func(a, b goModule) int { return strings.Compare(a.Path, b.Path) })
	return modules
}

// licences are known by what their texts say; the first that fits counts.
var licences = []struct{ name, says string }{
	{"Apache-2.0", "Apache License Version 2.0"},
	{"MPL-2.0", "Mozilla Public License Version 2.0"},
	{"BSD-3-Clause", "Neither the name"},
	{"BSD-2-Clause", "Redistribution and use in source and binary forms"},
	{"MIT", "Permission is hereby granted, free of charge"},
}

// licence returns the names of a module's licences, and the files that have them.
func licence(t *testing.T, m goModule) (names, files []string) {
	entries, err := os.ReadDir(m.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if upper := strings.ToUpper(e.Name()); !strings.HasPrefix(upper, "LICEN") && !strings.HasPrefix(upper, "COPYING") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(m.Dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		flat := strings.Join(strings.Fields(string(text)), " ")
		for _, l := range licences {
			if strings.Contains(flat, l.says) {
				names, files = append(names, l.name), append(files, e.Name())
				break
			}
		}
	}
	if len(names) == 0 {
		t.Errorf("%s has no licence that is known here", m.Path)
	}
	return names, files
}

// TestLicences holds the list of the licences of all that is compiled with ours. After a change of a
// dependency: go test ./cmd/cellwrap -run Licences -update, and read the diff.
func TestLicences(t *testing.T) {
	var b strings.Builder
	b.WriteString(`# Licences

cellwrap has the [BSD 3-clause licence](../LICENSE). The runtime that your programs import, package
reactor and what is below it, needs nothing but the standard library. These are the modules of others
whose code is compiled, with their licences and the files in them that say so. A test makes this list.
`)
	command := modulesOf(t, "./cmd/cellwrap")
	table := func(title string, modules []goModule) {
		fmt.Fprintf(&b, "\n%s\n\n| module | version | licence | file |\n|---|---|---|---|\n", title)
		for _, m := range modules {
			names, files := licence(t, m)
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", m.Path, m.Version, strings.Join(names, " and "), strings.Join(files, ", "))
		}
	}
	table("In the command:", command)
	table("In the tests only:", slices.DeleteFunc(modulesOf(t, "-test", "./..."), func(m goModule) bool { return slices.Contains(command, m) }))
	file := filepath.Join("..", "..", "docs", "licences.md")
	if *update {
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o777), os.WriteFile(file, []byte(b.String()), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	old, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(old), b.String()); diff != "" {
		t.Errorf("docs/licences.md is not current (-is +should be; -update makes it so):\n%s", diff)
	}
}

// all is the flag with which .ci/nightly takes what the suite leaves out.
var all = flag.Bool("all", false, "build the command twice, from an empty cache the second time; kill it before each change")

// TestReproducible builds the command twice, in another directory with nothing cached the second time:
// it is the same, byte by byte.
func TestReproducible(t *testing.T) {
	if !*all {
		t.Skip("compiles the standard library from an empty cache: .ci/nightly does, with -all")
	}
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == ".git") {
			return fs.SkipDir
		}
		name, _ := filepath.Rel(root, path) // it is below
		if to := filepath.Join(elsewhere, name); d.IsDir() {
			return os.MkdirAll(to, 0o777)
		} else {
			text, err := os.ReadFile(path)
			return errors.Join(err, os.WriteFile(to, text, 0o666))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	var built [2][]byte
	for i, dir := range []string{root, elsewhere} {
		exe := filepath.Join(t.TempDir(), "cellwrap")
		cmd := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-buildvcs=false", "-o", exe, "./cmd/cellwrap")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PWD="+dir, "CGO_ENABLED=0", "GOWORK=off")
		if i == 1 {
			cmd.Env = append(cmd.Env, "GOCACHE="+t.TempDir())
		}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if built[i], err = os.ReadFile(exe); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(built[0], built[1]) {
		t.Errorf("two builds differ: %d and %d bytes", len(built[0]), len(built[1]))
	}
	if bytes.Contains(built[0], []byte(root)) {
		t.Error("the command names the directory that it was built in")
	}
}
