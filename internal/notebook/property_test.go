package notebook_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"

	"github.com/cellwrap/cellwrap/internal/notebook"
)

// printer writes a random notebook in a random layout, and remembers where its sources are.
type printer struct {
	*rapid.T
	buf     strings.Builder
	newline string // "" for one line
	unit    string
	colon   string
	wild    bool // white space anywhere
	spell   int  // how strings are escaped
	odd     bool // some strings of a list are no lines
	depth   int
	sources []cellSource
}

type cellSource struct {
	cell, start, end int // offsets
	kind, text       string
}

const (
	plainly = iota
	inASCII
	asGo
	anyhow
)

func newPrinter(t *rapid.T) *printer {
	return &printer{
		T:       t,
		newline: rapid.SampledFrom([]string{"", "\n", "\r\n"}).Draw(t, "newline"),
		unit:    rapid.SampledFrom([]string{"", " ", "  ", "\t"}).Draw(t, "unit"),
		colon:   rapid.SampledFrom([]string{":", ": ", " : "}).Draw(t, "colon"),
		wild:    rapid.IntRange(0, 3).Draw(t, "wild") == 0,
		spell:   rapid.IntRange(plainly, anyhow).Draw(t, "spell"),
	}
}

// space writes what stands between tokens on one level.
func (p *printer) space() {
	if p.wild {
		p.buf.WriteString(rapid.StringMatching(`[ \t\r\n]{0,3}`).Draw(p.T, "space"))
	} else if p.newline != "" {
		p.buf.WriteString(p.newline + strings.Repeat(p.unit, p.depth))
	}
}

// group writes n things in brackets.
func (p *printer) group(brackets string, n int, each func(i int)) {
	p.buf.WriteByte(brackets[0])
	if n > 0 {
		p.depth++
		for i := range n {
			if i > 0 {
				p.buf.WriteByte(',')
			}
			p.space()
			each(i)
		}
		p.depth--
		p.space()
	}
	p.buf.WriteByte(brackets[1])
}

func (p *printer) string(s string) {
	p.buf.WriteByte('"')
	for _, r := range s {
		letter := strings.IndexRune("\b\f\n\r\t\"\\", r)
		escape := false
		switch p.spell {
		case inASCII:
			escape = r >= 0x80
		case asGo:
			escape = strings.ContainsRune("<>&\u2028\u2029", r)
		case anyhow:
			escape = rapid.Bool().Draw(p.T, "escape")
		}
		switch {
		case letter >= 0 && (!escape || p.spell != anyhow):
			p.buf.WriteString(`\` + `bfnrt"\`[letter:letter+1])
		case r < ' ' || escape:
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&p.buf, `\u%04x`, unit)
			}
		default:
			p.buf.WriteRune(r)
		}
	}
	p.buf.WriteByte('"')
}

// member is a part of an object.
type member struct {
	key   string
	write func()
}

// object writes members in any order, and some that nobody knows.
func (p *printer) object(members ...member) {
	for i := range rapid.IntRange(0, 2).Draw(p.T, "others") {
		members = append(members, member{fmt.Sprint("x", i), func() { p.value(2) }})
	}
	members = rapid.Permutation(members).Draw(p.T, "order")
	p.group("{}", len(members), func(i int) {
		p.string(members[i].key)
		p.buf.WriteString(p.colon)
		members[i].write()
	})
}

// value writes any value.
func (p *printer) value(depth int) {
	switch kind := rapid.IntRange(0, 3).Draw(p.T, "kind"); {
	case kind == 0 && depth > 0:
		p.group("[]", rapid.IntRange(0, 2).Draw(p.T, "n"), func(int) { p.value(depth - 1) })
	case kind == 1 && depth > 0:
		p.group("{}", rapid.IntRange(0, 2).Draw(p.T, "n"), func(i int) {
			p.string(rapid.SampledFrom([]string{"source", "cells", "é", ""}).Draw(p.T, "key"))
			p.buf.WriteString(p.colon)
			p.value(depth - 1)
		})
	case kind == 2:
		p.string(text.Draw(p.T, "string"))
	default:
		p.buf.WriteString(rapid.SampledFrom([]string{"null", "true", "-0.5e+7", "12", `"\ud800"`, `"` + strings.Repeat("A", 300) + `"`}).Draw(p.T, "scalar"))
	}
}

