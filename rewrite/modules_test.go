package rewrite_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// moduleCells use the modules of testdata/modules/go.mod. Each prints what it computes, and then
// its result's dynamic type is printed.
var moduleCells = []struct {
	name, text, result, output string
	err                        string // instead of a result
}{
	{
		name: "lo: a map of slices of generic structs",
		text: `import "github.com/samber/lo"

pairs := lo.Zip2([]string{"a", "b", "a"}, []int{1, 2, 3})
groups := lo.GroupBy(pairs, func(p lo.Tuple2[string, int]) string { return p.A })
println(len(groups), groups["a"][1].B)
return groups`,
		result: "map[string][]lo.Tuple2[string, int]",
		output: "2 3\nmap[string][]lo.Tuple2[string,int]\n",
	},
	{
		name: "lo: a type of the cell as a type argument",
		text: `import "github.com/samber/lo"

type point struct{ X, Y int }

func swap(p point, _ int) point { return point{p.Y, p.X} }

points := lo.Map([]point{{1, 2}, {3, 4}}, swap)
return lo.KeyBy(points, func(p point) int { return p.X })`,
		result: "map[int]point",
		output: "map[int]PKG.point\n",
	},
	{
		name: "lo: functions and channels",
		text: `import "github.com/samber/lo"

add := lo.Partial(func(a int, b string) string { return b[a:] }, 1)
println(<-lo.Async(func() string { return add("xyz") }))
return add`,
		result: "func(string) string",
		output: "yz\nfunc(string) string\n",
	},
	{
		name: "lo: a result's package that the cell does not import",
		text: `import "github.com/samber/lo"

return lo.Duration(func() {})`,
		result: "time.Duration",
		output: "time.Duration\n",
	},
	{
		name: "lo: two results",
		text: `import "github.com/samber/lo"

return lo.Find([]int{1, 2}, func(i int) bool { return i > 1 })`,
		result: "[]any",
		output: "[]interface {}\n",
	},
	{
		name: "lo: an error",
		text: `import "github.com/samber/lo"

return lo.Attempt(2, func(i int) error { println(i); return nil })`,
		result: "int",
		output: "0\nint\n",
	},
	{
		name: "lo: a function that cannot be its argument",
		text: `import "github.com/samber/lo"

return lo.Map([]int{1}, func(s string, _ int) string { return s })`,
		err: "cell.gocell:4:25: in call to lo.Map, type func(s string, _ int) string of (func(s string, _ int) string literal) " +
			"does not match inferred type func(item int, index int) R for func(item T, index int) R",
	},
	{
		name: "yaml: a name that is not in the path",
		text: `import "gopkg.in/yaml.v3"

var n yaml.Node
err := yaml.Unmarshal([]byte("a: 1"), &n)
println(n.Content[0].Content[1].Value)
return n, err`,
		result: "yaml.Node",
		output: "1\nyaml.Node\n",
	},
	{
		name: "yaml: a pointer and an error, of two returns",
		text: `import "gopkg.in/yaml.v3"
import "strings"

d := yaml.NewDecoder(strings.NewReader("[1, 2]"))
var list []int
if err := d.Decode(&list); err != nil {
	return nil, err
}
println(list[1])
return d, nil`,
		result: "*yaml.Decoder",
		output: "2\n*yaml.Decoder\n",
	},
	{
		name: "yaml: a field that is not there",
		text: `import "gopkg.in/yaml.v3"

return yaml.Node{}.Contents`,
		err: "cell.gocell:4:20: yaml.Node{}.Contents undefined (type yaml.Node has no field or method Contents)",
	},
	{
		name: "rapid: a generic struct of a pointer",
		text: `import "pgregory.net/rapid"

g := rapid.Map(rapid.IntRange(7, 7), func(i int) []string { return make([]string, i) })
println(len(g.Example(1)))
return g`,
		result: "*rapid.Generator[[]string]",
		output: "7\n*rapid.Generator[[]string]\n",
	},
	{
		name: "rapid: a generic function of the cell",
		text: `import "pgregory.net/rapid"

func two[T any](g *rapid.Generator[T]) (T, T) { return g.Example(1), g.Example(2) }

a, b := two(rapid.Just("x"))
println(a + b)
return map[string]rapid.TB{}`,
		result: "map[string]rapid.TB",
		output: "xx\nmap[string]rapid.TB\n",
	},
	{
		name: "go-cmp: replaced by a directory",
		text: `import "github.com/google/go-cmp/cmp"

println(cmp.Equal([]int{1}, []int{1}))
return []cmp.OnlyHere{{Options: cmp.Options{cmp.Ignore()}}}`,
		result: "[]cmp.OnlyHere",
		output: "true\n[]cmp.OnlyHere\n",
	},
	{
		name: "all in one",
		text: `import (
	"github.com/google/go-cmp/cmp"
	"github.com/samber/lo"
	y "gopkg.in/yaml.v3"
	"pgregory.net/rapid"
)

return lo.T4(cmp.OnlyHere{}, &y.Node{}, rapid.Just(1), func(y.Kind) error { return nil })`,
		result: "lo.Tuple4[cmp.OnlyHere, *y.Node, *rapid.Generator[int], func(y.Kind) error]",
		output: "lo.Tuple4[github.com/google/go-cmp/cmp.OnlyHere,*gopkg.in/yaml%2ev3.Node," +
			"*pgregory.net/rapid.Generator[int],func(gopkg.in/yaml%2ev3.Kind) error]\n",
	},
}

