package rewrite

// Incomplete reports whether more input could make src a good cell, as [Error] has it, whatever the
// target: [Cell] says so only of a cell that it rewrites, and leaves the others to the host.
func Incomplete(src []byte) bool {
	s, err := newSource(src, "", 1)
	if err != nil {
		return false
	}
	c, err := split(s, nil, &Options{traits: traits{cell: true}})
	if err != nil {
		return err.Incomplete
	}
	return c.open
}
