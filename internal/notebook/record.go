package notebook

import (
	"bytes"
	"slices"
)

// recordKey names the member of a cell's metadata that holds the source as it was spelled before [Book.SetSource], if
// the new source does not tell: a writer may spell a space as \u0020, or end a string of the list inside of a line.
//
//	"metadata": {"cellwrap": {"source": "[\"x\\u0020:= 1\"]"}}
//
// Metadata that are no object, or have a member of that name, are replaced by an object with the record alone. The record
// then holds them too, as the empty text if the cell had none.
const recordKey = "cellwrap"

// record is what a cell had before its source was changed.
type record struct {
	source   []byte // JSON
	metadata []byte // JSON, or empty if the cell had none; nil if they stand around the record
}

// setRecord makes the cell's metadata hold how its source was spelled, if [Book.Restore] needs that to undo the change to
// a new JSON value.
func (b *Book) setRecord(i int, old *source, value []byte) {
	c := &b.Cells[i]
	was, now := b.text[c.Start:c.End], b.text[c.meta.value.start:c.meta.value.end]
	r := record{source: was}
	isObject := len(now) > 0 && now[0] == '{'
	taken := isObject && len(findMembers(now, recordKey)) > 0 // Restore would take it for the record of this change
	switch {
	case bytes.Equal(was, value), !taken && bytes.Equal(b.respell(c, value, old.text), was):
		b.setMetadata(i, now)
	case isObject && !taken:
		b.setMetadata(i, insertMember(now, b.recordMember(r)))
	default:
		r.metadata = append([]byte{}, now...)
		b.setMetadata(i, slices.Concat([]byte("{"), b.recordMember(r), []byte("}")))
	}
}

// respell returns the JSON value that a source becomes again which was changed to value. What the rest of the
// notebook says does not count, since that changes.
func (b *Book) respell(c *Cell, value, src []byte) []byte {
	cell := b.text[c.object.start:c.Start]
	alone := &Book{Name: b.Name, text: slices.Concat(cell, value), json: b.json}
	at := *c
	at.object.start, at.first = 0, c.first-c.object.start
	at.Start, at.End = len(cell), len(alone.text)
	changed, err := alone.decode(&at)
	if err != nil {
		return nil
	}
	return alone.encode(&at, changed, src, new(manner))
}

// restored returns the JSON value of a cell whose source becomes src again, and the record of it if there is one.
func (b *Book) restored(c *Cell, old *source, src []byte) (value []byte, r record, ok bool) {
	r, ok = readRecord(b.text[c.meta.value.start:c.meta.value.end])
	if ok {
		was := &Book{text: r.source}
		if s, err := was.decode(&Cell{End: len(r.source)}); err == nil && bytes.Equal(s.text, src) {
			return r.source, r, true
		}
	}
	return b.encode(c, old, src, new(manner)), r, ok
}

// dropRecord gives the cell the metadata back that it had before it had a record.
func (b *Book) dropRecord(i int, r record) {
	now := b.text[b.Cells[i].meta.value.start:b.Cells[i].meta.value.end]
	if r.metadata == nil {
		cut := findMembers(now, recordKey)[0].cut()
		r.metadata = slices.Concat(now[:cut.start], now[cut.end:])
	}
	b.setMetadata(i, r.metadata)
}

// setMetadata changes the metadata of a cell to a JSON value, or to none.
func (b *Book) setMetadata(i int, value []byte) {
	c := &b.Cells[i]
	m := c.meta
	if m.value == (span{}) {
		var text []byte
		if len(value) > 0 {
			text = slices.Concat([]byte(`"metadata"`+b.json.colon), value, []byte(","), b.text[c.object.start+1:c.first])
		}
		b.set(i, "metadata", span{c.first, c.first}, text)
		return
	}
	at := m.cut()
	var text []byte
	if len(value) > 0 {
		text = slices.Concat(b.text[at.start:m.value.start], value, b.text[m.value.end:at.end])
	}
	b.set(i, "metadata", at, text)
}

// recordMember returns a record as the member of an object.
func (b *Book) recordMember(r record) []byte {
	e := encoder{manner: b.mannerOfAll().guess()}
	e.raw(`"` + recordKey + `"` + b.json.colon + `{"source"` + b.json.colon)
	e.string(string(r.source))
	if r.metadata != nil {
		e.raw(b.json.comma + `"metadata"` + b.json.colon)
		e.string(string(r.metadata))
	}
	e.raw("}")
	return e.buf
}

// readRecord returns the record that metadata hold.
func readRecord(metadata []byte) (r record, ok bool) {
	text := func(object []byte, key string) ([]byte, bool) {
		found := findMembers(object, key)
		if len(found) != 1 || object[found[0].value.start] != '"' {
			return nil, len(found) == 0
		}
		p := parser{text: object}
		return append([]byte{}, p.unquoted(found[0].value)...), true
	}
	if len(metadata) == 0 || metadata[0] != '{' {
		return r, false
	}
	found := findMembers(metadata, recordKey)
	if len(found) != 1 || metadata[found[0].value.start] != '{' {
		return r, false
	}
	object := metadata[found[0].value.start:found[0].value.end]
	r.source, _ = text(object, "source")
	if r.metadata, ok = text(object, "metadata"); !ok || !isValue(r.source, (*parser).sourceValue) {
		return r, false
	}
	return r, len(r.metadata) == 0 || isValue(r.metadata, (*parser).skip)
}

func (p *parser) sourceValue() error { return p.source("") }

// isValue reports whether a text is a JSON value that read reads, and nothing else.
func isValue(text []byte, read func(*parser) error) bool {
	p := &parser{text: text}
	return len(text) > 0 && text[0] > ' ' && read(p) == nil && p.pos == len(text)
}

// member is where a member of an object stands.
type member struct {
	key, value span
	before     int // end of the value before, or 0
	after      int // start of the key after, or 0
}

// cut returns what to delete from an object to have one without the member.
func (m member) cut() span {
	switch {
	case m.after > 0:
		return span{m.key.start, m.after}
	case m.before > 0:
		return span{m.before, m.value.end}
	}
	return span{m.key.start, m.value.end}
}

// insertMember returns an object with one more member, the first one. To cut it gives the object back.
func insertMember(object, text []byte) []byte {
	at, rest := 1, bytes.TrimLeft(object[1:], " \t\r\n")
	if rest[0] != '}' {
		space := object[1 : len(object)-len(rest)]
		at, text = 1+len(space), slices.Concat(text, []byte(","), space)
	}
	return slices.Concat(object[:at], text, object[at:])
}

// findMembers returns the members with a key of an object that was parsed before.
func findMembers(object []byte, key string) []member {
	var found []member
	before, last := 0, false // last: the member before is one of them
	p := &parser{text: object}
	_ = p.object("", func(name []byte, at span) error {
		if last {
			found[len(found)-1].after = at.start
		}
		value, err := p.value()
		if last = string(name) == key; last {
			found = append(found, member{key: at, value: value, before: before})
		}
		before = value.end
		return err
	})
	return found
}
