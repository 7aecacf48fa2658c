package notebook

import (
	"bytes"
	"fmt"
	"strconv"
)

// parseJSON reads nbformat 4.
func parseJSON(name string, text []byte) (*Book, error) {
	b := &Book{Name: name, text: text}
	p, err := newParser(name, text)
	if err != nil {
		return nil, err
	}
	begin := p.pos
	if err := b.parse(p); err != nil {
		// Of a notebook of another version that is what to say, and not where it differs first.
		p.pos, p.open = begin, nil
		if wrong := p.otherVersion(); wrong != nil {
			err = wrong
		}
		return nil, err
	}
	return b, nil
}

// otherVersion returns the error of a notebook that is not nbformat 4, or nil if it is one or cannot
// be told.
func (p *parser) otherVersion() error {
	var wrong error
	_ = p.members("the notebook", []string{"nbformat"}, func(key string, _ span) error {
		if key == "nbformat" {
			wrong = p.version()
			return wrong
		}
		return p.skip()
	})
	return wrong
}

// parse scans the text.
func (b *Book) parse(p *parser) error {
	begin := p.pos
	c, err := p.peek()
	if err != nil {
		p.pos = begin
		return p.errorf("the file is empty")
	}
	top := p.pos
	if c != '{' {
		return p.mismatch("a notebook", "an object")
	}
	has := map[string]bool{}
	err = p.members("the notebook", []string{"nbformat", "metadata", "cells"}, func(key string, at span) error {
		has[key] = true
		value := p.pos
		var err error
		switch key {
		case "nbformat":
			err = p.version()
		case "metadata":
			err = b.metadata(p)
		case "cells":
			err = b.cells(p)
		default:
			err = p.skip()
		}
		if b.json == nil {
			b.json = layoutOf(b.text, span{top, at.start}, span{at.end, value}, p.pos)
		}
		return err
	})
	if err != nil {
		return err
	}
	if c, err := p.peek(); err == nil {
		return p.errorf("%q behind the end of the notebook", c)
	}
	for _, key := range []string{"nbformat", "cells"} {
		if !has[key] {
			p.pos = top
			return p.errorf("the notebook has no %s", key)
		}
	}
	return nil
}

// members reads an object as [parser.object] does, and gives member the key if it is one of
// ours, "" if not. One of ours must not stand there twice: readers would not agree on which counts.
func (p *parser) members(what string, ours []string, member func(key string, at span) error) error {
	seen := 0 // a bit for each of ours
	return p.object(what, func(key []byte, at span) error {
		for i, k := range ours {
			if k != string(key) {
				continue
			}
			if seen&(1<<i) != 0 {
				p.pos = at.start
				return p.errorf("%s has the key %q twice", what, k)
			}
			seen |= 1 << i
			return member(k, at)
		}
		return member("", at)
	})
}

// version reads nbformat's number.
func (p *parser) version() error {
	at, err := p.value()
	if err != nil {
		return err
	}
	text := p.text[at.start:at.end]
	p.pos = at.start
	n, err := strconv.Atoi(string(text))
	switch {
	case err != nil:
		return p.errorf("nbformat must be the number 4")
	case n < 4:
		return p.errorf("nbformat is %d, and must be 4 (convert it: jupyter nbconvert --to notebook --inplace FILE)", n)
	case n > 4:
		return p.errorf("nbformat is %d, which is newer than what is known here: 4", n)
	}
	p.pos = at.end
	return nil
}

// metadata reads what the notebook says of its language. What is of another type there says nothing.
func (b *Book) metadata(p *parser) error {
	var spec, info string
	err := p.ifObject("metadata", []string{"kernelspec", "language_info"}, func(key string) error {
		switch key {
		case "kernelspec":
			return p.ifObject(key, []string{"name", "language"}, func(key string) error {
				if key == "name" {
					return p.ifString(&b.Kernel)
				}
				return p.ifString(&spec)
			})
		default:
			return p.ifObject(key, []string{"name"}, func(string) error { return p.ifString(&info) })
		}
	})
	if b.Language = info; info == "" {
		b.Language = spec
	}
	return err
}

