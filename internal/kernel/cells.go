package kernel

import "slices"

// cell is a cell that the kernel runs.
type cell struct {
	request *message
	Cell
	code string // the user's

	replied, idle, noted bool // what the kernel has said of it, on two channels, and we
}

// cells are those that the kernel has not ended with, by their requests' ids, in order. There may be
// several of an id: jupyter_client numbers the requests of all clients that one manager has made alike.
type cells map[string][]*cell

func (cs cells) add(c *cell) { cs[c.request.ID] = append(cs[c.request.ID], c) }

// first returns the first cell of an id that is not done yet, or nil.
func (cs cells) first(id string, done func(*cell) bool) *cell {
	for _, c := range cs[id] {
		if !done(c) {
			return c
		}
	}
	return nil
}

func replied(c *cell) bool { return c.replied }
func idle(c *cell) bool    { return c.idle }

// drop forgets the cells of an id that the kernel has ended with.
func (cs cells) drop(id string) {
	cs[id] = slices.DeleteFunc(cs[id], func(c *cell) bool { return c.replied && c.idle })
	if len(cs[id]) == 0 {
		delete(cs, id)
	}
}
