package actor

import (
	"maps"

	"github.com/ssmcache/ssmcache/fetch"
)

// listed is one path's listing with the slots of its parameters.
type listed struct {
	*fetch.Listing
	path  int
	slots []int
	start instant
}

// register gives every listed parameter a slot.
func (b *builder) register(got brought) []listed {
	var all []listed
	b.roster.mu.Lock()
	got.paths(func(path int, l *fetch.Listing, start instant) {
		slots := make([]int, len(l.Parameters))
		for i, p := range l.Parameters {
			slots[i] = b.roster.memberLocked(path, p.Name())
		}
		all = append(all, listed{l, path, slots, start})
	})
	b.roster.mu.Unlock()
	b.entries, b.paths = b.roster.list()
	return all
}

// list writes the outcome of a path itself. In a snapshot that goes on from the one
// before, parameters that keep their values stay in the listing.
func (b *builder) list(l listed, goesOn bool) {
	slot := b.roster.pathSlot(l.path)
	earlier := b.before.listings[slot]
	if l.Class != fetch.Found {
		b.applyPath(slot, l, earlier)
		return
	}
	slots := l.slots
	if earlier != nil {
		slots = b.withKept(slots, earlier.slots, goesOn)
	}
	b.setListing(slot, &listing{slots: slots, start: l.start})
	b.extend(slot)
	if _, ok := b.snap.marks[slot]; ok {
		b.own()
		delete(b.snap.marks, slot)
	}
}

// applyPath marks a path whose listing failed; an earlier listing is kept.
func (b *builder) applyPath(slot int, l listed, earlier *listing) {
	if earlier != nil && l.Class == fetch.Failed {
		return
	}
	b.apply(slot, &fetch.Outcome{Class: l.Class, Err: l.Err}, l.start)
	if earlier != nil {
		b.setListing(slot, earlier)
	}
}

func (b *builder) setListing(slot int, l *listing) {
	if !b.ownListings {
		b.ownListings = true
		if b.snap.listings = maps.Clone(b.snap.listings); b.snap.listings == nil {
			b.snap.listings = map[int]*listing{}
		}
	}
	b.snap.listings[slot] = l
}

// withKept adds the slots of an earlier listing whose values are kept although
// the latest does not have them: doubted ones, and all that nothing is said of
// yet.
func (b *builder) withKept(slots, earlier []int, goesOn bool) []int {
	listed := make(map[int]bool, len(slots))
	for _, slot := range slots {
		listed[slot] = true
	}
	kept := false
	for _, slot := range earlier {
		m, marked := b.snap.marks[slot]
		untold := goesOn && !marked && !b.snap.param(slot).IsZero()
		if !listed[slot] && (m.state == doubted || untold) {
			slots, kept = append(slots, slot), true
		}
	}
	if kept {
		byNameOrder(b.entries, slots)
	}
	return slots
}

// extend makes the slices long enough to tell that slot is not new.
func (b *builder) extend(slot int) {
	for len(b.snap.params) <= slot {
		b.snap.params = append(b.snap.params, fetch.Parameter{})
		b.snap.texts = append(b.snap.texts, "")
	}
}
