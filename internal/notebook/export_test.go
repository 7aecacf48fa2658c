package notebook

// DropRecords gives all cells the metadata that they had before they had records, and reports how many had one.
func (b *Book) DropRecords() (n int) {
	for i, c := range b.Cells {
		if r, ok := readRecord(b.text[c.meta.value.start:c.meta.value.end]); ok {
			b.dropRecord(i, r)
			n++
		}
	}
	return n
}

// CheckJSON returns what is wrong with a text of one JSON value.
func CheckJSON(text []byte) error {
	p, err := newParser("x", text)
	if err != nil {
		return err
	}
	if err := p.skip(); err != nil {
		return err
	}
	if _, err := p.peek(); err == nil {
		return p.errorf("more behind the value")
	}
	return nil
}
