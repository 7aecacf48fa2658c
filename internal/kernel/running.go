package kernel

import "slices"

// running is a cell that the kernel has.
type running struct {
	request *message
	Cell
	code   string // the user's
	counts bool   // it gets a number
	stops  bool   // those that wait are aborted when it fails

	counted       bool // its number is known
	replied, idle bool // what the kernel has said of it, on two channels
	noted         bool // we have said what the rewriter has to say
}

// runningCells are those that the kernel has not ended with, by their requests' ids, in order. There may be
// several of an id: jupyter_client numbers the requests of all clients that one manager has made alike.
type runningCells map[string][]*running

func (cs runningCells) add(c *running) { cs[c.request.ID] = append(cs[c.request.ID], c) }

// first returns the first cell of an id that is not done yet, or nil.
func (cs runningCells) first(id string, done func(*running) bool) *running {
	for _, c := range cs[id] {
		if !done(c) {
			return c
		}
	}
	return nil
}

func replied(c *running) bool { return c.replied }
func idle(c *running) bool    { return c.idle }

// drop forgets the cells of an id that the kernel has ended with.
func (cs runningCells) drop(id string) {
	cs[id] = slices.DeleteFunc(cs[id], func(c *running) bool { return c.replied && c.idle })
	if len(cs[id]) == 0 {
		delete(cs, id)
	}
}

// uncounted returns how many cells will get a number that is not known yet.
func (cs runningCells) uncounted() int {
	n := 0
	for _, list := range cs {
		for _, c := range list {
			if c.counts && !c.counted {
				n++
			}
		}
	}
	return n
}
