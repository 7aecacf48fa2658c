package notebook

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
