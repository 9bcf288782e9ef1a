package actor

import (
	"slices"

	"github.com/ssmcache/ssmcache/fetch"
)

// part holds the outcomes of a refresh that is not whole yet: some batches have
// failed, and the next try asks only for those (rule 13).
type part struct {
	start instant // of the first try
	names map[int]gathered[fetch.Outcome]
	paths map[int]gathered[fetch.Listing] // by the path's index
}

// gathered is an outcome with the start of the fetch that brought it.
type gathered[T any] struct {
	outcome T
	start   instant
}

// planAnew returns a refresh of the whole group, which discards what an
// unfinished one has gathered. "Not found" is believed at once if the refresh
// was asked for by name (rule 17).
func (c *core) planAnew() *plan {
	c.part = nil
	p := c.planAll()
	p.explicit = slices.ContainsFunc(c.queue, func(r request) bool { return r.want == wantRefresh || r.want == wantRetry })
	return p
}

// planRest returns a refresh of the whole group, except for what an unfinished
// one has gathered within MaxAge.
func (c *core) planRest(now instant) *plan {
	p := c.planAll()
	if c.part == nil {
		return p
	}
	if c.part.prune(c.policy.due, now); c.part.empty() {
		c.part = nil
		return p
	}
	p.names = slices.DeleteFunc(p.names, func(slot int) bool { _, ok := c.part.names[slot]; return ok })
	p.paths = slices.DeleteFunc(p.paths, func(path int) bool { _, ok := c.part.paths[path]; return ok })
	return p
}

func (p *part) empty() bool { return len(p.names)+len(p.paths) == 0 }

// prune drops what has reached its deadline, and counts the age of the rest. It
// reports whether it has dropped something.
func (p *part) prune(deadline func(start instant) instant, now instant) bool {
	before := len(p.names) + len(p.paths)
	p.start = never
	for slot, g := range p.names {
		if now.reached(deadline(g.start)) {
			delete(p.names, slot)
		} else {
			p.start = earlier(p.start, g.start)
		}
	}
	for path, g := range p.paths {
		if now.reached(deadline(g.start)) {
			delete(p.paths, path)
		} else {
			p.start = earlier(p.start, g.start)
		}
	}
	return len(p.names)+len(p.paths) < before
}

func (c *core) planAll() *plan {
	entries, paths := c.roster.list()
	p := &plan{whole: true, entries: entries, names: make([]int, 0, len(entries)), paths: make([]int, 0, len(paths))}
	for slot, e := range entries {
		switch e.kind {
		case byName:
			p.names = append(p.names, slot)
		case byPath:
			p.paths = append(p.paths, int(e.path))
		}
	}
	return p
}

// planMissing returns a fetch of what is missing, or nil. Without a reader it
// is only what has to be confirmed.
func (c *core) planMissing(now instant) *plan {
	entries, paths := c.roster.list()
	p := &plan{entries: entries}
	ask := func(slot int) {
		switch e := entries[slot]; e.kind {
		case byName:
			p.names = append(p.names, slot)
		default:
			for path := range paths {
				if e.in(path, paths) {
					p.paths = append(p.paths, path)
				}
			}
		}
	}
	var gone []int
	for slot, m := range c.snap.marks {
		switch {
		case !c.wanted(slot, now):
		case m.state == missing && c.roster.unnamed(slot):
			gone = append(gone, slot)
		default:
			ask(slot)
		}
	}
	if len(c.queue) > 0 {
		for _, slot := range c.pastLimit(now) {
			ask(slot)
		}
		for slot := len(c.snap.params); slot < len(entries); slot++ {
			ask(slot)
		}
	}
	if len(p.names)+len(p.paths) == 0 { // its listing is not read again for the sake of another name
		for _, slot := range gone {
			ask(slot)
		}
	}
	if len(p.names)+len(p.paths) == 0 {
		return nil
	}
	slices.Sort(p.names)
	slices.Sort(p.paths)
	p.paths = slices.Compact(p.paths)
	return p
}

// pastLimit returns the unmarked slots, where reads refresh, whose values have
// passed their limit although the group is not due: they were fetched before a
// clock was set.
func (c *core) pastLimit(now instant) []int {
	if !c.policy.timed() || !now.reached(c.snap.limitAt) {
		return nil
	}
	var slots []int
	for slot, p := range c.snap.params {
		if _, marked := c.snap.marks[slot]; !marked && !p.IsZero() && !c.snap.servable(slot, now) {
			slots = append(slots, slot)
		}
	}
	return slots
}

// wanted reports whether a marked slot is to be asked for.
func (c *core) wanted(slot int, now instant) bool {
	m := c.snap.marks[slot]
	if m.state == doubted && now.reached(m.first.add(doubt)) {
		return len(c.queue) > 0 || !c.policy.OnRead
	}
	v := c.snap.judge(slot, now, c.snap.see(slot))
	return len(c.queue) > 0 && (v == miss || v == stale)
}
