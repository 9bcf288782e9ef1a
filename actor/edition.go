package actor

import (
	"errors"

	"github.com/ssmcache/ssmcache/fetch"
)

// Edition tells the snapshots of one group apart and puts them in order, and
// keeps none of them in memory. The zero Edition is that of no snapshot.
type Edition uint64

// Holds reports whether e is the latest snapshot and its values may be served
// without a look at the clock. It never blocks.
func (a *Actor) Holds(e Edition) bool {
	s := a.snap.Load()
	return s.edition == e && s.lane != nil
}

// Fresh reports whether e is the latest snapshot and a look at the clock says
// that it is fresh, where reads need that look.
func (a *Actor) Fresh(e Edition) bool {
	s := a.snap.Load()
	return s.edition == e && s.clock != nil && s.fresh()
}

// Latest returns a view of the latest snapshot, and a channel that is closed
// when there is another. The channel is nil once the group is closed. Latest
// never waits: the view may have no values.
func (a *Actor) Latest() (View, <-chan struct{}) {
	s := a.snap.Load()
	if s.closed {
		return View{}, nil
	}
	return View{&s.self, a.now()}, s.next
}

// Edition returns which snapshot the view is of.
func (v View) Edition() Edition {
	if v.snap == nil {
		return 0
	}
	return (*v.snap).edition
}

// Serves reports whether p, a value of the view's snapshot, was within the limit
// of rule 16 when the view was made.
func (v View) Serves(p fetch.Parameter) bool {
	s := *v.snap
	return !s.policy.timed() || !v.at.reached(s.policy.limit(s.start(p)))
}

// IsPastLimit reports whether a view has no value for a slot for no other reason
// than its age when the view was made.
func IsPastLimit(err error) bool { return errors.Is(err, errPastLimit) }