// text is what a source may be.
var text = rapid.StringOfN(rapid.SampledFrom([]rune("ab\n\n\r\t <>&\"\\/%é😀\u2028\x00\x7f")), 0, 12, -1)

// cell writes a cell, and remembers its source.
func (p *printer) cell() {
	s := cellSource{
		cell: p.buf.Len(),
		kind: rapid.SampledFrom([]string{"code", "markdown", "raw"}).Draw(p.T, "cell_type"),
		text: text.Draw(p.T, "source"),
	}
	members := []member{
		{"cell_type", func() { p.string(s.kind) }},
		{"metadata", func() { p.value(2) }},
		{"source", func() {
			s.start = p.buf.Len()
			if rapid.Bool().Draw(p.T, "list") {
				p.list(s.text)
			} else {
				p.string(s.text)
			}
			s.end = p.buf.Len()
		}},
	}
	if rapid.Bool().Draw(p.T, "outputs") {
		members = append(members, member{"outputs", func() { p.value(3) }}, member{"execution_count", func() { p.value(0) }})
	}
	p.object(members...)
	p.sources = append(p.sources, s)
}

// list writes a list of lines, or of parts that are none.
func (p *printer) list(s string) {
	parts := slices.Collect(strings.Lines(s))
	if s != "" && rapid.IntRange(0, 4).Draw(p.T, "odd") == 0 {
		p.odd = true
		cut := len(string([]rune(s)[:1]))
		parts = []string{s[:cut], "", s[cut:]}
	}
	p.group("[]", len(parts), func(i int) { p.string(parts[i]) })
}

// notebook writes a notebook.
func (p *printer) notebook() string {
	p.object(
		member{"nbformat", func() { p.buf.WriteByte('4') }},
		member{"metadata", func() { p.value(3) }},
		member{"cells", func() {
			p.group("[]", rapid.IntRange(0, 4).Draw(p.T, "cells"), func(int) { p.cell() })
		}},
	)
	if rapid.Bool().Draw(p.T, "final newline") {
		p.buf.WriteString("\n")
	}
	return p.buf.String()
}

// edited returns what a source may become: another text, or the same with another line.
func edited(t *rapid.T, old string) string {
	lines := slices.Collect(strings.Lines(old))
	if len(lines) == 0 || rapid.Bool().Draw(t, "new") {
		return text.Draw(t, "text")
	}
	i := rapid.IntRange(0, len(lines)-1).Draw(t, "line")
	return strings.Join(slices.Concat(lines[:i], []string{text.Draw(t, "text")}, lines[i+rapid.IntRange(0, 1).Draw(t, "replaced"):]), "")
}

