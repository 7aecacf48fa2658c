package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/cellwrap/cellwrap"

// allowed says which packages of ours each package may import, outside of its tests.
var allowed = map[string][]string{
	"":                    {},
	"bench":               {},
	"cmd/cellwrap":        {"internal/atomicfile", "internal/importer", "internal/kernel", "internal/notebook", "internal/provide", "internal/runner", "internal/suggest", "rewrite", "templates"},
	"docs":                {},
	"examples/chat":       {"reactor"},
	"examples/crawl":      {"reactor"},
	"examples/quickstart": {"reactor"},
	"examples/sample":     {"reactor"},
	"golden":              {"rewrite", "templates"},
	"indent":              {},
	"internal/atomicfile": {},
	"internal/host":       {},
	"internal/importer":   {"internal/atomicfile", "internal/process", "internal/suggest"},
	"internal/host/rich":  {"internal/host"},
	"internal/kernel":     {"internal/atomicfile", "internal/ports", "internal/process"},

	"internal/kernel/gokernel":              {},
	"internal/kernel/gokernel/cmd/gokernel": {"internal/kernel/gokernel"},

	"internal/process":  {},
	"internal/ports":    {},
	"internal/provide":  {"", "internal/atomicfile", "internal/importer"},
	"internal/readme":   {"internal/atomicfile", "internal/notebook"},
	"internal/suggest":  {},
	"internal/runner":   {"", "internal/host", "internal/process", "rewrite"},
	"examples":          {},
	"internal/notebook": {},
	"reactor":           {},
	"reactor/dynamic":   {"reactor"},
	"reactor/session":   {"reactor"},
	"rewrite":           {"", "indent", "internal/importer", "internal/suggest", "templates"},
	"templates":         {},
}

// standardOnly are the packages that import nothing but the standard library.
var standardOnly = []string{"indent", "internal/host", "internal/host/rich", "internal/notebook", "reactor", "reactor/dynamic", "reactor/session"}

// inModule returns a package's directory in the module; "" is the top.
func inModule(path string) string {
	return strings.TrimPrefix(strings.TrimPrefix(path, module), "/")
}

// TestArrows holds the map of packages: who imports whom.
func TestArrows(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, module+"/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		name := inModule(words[0])
		may, ok := allowed[name]
		if !ok {
			t.Errorf("package %s is on no map", name)
			continue
		}
		seen++
		for _, path := range words[1:] {
			isOurs, ours := strings.HasPrefix(path, module), inModule(path)
			switch {
			case isOurs && !slices.Contains(may, ours):
				t.Errorf("%s imports %s", name, ours)
			case !isOurs && strings.Contains(path, ".") && slices.Contains(standardOnly, name):
				t.Errorf("%s imports %s, and may import the standard library only", name, path)
			}
		}
	}
	if seen != len(allowed) {
		t.Errorf("%d packages of %d", seen, len(allowed))
	}
}