// ifObject reads a value, and if it is an object its members with one of our keys.
func (p *parser) ifObject(what string, ours []string, member func(key string) error) error {
	if p.text[p.pos] != '{' {
		return p.skip()
	}
	return p.members(what, ours, func(key string, _ span) error {
		if key == "" {
			return p.skip()
		}
		return member(key)
	})
}

// ifString reads a value, and if it is a string stores it.
func (p *parser) ifString(to *string) error {
	at, err := p.value()
	if err == nil && p.text[at.start] == '"' {
		*to = p.unquoted(at)
	}
	return err
}

// ifStrings reads a value, and if it is a list appends the strings in it.
func (p *parser) ifStrings(to *[]string) error {
	if p.text[p.pos] != '[' {
		return p.skip()
	}
	return p.list("tags", func() error {
		if _, err := p.peek(); err != nil {
			return err
		}
		var s string
		err := p.ifString(&s)
		*to = append(*to, s)
		return err
	})
}

// unquoted returns the text of a string.
func (p *parser) unquoted(at span) string {
	text, _ := appendUnquoted(nil, p.text[at.start+1:at.end-1])
	return string(text)
}

// cellKeys are the members of a cell that are read.
var cellKeys = []string{"cell_type", "id", "metadata", "source", "outputs", "execution_count"}

// cells reads the list of cells.
func (b *Book) cells(p *parser) error {
	at, line := 0, 1 // the number of the line at an offset
	return p.list("cells", func() error {
		if _, err := p.peek(); err != nil {
			return err
		}
		line += bytes.Count(p.text[at:p.pos], []byte("\n"))
		at = p.pos
		c, err := p.cell(len(b.Cells) + 1)
		c.Line, c.Top = 1, line
		b.Cells = append(b.Cells, c)
		return err
	})
}

// cell reads the cell with a number.
func (p *parser) cell(number int) (Cell, error) {
	what := "cell " + strconv.Itoa(number)
	start := p.pos
	var c Cell
	err := p.members(what, cellKeys, func(key string, at span) error {
		if c.first == 0 {
			c.first = at.start
		}
		if c.meta.value != (span{}) && c.meta.after == 0 {
			c.meta.after = at.start
		}
		begin := p.pos
		var err error
		switch key {
		case "cell_type":
			c.Kind, err = p.kind(what)
		case "id":
			err = p.ifString(&c.ID)
		case "metadata":
			c.meta = member{key: at, before: c.last}
			err = p.ifObject(key, []string{"tags"}, func(string) error { return p.ifStrings(&c.Tags) })
			c.meta.value = span{begin, p.pos}
		case "source":
			err = p.source(what)
			c.Start, c.End = begin, p.pos
		case "outputs":
			c.outputs, err = p.value()
		case "execution_count":
			c.count, err = p.value()
		default:
			err = p.skip()
		}
		c.last = p.pos
		return err
	})
	c.object = span{start, p.pos}
	if err != nil {
		return c, err
	}
	missing := ""
	switch {
	case c.Kind == "":
		missing = "cell_type"
	case c.End == 0:
		missing = "source"
	default:
		return c, nil
	}
	p.pos = start
	return c, p.errorf("%s has no %s", what, missing)
}

// kind reads a cell's type.
func (p *parser) kind(what string) (Kind, error) {
	at, err := p.value()
	if err != nil {
		return "", err
	}
	p.pos = at.start
	if p.text[at.start] != '"' {
		return "", p.mismatch(fmt.Sprintf("the cell_type of %s", what), "a string")
	}
	kind := Kind(p.unquoted(at))
	switch kind {
	case Code, Markdown, Raw:
		p.pos = at.end
		return kind, nil
	}
	return "", p.errorf("%s has the cell_type %q (nbformat 4 has code, markdown and raw)", what, kind)
}

// source reads a cell's source.
func (p *parser) source(what string) error {
	switch p.text[p.pos] {
	case '"':
		return p.skip()
	case '[':
		return p.list(what, func() error {
			if c, err := p.peek(); err != nil || c == '"' {
				return p.skip()
			}
			return p.mismatch("a line of "+what+"'s source", "a string")
		})
	}
	return p.mismatch("the source of "+what, "a string or a list of strings")
}
