package actor

import (
	"maps"
	"slices"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
)

// builder makes the next snapshot. It copies what it changes; only what lies
// behind the end of the latest snapshot's slices is written in place, where no
// reader of an earlier one looks, so that adding names one at a time does not
// copy the group each time.
type builder struct {
	policy   Policy
	random   draw
	roster   *roster
	before   *snapshot
	snap     *snapshot // under construction
	start    instant   // of the fetch that has landed
	now      instant
	explicit bool

	entries     []entry
	paths       []fetch.Path
	changed     bool // a value has changed, appeared or gone
	counting    bool // a fetch has landed: note which values it changes
	changes     []int
	removed     bool // a value has been taken away
	recreated   bool // a doubted parameter is back with another value, which only a whole refresh may bring
	ownParams   bool // what of snap is the builder's own copy
	ownMarks    bool
	ownListings bool
}

func (c *core) builder(start, now instant) *builder {
	snap := *c.snap
	snap.next = nil
	return &builder{policy: c.policy, random: c.random, roster: c.roster, before: c.snap, snap: &snap, start: start, now: now}
}

// apply writes the outcome of one slot, which a fetch that started at start has
// brought.
func (b *builder) apply(slot int, o *fetch.Outcome, start instant) {
	b.applyFrom(slot, o, start, start)
}

// applyFrom is apply for an outcome that several fetches make, the first of which
// started at first, the last at start.
func (b *builder) applyFrom(slot int, o *fetch.Outcome, first, start instant) {
	m, marked := b.before.marks[slot]
	servable := b.before.servable(slot, b.now)
	switch {
	case o.Class == fetch.Found:
		b.set(slot, o.Parameter)
	case o.Class == fetch.Failed:
		if !servable && !marked {
			b.mark(slot, fetch.Parameter{}, mark{state: cold})
		}
	case o.Class == fetch.Definite:
		next := b.again(m, mark{state: failing, err: o.Err, first: start}, func(n int) time.Duration { return b.policy.backoff(n, b.random) })
		b.mark(slot, b.kept(slot, servable), next)
	case servable && !b.explicit && !confirms(m, first):
		if m.state != doubted {
			m = mark{state: doubted, first: start}
		}
		b.mark(slot, b.before.param(slot), m)
	default:
		b.removed = true
		b.mark(slot, fetch.Parameter{}, b.again(m, mark{state: missing, err: fetch.ErrNotFound, first: start}, b.policy.believed))
	}
}

// again returns next with the count and the end of its delay, where last is the
// mark before, if any. An answer that an unfinished refresh holds comes again with
// each of its tries, and counts once.
func (b *builder) again(last, next mark, delay func(n int) time.Duration) mark {
	if last.state == next.state { // no mark is cold
		if last.first == next.first {
			next.count, next.until = last.count, last.until
			return next
		}
		next.count = last.count + 1
	}
	next.until = b.now.add(delay(next.count))
	return next
}

// confirms reports whether a fetch that started at start may confirm that a
// doubted parameter is gone.
func confirms(m mark, start instant) bool {
	return m.state == doubted && start.reached(m.first.add(doubt))
}

func (b *builder) kept(slot int, servable bool) fetch.Parameter {
	if servable {
		return b.before.param(slot)
	}
	return fetch.Parameter{}
}

// set gives slot a value and takes its mark away.
func (b *builder) set(slot int, p fetch.Parameter) {
	b.write(slot, p, p.Text())
	if _, ok := b.snap.marks[slot]; ok {
		b.own()
		delete(b.snap.marks, slot)
	}
}

// mark marks slot, and keeps p as its value, which may be none.
func (b *builder) mark(slot int, p fetch.Parameter, m mark) {
	b.write(slot, p, "")
	b.own()
	m.seq = b.snap.seq + 1
	b.snap.marks[slot] = m
}

// own makes the marks the builder's own.
func (b *builder) own() {
	if b.ownMarks {
		return
	}
	b.ownMarks = true
	if b.snap.marks = maps.Clone(b.snap.marks); b.snap.marks == nil {
		b.snap.marks = map[int]mark{}
	}
}

func (b *builder) write(slot int, p fetch.Parameter, text string) {
	if slot < len(b.before.params) && !b.ownParams {
		b.ownParams = true
		b.snap.params = slices.Clone(b.snap.params)
		b.snap.texts = slices.Clone(b.snap.texts)
	}
	for missing := len(b.snap.params); missing <= slot; missing++ {
		b.snap.params = append(b.snap.params, fetch.Parameter{})
		b.snap.texts = append(b.snap.texts, "")
	}
	if before := b.before.param(slot); !p.Unchanged(before) {
		b.changed = true
		if b.counting && !p.IsZero() && !before.IsZero() {
			b.changes = append(b.changes, slot)
		}
	}
	b.snap.params[slot], b.snap.texts[slot] = p, text
}

// markCold marks every slot that has neither a value, nor a listing, nor a mark.
// In slices that go on from those of the snapshot before, only what lies behind
// their end can be such a slot.
func (b *builder) markCold() {
	first := 0
	if !b.ownParams {
		first = len(b.before.params)
	}
	for slot := first; slot < len(b.snap.params); slot++ {
		p := b.snap.params[slot]
		if _, marked := b.snap.marks[slot]; p.IsZero() && !marked && b.snap.listings[slot] == nil {
			b.mark(slot, fetch.Parameter{}, mark{state: cold})
		}
	}
}

// expire takes values away that have passed their limit (rule 16). What an
// unfinished refresh has brought for a name that is cold by now is published as
// it is. It reports whether there is a new snapshot.
func (c *core) expire(now instant) bool {
	if !c.policy.ahead() || !now.reached(c.snap.limitAt) {
		return false
	}
	b := c.builder(now, now)
	b.snap.loaded, b.snap.limitAt = false, never
	for slot, p := range c.snap.params {
		switch limit := c.policy.limit(c.snap.start(p)); {
		case p.IsZero():
		case now.reached(limit):
			b.expire(slot)
		default:
			b.holds(limit)
		}
	}
	for slot, l := range c.snap.listings {
		switch limit := c.policy.limit(l.start); {
		case l.expired:
		case now.reached(limit):
			b.setListing(slot, &listing{slots: l.slots, start: l.start, expired: true})
			b.expire(slot)
		default:
			b.holds(limit)
		}
	}
	c.snap = b.snap
	if c.part != nil && !now.reached(c.policy.limit(c.part.start)) {
		b = c.builder(c.part.start, now)
		b.fill(brought{part: c.part})
		c.snap = b.snap
	}
	return true
}

// expire takes the value of slot away; why it fails by itself is kept.
func (b *builder) expire(slot int) {
	m := b.before.marks[slot]
	if m.state == doubted {
		m = mark{state: cold}
	}
	b.mark(slot, fetch.Parameter{}, m)
	b.snap.marks[slot] = m // no fetch has set it: its error is no newer
}

// holds notes that the snapshot holds something that passes its limit then.
func (b *builder) holds(limit instant) {
	b.snap.loaded = true
	b.snap.limitAt = earlier(b.snap.limitAt, limit)
}
