package actor

import (
	"maps"
	"slices"

	"github.com/ssmcache/ssmcache/fetch"
)

// brought is what a fetch, and the unfinished refresh that it goes on with,
// have brought.
type brought struct {
	plan *plan
	res  fetch.Result
	part *part
}

// names calls f for each name's outcome, with the start of its fetch.
func (g brought) names(f func(slot int, o *fetch.Outcome, start instant)) {
	if g.part != nil {
		for slot, got := range g.part.names {
			f(slot, &got.outcome, got.start)
		}
	}
	if g.plan != nil {
		for i, slot := range g.plan.names {
			f(slot, &g.res.Names[i], g.plan.at)
		}
	}
}

// paths calls f for each path's listing, in the order of the paths, with the
// start of its fetch.
func (g brought) paths(f func(path int, l *fetch.Listing, start instant)) {
	all := map[int]gathered[fetch.Listing]{}
	if g.part != nil {
		maps.Copy(all, g.part.paths)
	}
	if g.plan != nil {
		for i, path := range g.plan.paths {
			all[path] = gathered[fetch.Listing]{g.res.Paths[i], g.plan.at}
		}
	}
	for _, path := range slices.Sorted(maps.Keys(all)) {
		l := all[path]
		f(path, &l.outcome, l.start)
	}
}

// replace makes a snapshot of one whole refresh: every value comes from it,
// except what failed by itself or is doubted, which is kept and marked.
func (b *builder) replace(got brought) {
	start := b.start
	if got.part != nil {
		start = earlier(start, got.part.start)
	}
	listed := b.register(got)
	b.snap.params = make([]fetch.Parameter, 0, len(b.entries))
	b.snap.texts = make([]string, 0, len(b.entries))
	b.snap.marks, b.snap.listings = nil, nil
	b.ownParams, b.ownMarks, b.ownListings = true, false, false
	b.snap.loaded, b.snap.limitAt = false, never

	got.names(b.apply)
	for _, l := range listed {
		for i, slot := range l.slots {
			if b.entries[slot].kind != byName && b.snap.param(slot).IsZero() {
				b.apply(slot, &fetch.Outcome{Parameter: l.Parameters[i]}, l.start)
			}
		}
	}
	for slot, e := range b.entries {
		if (e.kind == member || e.kind == labelled) && b.snap.param(slot).IsZero() {
			b.vanish(slot, listed)
		}
	}
	for _, l := range listed {
		b.list(l, false)
	}
	b.markCold()
	b.snap.oldest = start
	b.measure(start)
	b.shareTexts()
}

// vanish writes the outcome of a parameter that no listing has: if one that may
// have it failed by itself, that failure; otherwise it is not found, from the
// first of those listings to the last.
func (b *builder) vanish(slot int, all []listed) {
	o := &fetch.Outcome{Class: fetch.NotFound, Err: fetch.ErrNotFound}
	first, last := never, instant{}
	for _, l := range all {
		if !b.entries[slot].in(l.path, b.paths) {
			continue
		}
		first, last = earlier(first, l.start), later(last, l.start)
		if l.Class == fetch.Definite {
			o = &fetch.Outcome{Class: fetch.Definite, Err: l.Err}
		}
	}
	b.applyFrom(slot, o, first, last)
}

// measure notes what the snapshot holds and when the first of it passes its
// limit. Only marked slots keep values of an earlier fetch than start.
func (b *builder) measure(start instant) {
	for slot, text := range b.snap.texts {
		if text != "" || !b.snap.params[slot].IsZero() {
			b.holds(b.policy.limit(start))
			break
		}
	}
	for slot := range b.snap.marks {
		if p := b.snap.param(slot); !p.IsZero() {
			b.holds(b.policy.limit(b.snap.start(p)))
		}
	}
	for _, l := range b.snap.listings {
		if !l.expired {
			b.holds(b.policy.limit(l.start))
		}
	}
}

// shareTexts keeps the earlier texts if nothing has changed, so that an
// unchanged refresh does not make garbage of them.
func (b *builder) shareTexts() {
	if slices.Equal(b.snap.texts, b.before.texts) {
		b.snap.texts = b.before.texts
	}
}

// fill makes a snapshot that has what was missing in the one before, and leaves
// the rest as it is.
func (b *builder) fill(got brought) {
	wanted := func(slot int) bool {
		m, marked := b.before.marks[slot]
		return !b.before.servable(slot, b.now) || marked && m.state == doubted
	}
	listed := b.register(got)
	got.names(func(slot int, o *fetch.Outcome, start instant) {
		if wanted(slot) {
			b.applyMissing(slot, o, start)
		}
	})
	for _, l := range listed {
		for i, slot := range l.slots {
			if b.entries[slot].kind != byName && wanted(slot) {
				b.applyMissing(slot, &fetch.Outcome{Parameter: l.Parameters[i]}, l.start)
			}
		}
	}
	b.fillVanished(listed)
	for _, l := range listed {
		b.list(l, b.before.loaded)
	}
	b.markCold()
	start := b.start
	if got.part != nil {
		start = earlier(start, got.part.start)
	}
	if !b.before.loaded {
		b.snap.oldest = start
		b.snap.limitAt = never
		b.measure(start)
		return
	}
	if b.removed && got.part == nil {
		b.snap.loaded, b.snap.limitAt = false, never
		b.measure(b.snap.oldest)
	}
	if b.snap.loaded { // of a clock that was set back, this fetch is the oldest
		b.holds(b.policy.limit(start))
	}
}

// applyMissing is apply in a snapshot that goes on from the one before. The value
// of a doubted parameter that was created again does not belong beside those of
// the refresh that missed it.
func (b *builder) applyMissing(slot int, o *fetch.Outcome, start instant) {
	if o.Class == fetch.Found && b.before.servable(slot, b.now) && !o.Parameter.Unchanged(b.before.param(slot)) {
		b.recreated = true
		return
	}
	b.apply(slot, o, start)
}

// fillVanished writes the outcome of the marked parameters that the listings
// could have brought and did not. Unless every listing that may have one was
// answered, nothing is known of it.
func (b *builder) fillVanished(all []listed) {
	answered, has := map[int]bool{}, map[int]bool{}
	for _, l := range all {
		answered[l.path] = l.Class != fetch.Failed
		for _, slot := range l.slots {
			has[slot] = true
		}
	}
	for slot := range b.before.marks {
		if !has[slot] && b.entries[slot].decidedBy(answered, b.paths) {
			b.vanish(slot, all)
		}
	}
}

// decidedBy reports whether e is a parameter of listings all of which were
// answered.
func (e entry) decidedBy(answered map[int]bool, paths []fetch.Path) bool {
	decided := false
	for path := range paths {
		if e.kind == byPath || e.in(path, paths) && !answered[path] {
			return false
		}
		decided = decided || e.in(path, paths)
	}
	return decided
}
