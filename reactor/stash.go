package reactor

import "fmt"

// Stash keeps e in its reactor and returns the number, from 1 up, under which
// [RetrieveResult] gives it back, once: for a program that hands out a number between two
// requests. A failure of a result that is never fetched is reported when the reactor has
// stopped. (crochet: EventualResult.stash.)
func (e *EventualResult[T]) Stash() int {
	return e.result.r.stashAway(e)
}

// stashAway keeps e, an *EventualResult.
func (r *Reactor) stashAway(e any) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stash == nil {
		r.stash = make(map[int]any)
	}
	r.stashed++
	r.stash[r.stashed] = e
	return r.stashed
}

// RetrieveResult returns the result of the default reactor that was stashed under id, and
// forgets it. It is an error, which forgets nothing, if there is none, if it was fetched
// already, or if it is of another type than T. (crochet: retrieve_result.)
func RetrieveResult[T any](id int) (*EventualResult[T], error) {
	return RetrieveResultOn[T](Default(), id)
}

// RetrieveResultOn is [RetrieveResult] for the given reactor.
func RetrieveResultOn[T any](r *Reactor, id int) (e *EventualResult[T], err error) {
	err = r.retrieve(id, func(stashed any) (ok bool) {
		e, ok = stashed.(*EventualResult[T])
		return ok
	}, e)
	return e, err
}

// retrieve has take called with what is stashed; want is a nil of the type that it wants.
func (r *Reactor) retrieve(id int, take func(stashed any) bool, want any) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	stashed, ok := r.stash[id]
	if !ok {
		state := "was never stashed"
		if 0 < id && id <= r.stashed {
			state = "has been fetched already"
		}
		return fmt.Errorf("reactor: result %d %s", id, state)
	}
	if !take(stashed) {
		return fmt.Errorf("reactor: result %d is a %T, not a %T", id, stashed, want)
	}
	delete(r.stash, id)
	return nil
}
