package rewrite

import (
	"bytes"
	"slices"
	"strings"
)

// finder finds the edits of a body that was changed since. An edit is where it was put if what was put in is there and
// the text before or after it is what it was: up to the edit next to it, and so on, as far as it takes not to
// mistake the user's own text for it.
type finder struct {
	text   []byte
	hashes hashes
	list   []undoing
	checks checks
	end    int // of the text, if it ends where the body did

	at      []int // where each edit is, or -1
	nests   []int // how many brackets each opens
	partner []int // the edit that closes them, or whose brackets it closes; -1 if there is none, as in the wrapper
	work    int   // how much may still be looked at
}

// enough is how many bytes have to be what they were, an edit and text on one side of it, unless the body begins or ends there.
const enough = 12

func newFinder(text []byte, list []undoing, known checks) *finder {
	f := &finder{text: text, hashes: newHashes(text), list: list, checks: known}
	f.work = f.budget()
	f.at, f.nests, f.partner = make([]int, len(list)), make([]int, len(list)), make([]int, len(list))
	var open, taken []int // brackets that were put in or taken out, and are not closed
	for i, u := range list {
		f.at[i], f.partner[i] = -1, -1
		if u.put == "" {
			f.nests[i] = nesting([]byte(u.taken))
			taken = f.nest(i, taken)
			continue
		}
		f.nests[i] = nesting([]byte(u.put)) - nesting([]byte(u.taken))
		open = f.nest(i, open)
	}
	return f
}

// nest opens or closes the brackets of an edit, and returns those that are open.
func (f *finder) nest(i int, open []int) []int {
	for range f.nests[i] {
		open = append(open, i)
	}
	for range -f.nests[i] {
		if n := len(open); n > 0 {
			f.partner[i], f.partner[open[n-1]] = open[n-1], i
			open = open[:n-1]
		}
	}
	return open
}

// find looks for all edits. First those are found that follow one that was found, or the start of the body, as they did,
// or come before one, or the end; what that cannot tell is found by what is around it.
func (f *finder) find() {
	f.spread()
	sure := slices.Clone(f.at)
	for i := range f.at {
		if f.at[i] < 0 && f.work > 0 {
			if f.at[i] = f.search(i); f.at[i] >= 0 {
				f.spread()
			}
		}
	}
	f.work = f.budget()
	f.count()
	f.spread()
	for i := range f.at {
		if f.at[i] < 0 {
			f.at[i] = f.closing(i)
		}
	}
	f.spread()
	for i, o := range f.partner {
		if sure[i] < 0 && o >= 0 && o < i && f.at[i] >= 0 && f.closing(i) != f.at[i] {
			f.at[i] = -1
		}
	}
	f.pair()
}

// budget returns how much may be looked at: in a text that was changed all over, everything may look like everything.
func (f *finder) budget() int { return 100 * (len(f.text) + 1000) }

// spread finds the edits between which and those that were found, or the ends of the body, the text is what it was.
func (f *finder) spread() {
	n := len(f.at)
	f.work -= n
	limit := make([]int, n+1) // where each edit must end
	limit[n] = len(f.text)
	for i := n - 1; i >= 0; i-- {
		if limit[i] = limit[i+1]; f.at[i] >= 0 {
			limit[i] = f.at[i]
		}
	}
	end, known := 0, true // of the last one that was found, and whether that is the one before
	for i, u := range f.list {
		if p := end + u.gap; f.at[i] < 0 && known && f.was(i, end) && f.hasPut(i, p) && p+u.size <= limit[i+1] {
			f.at[i] = p
		}
		if known = f.at[i] >= 0; known {
			end = f.at[i] + u.size
		}
		limit[i] = end // and from here on, where the one after must begin
	}
	next := f.end - f.checks.tailSize // start of the text after an edit, if that is what it was
	for i := n - 1; i >= 0; i-- {
		first := 0
		if i > 0 {
			first = limit[i-1]
		}
		p := next - f.list[i].size
		if f.at[i] < 0 && p >= first && f.was(i+1, next) && f.hasPut(i, p) {
			f.at[i] = p
		}
		if next = -1; f.at[i] >= 0 {
			next = f.at[i] - f.list[i].gap
		}
	}
}

// endBefore returns the end of the last edit before one that was found, or 0.
func (f *finder) endBefore(i int) int {
	for i--; i >= 0; i-- {
		if f.at[i] >= 0 {
			return f.at[i] + f.list[i].size
		}
	}
	return 0
}

// startAfter returns the start of the first edit after one that was found, or the end of the text.
func (f *finder) startAfter(i int) int {
	for _, at := range f.at[i+1:] {
		if at >= 0 {
			return at
		}
	}
	return len(f.text)
}

// was reports whether the text before an edit is what it was, and begins at an offset. For the index after the last
// edit's, it is the text to the end.
func (f *finder) was(i, at int) bool {
	size, check := f.checks.tailSize, f.checks.tail
	if i < len(f.list) {
		size, check = f.list[i].gap, f.list[i].check
	}
	return at >= 0 && at+size <= len(f.text) && f.hashes.check(at, at+size) == check
}

// hasPut reports whether what an edit put in is at an offset.
func (f *finder) hasPut(i, at int) bool {
	return at >= 0 && at <= len(f.text) && bytes.HasPrefix(f.text[at:], []byte(f.list[i].put))
}

