package actor

import "github.com/ssmcache/ssmcache/fetch"

// verdict is what may be done for a read.
type verdict int

const (
	hit    verdict = iota // serve the value
	stale                 // serve the value if a fetch does not bring a newer one in time
	failed                // there is an error to give, and no value
	miss                  // only a fetch can tell
	closed                // the group is closed
)

// sight is what a reader saw of a slot before it waited for a fetch. What a
// fetch has brought since is served whatever its age, and a failure since is
// given: otherwise a store slower than MaxAge would be asked for ever.
type sight struct {
	seq     uint64
	param   fetch.Parameter
	listing *listing
}

func (s *snapshot) see(slot int) sight {
	return sight{s.seq, s.param(slot), s.listings[slot]}
}

// judge decides what a read of slot gets. The reader and the loop both use it:
// where a reader says miss or stale, the loop fetches.
func (s *snapshot) judge(slot int, now instant, since sight) verdict {
	if s.closed {
		return closed
	}
	p, l := s.param(slot), s.listings[slot]
	if !p.IsZero() && p != since.param || l != nil && !l.expired && l != since.listing {
		return hit
	}
	if s.servable(slot, now) || l != nil && !l.expired && !s.past(l, now) {
		return s.judgeHeld(slot, now, since)
	}
	if m, ok := s.marks[slot]; ok && (m.state == missing || m.state == failing) && (m.seq > since.seq || !now.reached(m.until)) {
		return failed
	}
	if s.failedSince(now, since) {
		return failed
	}
	return miss
}

// judgeHeld decides for a slot with a value, or a path with a listing, that may
// still be served.
func (s *snapshot) judgeHeld(slot int, now instant, since sight) verdict {
	if s.expired(now) || s.doubtDue(slot, now) {
		if s.failedSince(now, since) {
			return hit
		}
		return stale
	}
	return hit
}

func (s *snapshot) past(l *listing, now instant) bool {
	return s.policy.timed() && now.reached(s.policy.limit(l.start))
}

// expired reports whether the group is due for a refresh by a read.
func (s *snapshot) expired(now instant) bool {
	return s.policy.timed() && s.loaded && now.reached(s.policy.due(s.oldest))
}

// doubtDue reports whether a read has to have a not-found answer confirmed.
func (s *snapshot) doubtDue(slot int, now instant) bool {
	m, ok := s.marks[slot]
	return ok && s.policy.OnRead && m.state == doubted && now.reached(m.first.add(doubt))
}

// failedSince reports whether the group backs off, or has failed since a reader
// began to wait.
func (s *snapshot) failedSince(now instant, since sight) bool {
	return s.outage.err != nil && (s.outage.seq > since.seq || !now.reached(s.outage.retryAt))
}

// errorOf returns the error of a slot that was judged to have failed.
func (s *snapshot) errorOf(slot int, e entry) error {
	err := s.outage.err
	if m, ok := s.marks[slot]; ok && (m.state == missing || m.state == failing) {
		err = m.err
	}
	if err == nil {
		return nil
	}
	return &fetch.Error{Op: e.op(), Name: e.name, Err: err}
}

// op returns the API operation that an entry's value is fetched with.
func (e entry) op() string {
	if e.kind == byName {
		return fetch.OpGetParameters
	}
	return fetch.OpGetParametersByPath
}
