package actor

import "github.com/ssmcache/ssmcache/fetch"

// core makes the decisions of one group: what is due, what to fetch, when to
// back off, what may still be served. It is a single-threaded state machine
// that knows no channel, no clock and no goroutine; only the loop can name it.
// After each event the loop publishes what is new in snap, delivers answers,
// and starts the fetch that next returns.
type core struct {
	policy Policy
	random draw
	roster *roster

	snap    *snapshot // the latest; replaced, never modified
	flight  *plan     // the fetch under way
	queue   []request // what the next fetch is for
	answers []answer

	part      *part // a refresh that is not whole yet
	pending   bool  // a refresh has failed, or would mix two: another one is due
	refreshAt instant
	first     bool // no refresh has been scheduled yet
	lastStart instant
	culprits  map[int]bool
	turn      int // how many culprits have been asked alone
	idle      idleness
	stale     instant // since when values older than MaxAge are served; never: they are not
	events    []any   // what the observer is to be told, oldest first
	watched   bool    // constant: somebody wants to know of each changed value
}

// answer is a reply that is due.
type answer struct {
	to    request
	reply reply
}

// idleness holds back refreshes that Retry or Reject cause while they change
// nothing (rule 26).
type idleness struct {
	until instant
	count int
}

// holds reports whether no refresh may be caused now.
func (i idleness) holds(now instant) bool { return i.count > 0 && !now.reached(i.until) }

func newCore(p Policy, random draw, r *roster, first *snapshot) *core {
	return &core{policy: p, random: random, roster: r, snap: first, first: true, refreshAt: never, stale: never, culprits: map[int]bool{}}
}

// accept takes in a request.
func (c *core) accept(r request, now instant) {
	switch {
	case r.want == wantOther && c.hasOther(r, now):
		c.answer(r, reply{})
	case r.want == wantOther && c.flight != nil:
		c.flight.lookers = append(c.flight.lookers, r)
	case r.want == wantRetry && c.idle.holds(now):
		c.answer(r, reply{})
	case r.want == wantRead && c.flight != nil:
		c.flight.waiters = append(c.flight.waiters, r)
	default:
		c.queue = append(c.queue, r)
	}
}

func (c *core) answer(r request, with reply) {
	c.answers = append(c.answers, answer{r, with})
}

// hasOther reports whether the group holds another value than the rejected one.
func (c *core) hasOther(r request, now instant) bool {
	return c.snap.servable(r.slot, now) && c.snap.param(r.slot).Text() != r.text
}

// next returns the fetch to start, if one is due and none is under way.
func (c *core) next(now instant) *plan {
	if c.flight != nil {
		return nil
	}
	c.dropIdle(now)
	var p *plan
	switch {
	case c.forced():
		p = c.planAnew()
	case c.backingOff(now):
	case c.refreshDue(now):
		p = c.planRest(now)
		c.pending = c.pending || c.policy.ahead() // until it succeeds, whatever passes its limit meanwhile
	default:
		p = c.planMissing(now)
	}
	if p == nil { // nothing that a reader could wait for
		for _, r := range c.queue {
			c.answer(r, reply{})
		}
		c.queue = nil
		return nil
	}
	p.at, p.waiters, c.queue = now, c.queue, nil
	if p.whole {
		c.lastStart = now
	}
	c.flight = p
	return p
}

// forced reports whether somebody asked for a refresh.
func (c *core) forced() bool {
	for _, r := range c.queue {
		if r.want != wantRead {
			return true
		}
	}
	return false
}

// dropIdle answers the requests that must not start a fetch: another value is
// in place, or refreshes for their reason have been changing nothing. If an
// explicit refresh waits too, they share it.
func (c *core) dropIdle(now instant) {
	queue := c.queue[:0:0]
	explicit := false
	for _, r := range c.queue {
		explicit = explicit || r.want == wantRefresh
	}
	for _, r := range c.queue {
		switch idle := c.idle.holds(now); {
		case r.want == wantOther && c.hasOther(r, now):
			c.answer(r, reply{})
		case r.want == wantOther && idle && !explicit:
			c.answer(r, reply{err: ErrUnchanged})
		case r.want == wantRetry && idle && !explicit:
			c.answer(r, reply{})
		default:
			queue = append(queue, r)
		}
	}
	c.queue = queue
}

func (c *core) backingOff(now instant) bool {
	return c.snap.outage.err != nil && !now.reached(c.snap.outage.retryAt)
}

// refreshDue reports whether the whole group is to be refreshed without having
// been asked to: by a read of an expired group, or ahead of MaxAge.
func (c *core) refreshDue(now instant) bool {
	if c.policy.OnRead {
		return len(c.queue) > 0 && (c.pending || c.snap.expired(now))
	}
	return c.pending || now.reached(c.refreshAt)
}

// due returns when the loop has to wake the core without an event.
func (c *core) due(now instant) instant {
	if c.policy.OnRead {
		return never
	}
	at := never
	if c.policy.ahead() {
		at = c.snap.limitAt
	}
	if c.stale == never && c.snap.loaded {
		at = earlier(at, c.policy.due(c.snap.oldest))
	}
	if c.flight != nil {
		return at
	}
	next := c.refreshAt
	if c.pending {
		next = now
	}
	next = earlier(next, c.snap.doubtAt)
	if c.snap.outage.err != nil && next != never {
		next = later(next, c.snap.outage.retryAt)
	}
	return earlier(at, next)
}

// shut answers every waiter when the group is closed, and takes all values away.
func (c *core) shut() {
	waiting := c.queue
	if c.flight != nil {
		waiting = append(append(waiting, c.flight.waiters...), c.flight.lookers...)
	}
	for _, r := range waiting {
		c.answer(r, reply{err: ErrClosed})
	}
	c.queue, c.flight = nil, nil
	c.snap = &snapshot{seq: c.snap.seq, edition: c.snap.edition, closed: true, policy: c.policy, origin: c.snap.origin, owner: c.snap.owner, tally: c.snap.tally}
}

// request says what the fetch asks for, and what is already known of it.
func (c *core) request(p *plan, decrypt bool) fetch.Request {
	snap, r := c.snap, c.roster
	_, paths := r.list()
	req := fetch.Request{Decrypt: decrypt, Turn: c.turn, Names: make([]fetch.Ask, len(p.names)), Paths: make([]fetch.List, len(p.paths))}
	for i, slot := range p.names {
		req.Names[i] = fetch.Ask{Name: fetch.Checked(p.entries[slot].name), Known: snap.param(slot), Culprit: c.culprits[slot]}
	}
	for i, path := range p.paths {
		req.Paths[i] = fetch.List{Path: paths[path], Known: func(name string) fetch.Parameter {
			slot, ok := r.find(path, name)
			if !ok {
				return fetch.Parameter{}
			}
			return snap.param(slot)
		}}
	}
	return req
}