// search returns where an edit is between those that were found, or -1 if there is more than one place where it
// may be, or another edit may be there.
func (f *finder) search(i int) int {
	put := []byte(f.list[i].put)
	from, to := f.endBefore(i), f.startAfter(i)
	found := -1
	for at := from; at <= to && f.work > 0; at++ {
		n := bytes.Index(f.text[at:to], put)
		if n < 0 {
			break
		}
		f.work -= n + 1
		if at += n; f.may(i, at, from) {
			if found >= 0 {
				return -1
			}
			found = at
		}
	}
	if found < 0 || f.work < 0 {
		return -1
	}
	rival := func(j int) bool {
		f.work--
		return f.list[j].put == f.list[i].put && f.may(j, found, from)
	}
	for j := i + 1; j < len(f.at) && f.at[j] < 0; j++ {
		if rival(j) {
			return -1
		}
	}
	for j := i - 1; j >= 0 && f.at[j] < 0; j-- {
		if rival(j) {
			return -1
		}
	}
	return found
}

// may reports whether an edit may be at an offset: enough of the text on one side of it is what it was.
func (f *finder) may(i, at, from int) bool { return f.after(i, at) || f.before(i, at, from) }

// after reports whether enough of the text after an edit is what it was, if it is at an offset.
func (f *finder) after(i, at int) bool {
	at += f.list[i].size
	for n, j := f.list[i].size, i+1; f.was(j, at); j++ {
		if j == len(f.list) {
			n, at = n+f.checks.tailSize, at+f.checks.tailSize
			return n >= enough && f.checks.tailSize > 1 || at == f.end
		}
		n, at = n+f.list[j].gap, at+f.list[j].gap
		if n >= enough && f.list[j].gap > 0 {
			return true
		}
		if !f.hasPut(j, at) {
			return false
		}
		if n, at = n+f.list[j].size, at+f.list[j].size; n >= enough && f.list[j].gap > 0 {
			return true
		}
	}
	return false
}

// before reports whether enough of the text before an edit is what it was, if it is at an offset, as far as to from.
func (f *finder) before(i, at, from int) bool {
	for n := f.list[i].size; ; i-- {
		at -= f.list[i].gap
		if at < from || !f.was(i, at) {
			return false
		}
		if n += f.list[i].gap; n >= enough && f.list[i].gap > 0 || i == 0 && at == 0 {
			return true
		}
		if i == 0 || f.at[i-1] >= 0 {
			return i > 0 && f.at[i-1]+f.list[i-1].size == at
		}
		at -= f.list[i-1].size
		if at < from || !f.hasPut(i-1, at) {
			return false
		}
		n += f.list[i-1].size
	}
}

// closing returns where an edit is that closes the bracket of one that was found, or -1.
func (f *finder) closing(i int) int {
	o := f.partner[i] // of which more than one bracket may be another edit's
	if o < 0 || o > i || f.at[o] < 0 || f.nests[o] != 1 || f.nests[i] != -1 || f.work < 0 {
		return -1
	}
	off := f.at[o] + f.list[o].size
	end, ok := closing(f.text, off, 1)
	at := end - strings.IndexAny(f.list[i].put, ")]}")
	if f.work -= end - off; !ok || at < f.endBefore(i) || !f.hasPut(i, at) || at+f.list[i].size > f.startAfter(i) {
		return -1
	}
	return at
}

// count finds edits between others that were found, in text that was changed all over: by gofmt, say. They are there if
// what was put in stands there as often as they are, and cannot be the user's own.
func (f *finder) count() {
	for i := 0; i < len(f.at); i++ {
		if f.at[i] >= 0 {
			continue
		}
		last := i
		for last < len(f.at) && f.at[last] < 0 {
			last++
		}
		from := f.endBefore(i)
		f.countIn(f.text[from:f.startAfter(i)], i, last, from)
		i = last
	}
}

func (f *finder) countIn(text []byte, first, last, from int) {
	times := map[string]int{}
	for i := first; i < last; i++ {
		times[f.list[i].put]++
	}
	for put, n := range times {
		if f.work -= len(text); len(put) < 4 || f.work < 0 || bytes.Count(text, []byte(put)) != n {
			delete(times, put)
		}
	}
	at := 0
	for i := first; i < last; i++ {
		put := f.list[i].put
		if times[put] == 0 {
			continue
		}
		if n := bytes.Index(text[at:], []byte(put)); n >= 0 {
			f.at[i] = from + at + n
			at += n + len(put)
		}
	}
}

// pair gives up the edits whose brackets stand with those of one that was not found: text must not lose one alone.
func (f *finder) pair() {
	for again := true; again; {
		again = false
		for i, p := range f.partner {
			if p >= 0 && (f.at[i] < 0) != (f.at[p] < 0) {
				f.at[i], f.at[p], again = -1, -1, true
			}
		}
	}
}

// place returns where an edit was put that was not found, as well as that can be told.
func (f *finder) place(i int) int {
	at := f.endBefore(i)
	if i == 0 || f.at[i-1] >= 0 {
		if f.was(i, at) {
			return at + f.list[i].gap
		}
	}
	if i+1 < len(f.at) && f.at[i+1] >= 0 {
		next := f.at[i+1] - f.list[i+1].gap
		if f.was(i+1, next) {
			return max(next-f.list[i].size, at)
		}
	}
	return at
}

// undone returns the text without the edits that were found.
func (f *finder) undone() []byte {
	var out []byte
	at := 0
	for i, p := range f.at {
		if p >= 0 {
			out = append(append(out, f.text[at:p]...), f.list[i].taken...)
			at = p + f.list[i].size
		}
	}
	return append(out, f.text[at:]...)
}
