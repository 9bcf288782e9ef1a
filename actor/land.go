package actor

import (
	"errors"

	"github.com/ssmcache/ssmcache/fetch"
)

// land takes in the result of the fetch under way: it makes the next snapshot,
// schedules what follows, and answers who waited.
func (c *core) land(res fetch.Result, now instant) {
	p, before := c.flight, c.snap
	c.flight = nil
	c.countCulprits(p, res)

	// What was gathered earlier may be past its limit by now.
	torn := c.part != nil && c.part.prune(c.policy.limit, now)
	if torn && c.part.empty() {
		c.part = nil
	}
	b := c.builder(p.at, now)
	b.explicit, b.counting = p.explicit, true
	got := brought{plan: p, res: res, part: c.part}
	_, paths := c.roster.list()
	rep := newReport(p, paths, res)
	if p.whole {
		rep.addPart(c.part)
	}
	refreshed := p.whole && rep.failed == nil && !torn
	switch {
	case refreshed:
		b.replace(got)
		c.part, c.pending = nil, false
	case p.whole && torn: // and so would be what this try has brought, at the next one
		b.fill(got)
		c.part = nil
	case p.whole:
		b.fill(got)
		c.keep(got, before)
	default:
		b.fill(got)
	}
	c.pending = c.pending || b.recreated
	b.snap.seq++
	b.snap.outage = c.nextOutage(before.outage, rep.failed, b.snap.seq, now)
	if p.whole {
		rep.addOthers(b)
	}
	if b.snap.report = rep; rep.whole {
		b.snap.report = b.oldReport(p)
	}
	b.snap.tally.count(res, rep, len(b.changes))
	c.snap = b.snap
	// A refresh that has come due meanwhile stays due.
	began := !before.loaded && (c.snap.loaded || rep.failed == nil && c.refreshAt == never)
	if refreshed || began && !now.reached(c.refreshAt) {
		c.schedule(p.at)
	}
	c.snap.refreshAt = c.refreshAt
	c.settle(p, rep, b.changed, now)
	c.note(p, rep, b, now)
}

// countCulprits remembers which names to ask apart from the healthy.
func (c *core) countCulprits(p *plan, res fetch.Result) {
	known, asked := 0, false
	for i, slot := range p.names {
		o := &res.Names[i]
		if c.culprits[slot] {
			known++
			asked = asked || o.Class != fetch.Failed
		}
		switch {
		case o.Culprit:
			c.culprits[slot] = true
		case o.Class == fetch.Found || o.Class == fetch.NotFound:
			delete(c.culprits, slot)
		}
	}
	if known > fetch.MaxAlone && asked {
		c.turn += fetch.MaxAlone
	}
}

// keep holds on to what an incomplete refresh of a loaded group has brought:
// the next try asks only for the rest.
func (c *core) keep(got brought, before *snapshot) {
	if !c.pending && (c.policy.MaxAge == 0 || !before.loaded) {
		c.part = nil
		return
	}
	c.pending = c.pending || c.policy.ahead()
	if c.part == nil {
		c.part = &part{start: got.plan.at, names: map[int]gathered[fetch.Outcome]{}, paths: map[int]gathered[fetch.Listing]{}}
	}
	for i, slot := range got.plan.names {
		if o := got.res.Names[i]; o.Class != fetch.Failed {
			c.part.names[slot] = gathered[fetch.Outcome]{o, got.plan.at}
		}
	}
	for i, path := range got.plan.paths {
		if l := got.res.Paths[i]; l.Class != fetch.Failed {
			c.part.paths[path] = gathered[fetch.Listing]{l, got.plan.at}
		}
	}
	if len(c.part.names)+len(c.part.paths) == 0 {
		c.part = nil
	}
}

// nextOutage counts a failed fetch, or ends the outage.
func (c *core) nextOutage(last outage, failure error, seq uint64, now instant) outage {
	if failure == nil {
		return outage{}
	}
	next := outage{err: failure, since: now, seq: seq, fails: last.fails + 1}
	if last.err != nil {
		next.since = last.since
	}
	next.retryAt = now.add(c.policy.backoff(last.fails, c.random))
	return next
}

// schedule draws the moment of the next background refresh, after a fetch that
// started at start.
func (c *core) schedule(start instant) {
	c.refreshAt = never
	if !c.policy.ahead() {
		return
	}
	from := c.snap.oldest
	if !c.snap.loaded { // what is not there may come
		from = start
	}
	at := c.policy.refreshAt(from, c.first, c.random)
	c.refreshAt = later(at, later(c.lastStart, from).add(refreshGap))
	c.first = false
}

// settle answers who waited for the fetch, and has those look again who came
// with a rejected value while it ran.
func (c *core) settle(p *plan, rep *report, changed bool, now instant) {
	if rep.whole {
		rep = nil
	}
	caused, helped := false, false
	for _, r := range p.waiters {
		switch r.want {
		case wantRead:
			c.answer(r, reply{snap: c.snap})
		case wantRefresh:
			c.answer(r, reply{report: rep})
		case wantRetry:
			caused, helped = true, helped || changed
			c.answer(r, reply{report: rep})
		case wantOther:
			other := c.hasOther(r, now) || c.broughtOther(p, r)
			caused, helped = true, helped || other
			c.answer(r, c.afterRejection(r, other, rep))
		}
	}
	if now.reached(c.idle.until.add(maxIdle)) {
		c.idle = idleness{} // it was about another trouble
	}
	switch {
	case caused && !helped:
		c.idle.until = now.add(doubled(refreshGap, c.idle.count, maxIdle))
		c.idle.count++
	case caused || changed && p.whole: // a late name's first value is no change
		c.idle = idleness{}
	}
	for _, r := range p.lookers {
		if c.broughtOther(p, r) {
			c.answer(r, reply{})
			continue
		}
		c.accept(r, now)
	}
}

// broughtOther reports whether the fetch of p has brought another value than the
// rejected one. It counts whatever its age, as it does for a read that waited.
func (c *core) broughtOther(p *plan, r request) bool {
	held := c.snap.param(r.slot)
	return !held.IsZero() && c.snap.start(held) == p.at && held.Text() != r.text
}

// afterRejection answers a rejection that caused a refresh.
func (c *core) afterRejection(r request, other bool, rep *report) reply {
	if other {
		return reply{}
	}
	return reply{err: errors.Join(ErrUnchanged, rep.errOf(r.slot, c.roster.entry(r.slot)))}
}

// oldReport returns what to go on reporting after a fetch of p that brought a
// value for all that it asked for.
func (b *builder) oldReport(p *plan) *report {
	if p.whole {
		return nil
	}
	for _, m := range b.snap.marks {
		if m.state != doubted {
			return b.before.report
		}
	}
	return nil
}

// addOthers notes the names asked for that a listing was to bring, and that
// have no value.
func (r *report) addOthers(b *builder) {
	for _, slot := range b.roster.namedMembers() {
		if m, ok := b.snap.marks[slot]; ok && (m.state == missing || m.state == failing) {
			r.whole = false
			r.others = append(r.others, b.snap.errorOf(slot, b.entries[slot]))
		}
	}
}
