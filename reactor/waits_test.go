package reactor

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawn is a node of a drawn graph.
type drawn struct{ waitsFor, waiters []*drawn }

func (n *drawn) ahead(i int) (node, bool) {
	if i == len(n.waitsFor) {
		return nil, false
	}
	return n.waitsFor[i], true
}

func (n *drawn) after(at *cursor) (node, bool) {
	if at.i == len(n.waiters) {
		return nil, false
	}
	at.i++
	return n.waiters[at.i-1], true
}

func (n *drawn) reaches(to *drawn) bool {
	return n == to || slices.ContainsFunc(n.waitsFor, func(next *drawn) bool { return next.reaches(to) })
}

// D8: the search from both ends finds what a walk along all waits finds, in chains, trees and graphs
// with many ways.
func TestPropertySearch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nodes := make([]*drawn, rapid.IntRange(1, 40).Draw(t, "n"))
		for i := range nodes {
			nodes[i] = new(drawn)
		}
		some := rapid.SampledFrom(nodes)
		ways := rapid.IntRange(1, 2).Draw(t, "ways")
		for range rapid.IntRange(0, 80).Draw(t, "waits") {
			d, up := some.Draw(t, "d"), some.Draw(t, "up")
			if want := up.reaches(d); circular(up, d) != want {
				t.Fatalf("a circle: found %v, is %v", !want, want)
			} else if !want && len(d.waitsFor) < ways {
				d.waitsFor = append(d.waitsFor, up)
				up.waiters = append(up.waiters, d)
			}
		}
	})
}