// TestModules runs cells that use modules which others wrote: from the module cache, with one
// replaced by a directory; from a vendor directory; and in a workspace. The results have their
// static types.
func TestModules(t *testing.T) {
	dir := moduleCorpus(t)
	t.Run("cache", func(t *testing.T) { runModules(openCorpus(t, dir)) })
	t.Run("vendor", func(t *testing.T) {
		c := openCorpus(t, copyTree(t, dir))
		c.command("go", "mod", "vendor")
		for _, elsewhere := range []string{"cmp", "runtime"} { // nothing may come from there
			if err := os.RemoveAll(filepath.Join(c.dir, elsewhere)); err != nil {
				t.Fatal(err)
			}
		}
		t.Setenv("GOMODCACHE", t.TempDir())
		runModules(c)
	})
	t.Run("workspace", func(t *testing.T) {
		c := openCorpus(t, copyTree(t, dir))
		t.Setenv("GOWORK", "")
		c.command("go", "mod", "edit",
			"-droprequire=github.com/google/go-cmp", "-dropreplace=github.com/google/go-cmp",
			"-droprequire=github.com/cellwrap/cellwrap", "-dropreplace=github.com/cellwrap/cellwrap")
		c.command("go", "work", "init", ".", "./cmp", "./runtime")
		runModules(c)
	})
}

// moduleCorpus makes a module that requires the modules, and downloads them.
func moduleCorpus(t *testing.T) string {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/google/go-cmp").Output()
	if err != nil {
		t.Fatal(err)
	}
	c := openCorpus(t, t.TempDir())
	for _, name := range []string{"go.mod", "go.sum"} {
		c.write(name, readFile(t, filepath.Join("testdata/modules", name)))
	}
	c.writeRuntime()
	if err := os.CopyFS(filepath.Join(c.dir, "cmp"), os.DirFS(strings.TrimSpace(string(out)))); err != nil {
		t.Fatal(err)
	}
	c.write("cmp/cmp/onlyhere.go", []byte("package cmp\n\n// OnlyHere is not in the module that this replaces.\ntype OnlyHere struct{ Options }\n"))
	cmd := exec.Command("go", "mod", "download")
	cmd.Dir = c.dir
	if out, err := cmd.CombinedOutput(); err != nil && testing.Short() {
		t.Skipf("the modules of testdata/modules are not here, and cannot be had: %v\n%s", err, out)
	} else if err != nil {
		t.Fatalf("go mod download: %v\n%s", err, out)
	}
	return c.dir
}

func copyTree(t *testing.T, dir string) string {
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

// command runs a command in the module.
func (c *corpus) command(name string, args ...string) {
	c.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = c.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		c.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// runModules rewrites the cells in a module, builds and runs them.
func runModules(c *corpus) {
	c.Setenv("GOPROXY", "off")
	var cells []*corpusCell
	for i, m := range moduleCells {
		x := &corpusCell{name: m.name, id: fmt.Sprintf("cell%02d", i), text: []byte("%%run_in_reactor\n" + m.text)}
		x.pkg, x.file, x.dir, x.stderr = x.id, "cell.gocell", c.dir, true
		x.output = strings.ReplaceAll(m.output, "PKG", x.id)
		cells = append(cells, x)
	}
	c.rewrite(cells, func(x *corpusCell, err error) string {
		for _, m := range moduleCells {
			if m.name == x.name && m.err == err.Error() {
				return "a type error"
			}
		}
		return ""
	})
	for i, m := range moduleCells {
		if out := cells[i].out; out != nil && out.Result != m.result {
			c.Errorf("%s: the result is a %s, not a %s", m.name, out.Result, m.result)
		}
	}
	c.build(cells, func(cells []*corpusCell) {
		c.write("main.go", dispatch(cells, "wait.Type(%s.RunCell())"))
	}, "-o", "cells.exe", ".")
	c.run(cells, os.Environ(), func(x *corpusCell) []string { return []string{filepath.Join(c.dir, "cells.exe"), x.id} })
	report(c.T, cells)
}
