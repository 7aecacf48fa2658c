package main

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"github.com/cellwrap/cellwrap/internal/notebook"
)

// normalizer makes texts equal that differ only in what cannot be stable.
type normalizer []replacement

type replacement struct {
	what *regexp.Regexp
	by   string
}

// rules are compiled when they are asked for: most commands have no use for them.
var rules = []struct{ name, what, by string }{
	{"addresses", `\b0x[0-9a-f]{6,}\b`, "0x…"},
	{"results", `<EventualResult [^>\n]*>`, "<EventualResult …>"},
	{"durations", `\b([0-9]+(\.[0-9]+)?(ns|µs|us|ms|s|m|h))+\b`, "…s"},
	{"times", `\b[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}([ T][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?)?( ?(Z|UTC|[+-][0-9]{2}:?[0-9]{2}))*( m=[+-][0-9.]+)?`, "…"},
}

// newNormalizer returns the rules with names; "none" is none.
func newNormalizer(names []string) (normalizer, error) {
	var n normalizer
	for _, name := range names {
		known := name == "none"
		for _, r := range rules {
			if r.name == name {
				n = append(n, replacement{regexp.MustCompile(r.what), r.by})
				known = true
			}
		}
		if !known {
			return nil, fmt.Errorf("--normalize is addresses, results, durations, times or none, not %q", name)
		}
	}
	return n, nil
}

func (n normalizer) apply(text string) string {
	for _, r := range n {
		text = r.what.ReplaceAllString(text, r.by)
	}
	return text
}

// compare tells how the outputs of cells, by number, differ from those that are stored, and returns the exit
// status: 1 if they do, or else the program's.
func (n *runnable) compare(records map[int]*record, normal normalizer, status int, differs func(number int, diff string) error) (int, error) {
	failed := status != 0
	for i, cell := range n.book.Cells {
		if !runs(cell) {
			continue
		}
		stored, err := n.book.Outputs(i)
		if err != nil {
			return 0, err
		}
		r := records[i+1]
		if r == nil {
			if failed {
				continue // the run has not come so far
			}
			r = &record{}
		}
		old, now := normal.apply(shown(stored)), normal.apply(shown(r.outputs()))
		if old == now {
			continue
		}
		name := n.cellName(i + 1)
		if err := differs(i+1, udiff.Unified(name+" (stored)", name+" (run)", old, now)); err != nil {
			return 0, err
		}
		status = max(status, exitRefused)
	}
	return status, nil
}

// shown returns outputs as a text to compare, as a notebook stores it: what was printed, each stream as one, and
// then the rest.
// Which kind of output holds a value, and how an error was traced, is of no interest.
func shown(outputs []notebook.Output) string {
	streams := map[string]string{}
	var rest strings.Builder
	for _, out := range outputs {
		switch out.Type {
		case notebook.Stream:
			streams[out.Name] += out.Text
		case notebook.Failure:
			section(&rest, "error "+out.Name, out.Text)
		default:
			for _, mime := range slices.Sorted(maps.Keys(out.Data)) {
				data := out.Data[mime]
				if !strings.HasPrefix(mime, "text/") && !strings.HasSuffix(mime, "json") && mime != "image/svg+xml" {
					data = fmt.Sprintf("%d bytes of base64, SHA-256 %x", len(data), sha256.Sum256([]byte(data)))
				}
				section(&rest, mime, data)
			}
		}
	}
	var all strings.Builder
	for _, name := range slices.Sorted(maps.Keys(streams)) {
		section(&all, name, streams[name])
	}
	return strings.ToValidUTF8(all.String()+rest.String(), "\uFFFD")
}

func section(b *strings.Builder, title, text string) {
	fmt.Fprintf(b, "[%s]\n%s", title, text)
	if !strings.HasSuffix(text, "\n") {
		b.WriteByte('\n')
	}
}
