// Package docs holds what the pages here claim.
package docs

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cellwrap/cellwrap/golden"
)

var update = flag.Bool("update", false, "renew the examples of the pages from the golden cases")

// example is where the example of a golden case stands on a page, and in which section of the case
// its output is.
var example = regexp.MustCompile(`(?s)<!-- golden: (\S+) (\S+) -->\n.*?<!-- end -->\n`)

// TestExamples holds that the examples are those of the golden cases, which are compiled and run.
func TestExamples(t *testing.T) {
	cases, err := golden.Load("../golden/testdata")
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]*golden.Case{}
	for _, c := range cases {
		byName[c.Name] = c
	}
	for _, page := range []string{"cells.md", "targets.md"} {
		old, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		seen := 0
		now := example.ReplaceAllFunc(old, func(text []byte) []byte {
			m := example.FindSubmatch(text)
			seen++
			shown, err := show(byName[string(m[1])], string(m[2]))
			if err != nil {
				t.Errorf("%s: %s: %v", page, m[1], err)
			}
			return fmt.Appendf(nil, "<!-- golden: %s %s -->\n%s<!-- end -->\n", m[1], m[2], shown)
		})
		if seen == 0 || bytes.Count(old, []byte("<!-- golden:")) != seen {
			t.Errorf("%s: %d examples are read", page, seen)
		}
		if *update {
			if err := os.WriteFile(page, now, 0o666); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if diff := cmp.Diff(string(now), string(old)); diff != "" {
			t.Errorf("%s is not current (go test ./docs -update): -want +got\n%s", page, diff)
		}
	}
}

// show returns a case's cell and what becomes of it.
func show(c *golden.Case, section string) (string, error) {
	if c == nil {
		return "", fmt.Errorf("no such golden case")
	}
	out, ok := c.Section(section)
	if !ok {
		return "", fmt.Errorf("no section %s", section)
	}
	if section == "file" {
		out = short(out)
	}
	becomes, language := "becomes", "go"
	switch {
	case section == "notes":
		becomes, language = "prints", "text"
	case strings.HasSuffix(section, ".error"):
		becomes, language = "is refused", "text"
	}
	return fmt.Sprintf("```go\n%s\n```\n\n%s\n\n```%s\n%s\n```\n",
		bytes.Trim(c.Cell, "\n"), becomes, language, bytes.Trim(out, "\n")), nil
}

// left is what is not shown of a file: what is the same in all of them, and the lines' positions.
var left = regexp.MustCompile(`(?m)^// Code generated.*\n\n|^package .*\n\n|^(//\n)?//line .*\n|^import "github.com/cellwrap/cellwrap/reactor"\n\n`)

func short(file []byte) []byte { return left.ReplaceAll(file, nil) }
