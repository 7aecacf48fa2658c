package rewrite_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/cellwrap/cellwrap/rewrite"
)

// What a plain block with an await defines is for the code behind it, so that it need not be used in
// the block; what its inner blocks define gets a use. (No golden case: alone, they do not compile.)
func TestBlockAwaitDefines(t *testing.T) {
	for _, row := range []struct{ cell, want string }{
		{"v := await d", "v := AWAIT(d)"},
		{"v, err := await d", "v, err := AWAIT2(d)"},
		{"var v, err = await d", "var v, err = AWAIT2(d)"},
		{"again:\n\tv := await d\n\tif false {\n\t\tgoto again\n\t}", "again:\n\tv := AWAIT(d)\n\tif false {\n\t\tgoto again\n\t}"},
		{"if w := await d; true {\n\tx := await d\n}", "if w := AWAIT(d); true { _ = w;\n\tx := AWAIT(d); _ = x\n}"},
		{"v := await d\nfunc() { w := await d }()", "v := AWAIT(d)\nfunc() { w := AWAIT(d); _ = w }()"},
		{"func() { await d }()\nv := await d", "func() { AWAIT(d) }()\nv := AWAIT(d)"},
		{"v := 1\nawait d", "v := 1\nAWAIT(d)"},
		{"await d\nfunc f() int { return 1 }", "AWAIT(d)\nf := func() int { return 1 }"},
		{"await d\nconst c = 1\ntype t int", "AWAIT(d)\nconst c = 1\ntype t int"},
		{"return await d", "return AWAIT(d)"},
		{"v, err := await d\nreturn v, err", "v, err := AWAIT2(d)\nreturn v, err"},
		{"return 1, await d, nil", "return 1, AWAIT(d), nil"},
		{"if await d > 1 {\n\treturn\n}\nreturn await d", "if AWAIT(d) > 1 {\n\treturn\n}\nreturn AWAIT(d)"},
		{"await d\n1 + 1", "error: cell:3:1: 1 + 1 (untyped int constant 2) is not used (a block shows no value: assign it)"},
		{"await d + 1", "error: cell:2:1: await d + 1 (value of type int) is not used (a block shows no value: assign it)"},
	} {
		const d = "d := reactor.Succeed(1)\n"
		opts := rewrite.Options{Filename: "cell", Target: rewrite.Block, Env: goldenEnv}
		out, err := rewrite.Cell([]byte(d+row.cell+"\n"), opts)
		got := ""
		if err != nil {
			got = "error: " + err.Error()
		} else {
			_, got, _ = strings.Cut(string(out.Code), "\n")
			got = strings.TrimSuffix(strings.TrimPrefix(got, d), "\n")
			got = regexp.MustCompile(`reactor\.MustAwaitFor\(reactor\.Seconds\(60\), `).ReplaceAllString(got, "AWAIT(")
			got = regexp.MustCompile(`reactor\.AwaitFor\(reactor\.Seconds\(60\), `).ReplaceAllString(got, "AWAIT2(")
		}
		if got != row.want {
			t.Errorf("%s\n\tgives\n%s\n\twant\n%s", row.cell, got, row.want)
		}
		if out != nil && len(out.Diagnostics) > 0 {
			t.Errorf("%s\n\t%v", row.cell, out.Diagnostics)
		}
	}
	// The literal is the cell's first token.
	out, err := rewrite.Cell([]byte("func() { await reactor.Succeed(1) }()\nv := 1\n"), rewrite.Options{Target: rewrite.Block, Env: goldenEnv})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(string(out.Code), "\nv := 1\n") {
		t.Errorf("a block that begins with a function literal:\n%s", out.Code)
	}
}

// What comes from a package that is not there is awaited as it is, and the result is any. (No golden
// case: the go command builds nothing beside a package that is missing.)
func TestAwaitUnknown(t *testing.T) {
	const cell = "%%run_in_reactor r\nimport \"example.com/nosuch\"\nn := await nosuch.Load(await make(chan int))\nreturn n\n"
	out, err := rewrite.Cell([]byte(cell), rewrite.Options{Env: goldenEnv})
	if err != nil {
		t.Fatal(err)
	}
	const want = "\tn := reactor.MustAwait(co, nosuch.Load(reactor.MustAwait(co, reactor.FromChannel(make(chan int)))))\n\treturn reactor.Values(n)\n"
	if out.Result != "any" || len(out.Diagnostics) != 1 || !strings.Contains(string(out.Code), want) {
		t.Errorf("%s %v\n%s", out.Result, out.Diagnostics, out.Code)
	}
}