// TestSurgical: whatever the layout, a change touches the sources that change, and no other byte but for records of
// spellings. Restoring the sources undoes it.
func TestSurgical(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newPrinter(t)
		text := p.notebook()
		b, err := notebook.Parse("x.ipynb", []byte(text))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		var want []string
		for i, c := range b.Cells {
			s := p.sources[i]
			src, err := b.Source(i)
			if err != nil || string(src) != s.text || c.Start != s.start || c.End != s.end || string(c.Kind) != s.kind {
				t.Fatalf("cell %d: %+v %q %v, want %+v in\n%s", i+1, c, src, err, s, text)
			}
			if top := strings.Count(text[:s.cell], "\n") + 1; c.Top != top || c.Line != 1 {
				t.Fatalf("cell %d begins at line %d, want %d in\n%s", i+1, c.Top, top, text)
			}
			want = append(want, s.text)
		}
		if len(b.Cells) != len(p.sources) || string(b.Bytes()) != text {
			t.Fatalf("%d cells of %d in\n%s", len(b.Cells), len(p.sources), text)
		}
		for i := range b.Cells {
			if rapid.Bool().Draw(t, "edit") {
				want[i] = edited(t, want[i])
				if err := b.SetSource(i, []byte(want[i])); err != nil {
					t.Fatal(err)
				}
			}
		}
		got := string(b.Bytes())
		again, err := notebook.Parse("x.ipynb", []byte(got))
		if err != nil || !json.Valid([]byte(got)) || len(again.Cells) != len(b.Cells) {
			t.Fatalf("%v\n%s", err, got)
		}
		changed := got
		if n := again.DropRecords(); n > 0 && p.spell == plainly && !p.wild && !p.odd {
			t.Fatalf("%d records in\n%s", n, got)
		}
		got = string(again.Bytes())
		if again, err = notebook.Parse("x.ipynb", []byte(got)); err != nil {
			t.Fatal(err)
		}
		from, to := 0, 0
		for i, c := range b.Cells {
			d := again.Cells[i]
			if text[from:c.Start] != got[to:d.Start] {
				t.Fatalf("before cell %d's source:\n%s\n%s", i+1, text, got)
			}
			if src, err := again.Source(i); err != nil || string(src) != want[i] {
				t.Fatalf("cell %d is %q, want %q (%v)", i+1, src, want[i], err)
			}
			if was, is := text[c.Start:c.End], got[d.Start:d.End]; was[0] != is[0] || want[i] == p.sources[i].text && was != is {
				t.Fatalf("cell %d: %s became %s", i+1, was, is)
			}
			from, to = c.End, d.End
		}
		if text[from:] != got[to:] {
			t.Fatalf("behind the last source:\n%s\n%s", text, got)
		}
		for i, s := range p.sources {
			if err := b.SetSource(i, []byte(s.text)); err != nil {
				t.Fatal(err)
			}
		}
		if string(b.Bytes()) != text {
			t.Fatal("the old sources do not bring the old text back")
		}
		// One cell at a time, in any order, each in a Book of its own.
		for _, i := range rapid.Permutation(indexes(len(want))).Draw(t, "order") {
			b, err := notebook.Parse("x.ipynb", []byte(changed))
			if err != nil {
				t.Fatalf("%v\n%s", err, changed)
			}
			if want[i] == p.sources[i].text {
				continue
			}
			if err := b.Restore(i, []byte(p.sources[i].text)); err != nil {
				t.Fatal(err)
			}
			changed = string(b.Bytes())
		}
		if changed != text {
			t.Fatalf("restored:\n%s\nwant\n%s", changed, text)
		}
	})
}

func indexes(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// TestSurgicalOutputs is the same of outputs.
func TestSurgicalOutputs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newPrinter(t)
		text := p.notebook()
		b, err := notebook.Parse("x.ipynb", []byte(text))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		for i, c := range b.Cells {
			if c.Kind == notebook.Code {
				if err := b.SetOutputs(i, outputs); err != nil {
					t.Fatal(err)
				}
				if err := b.SetExecutionCount(i, i+1); err != nil {
					t.Fatal(err)
				}
			}
		}
		got := b.Bytes()
		again, err := notebook.Parse("x.ipynb", got)
		if err != nil || !json.Valid(got) {
			t.Fatalf("%v\n%s", err, got)
		}
		for i, c := range again.Cells {
			if src, err := again.Source(i); err != nil || string(src) != p.sources[i].text {
				t.Fatalf("cell %d: %q %v", i+1, src, err)
			}
			if c.Kind != notebook.Code {
				continue
			}
			if err := again.SetExecutionCount(i, i+1); err != nil {
				t.Fatal(err)
			}
			if err := again.SetOutputs(i, outputs); err != nil {
				t.Fatal(err)
			}
		}
		if string(again.Bytes()) != string(got) {
			t.Fatalf("the same outputs again change the text\n%s\n%s", got, again.Bytes())
		}
	})
}
