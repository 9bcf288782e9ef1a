package actor

import "time"

// Stats is what a group is doing, and has done since it was made.
type Stats struct {
	Parameters int       // asked for by name or in some listing's latest answer
	Values     int       // of them, those with a value
	Paths      int       // listed
	State      State     // see [State]
	Oldest     time.Time // start of the oldest fetch whose values count for the group's age; zero: none yet
	Next       time.Time // the next background refresh; zero: none is planned
	BackOff    time.Time // no fetch but an explicit refresh starts before; zero: the group is not backing off
	Since      time.Time // when the outage began; zero: there is none

	Fetches   int64 // that have ended
	Failures  int64 // of them, those that made the group back off
	Calls     int64 // API calls
	Throttled int64 // times that the store refused one because there were too many; those that the SDK then sent again count too
	Changes   int64 // values that replaced another value
	Abandoned int64 // calls that ignored the end of their context
}

// State is a group's health.
type State string

const (
	StateCold    State = "cold"    // nothing has been fetched, or nothing may be served any more
	StateFresh   State = "fresh"   // the values are younger than MaxAge
	StateStale   State = "stale"   // the values are older than MaxAge
	StateFailing State = "failing" // the last fetch failed; values may still be served
)

// tally counts what a group has done.
type tally struct {
	fetches, failures, calls, throttled, changes int64
}

// Stats returns what the group is doing. It does not block. Its times are by
// whichever of the monotonic and the wall clock says more time has passed.
func (a *Actor) Stats() Stats {
	read := a.clock.Now()
	s, now := a.snap.Load(), instantOf(a.origin, read)
	at := func(i instant) time.Time { return read.Add(min(i.mono-now.mono, i.wall-now.wall)) }
	st := Stats{
		Parameters: len(a.roster.visible(s)), Paths: len(s.listings), State: s.state(now),
		Fetches: s.tally.fetches, Failures: s.tally.failures, Calls: s.tally.calls,
		Throttled: s.tally.throttled, Changes: s.tally.changes,
	}
	if a.fetcher != nil {
		st.Abandoned = a.fetcher.AbandonedEver()
	}
	for slot := range s.params {
		if s.servable(slot, now) {
			st.Values++
		}
	}
	if s.loaded {
		st.Oldest = at(s.oldest)
	}
	if s.loaded && s.refreshAt != never {
		st.Next = at(s.refreshAt)
		if s.outage.err != nil {
			st.Next = at(later(s.refreshAt, s.outage.retryAt))
		}
	}
	if s.outage.err != nil {
		st.Since = at(s.outage.since)
		st.BackOff = at(s.outage.retryAt)
	}
	return st
}

func (s *snapshot) state(now instant) State {
	switch {
	case s.outage.err != nil:
		return StateFailing
	case !s.servesAny(now):
		return StateCold
	case now.reached(s.policy.due(s.oldest)):
		return StateStale
	}
	return StateFresh
}