// The file around a block, or the rest of the function that it stands in, may await already: those
// calls are none of the cell's awaits. (No golden case: the file around those is always the same.)
func TestBlockAwaitInFile(t *testing.T) {
	const before = `package p

import (
	"time"

	"github.com/cellwrap/cellwrap/reactor"
)

var _ = reactor.MustAwaitFor(time.Second, reactor.Succeed("s"))

func f(d *reactor.Deferred[string]) {
	reactor.AwaitFor(time.Second, d)
`
	const after = `
	reactor.MustAwaitFor(time.Second, d)
}

func g(d *reactor.Deferred[string]) (string, error) { return reactor.AwaitFor(time.Second, d) }
`
	for cell, want := range map[string]string{
		"n := await make(chan int)\n_ = n":            "n := reactor.MustAwaitFor(reactor.Seconds(60), reactor.FromChannel(make(chan int)))\n_ = n",
		"//cellwrap:run_in_reactor r\nreturn await d": "\treturn reactor.Await(co, d)\n",
		"_ = await 5":                                          "error: cell:14:11: cannot await 5 (of type untyped int): await waits for a Deferred, an EventualResult or a channel",
		"_, _ = await d\n_ = await d + 1":                      "error: cell:15:5: invalid operation: await d + 1 (mismatched types string and untyped int)",
		"reactor.MustAwaitFor(time.Second, d)\nawait d":        "reactor.MustAwaitFor(time.Second, d)\nreactor.MustAwaitFor(reactor.Seconds(60), d)",
		"_ = await reactor.RunInReactor(work)\n_ = await 1.5 ": "error: cell:14:32: undefined: work",
	} {
		out, err := rewrite.Cell([]byte(cell), rewrite.Options{
			Filename: "cell", FirstLine: 14, Target: rewrite.Block, Env: goldenEnv, Before: []byte(before), After: []byte(after),
		})
		got := ""
		if err != nil {
			got, _, _ = strings.Cut("error: "+err.Error(), "\n")
		} else {
			got = string(out.Code)
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s\n\tgives\n%s\n\twant\n%s", cell, got, want)
		}
	}
}

// Where the file around a block has awaits that are not rewritten yet, the rest of it is known all the
// same, but for what they give.
func TestBlockAwaitOthers(t *testing.T) {
	const before = "package p\n\nimport \"github.com/cellwrap/cellwrap/reactor\"\n\nfunc f(c chan int, d *reactor.Deferred[string]) {\n\tv := await d\n\tx, err := await c\n\tawait d\n"
	const after = "\n\tif w := await c; w > 0 {\n\t\treturn\n\t}\n\t_, _, _ = v, x, err\n}\n"
	const warning = "cell:1:1: the file has other awaits, and what they give is not known"
	for cell, want := range map[string]string{
		"n := await c\n_ = n":                              "n := reactor.MustAwaitFor(reactor.Seconds(60), reactor.FromChannel(c))\n_ = n",
		"//cellwrap:run_in_reactor r\nreturn await d":      "(string, error)",
		"//cellwrap:run_in_reactor r\nreturn v":            "(any, error)",
		"x, err = await c":                                 "x, err = reactor.AwaitFor(reactor.Seconds(60), reactor.FromChannel(c))",
		"//cellwrap:run_in_reactor r\nreturn await c + d ": "error: cell:2:8: invalid operation: await c + d (mismatched types int and *reactor.Deferred[string])",
	} {
		out, err := rewrite.Cell([]byte(cell), rewrite.Options{
			Filename: "cell", Target: rewrite.Block, Env: goldenEnv, Before: []byte(before), After: []byte(after),
		})
		got := ""
		if err != nil {
			got = "error: " + err.Error()
		} else {
			got = string(out.Code)
			if len(out.Diagnostics) != 1 || out.Diagnostics[0].Pos.String()+": "+out.Diagnostics[0].Msg != warning {
				t.Errorf("%s\n\tgives %v, want the warning %s", cell, out.Diagnostics, warning)
			}
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s\n\tgives\n%s\n\twant\n%s", cell, got, want)
		}
	}
}
