package actor

import (
	"context"
	"errors"
	"slices"
)

// Warm fetches what has not been fetched yet, and tries again with the back-off
// after failures that may pass. It blocks until every name and path asked for
// by then has a value or a failure of its own, or until ctx ends. It runs on its
// caller's goroutine.
func (a *Actor) Warm(ctx context.Context) error {
	entries, _ := a.roster.list()
	named := a.roster.namedMembers()
	wait := wait{a: a, ctx: ctx}
	s := a.snap.Load()
	for began := s; ; s = wait.latest(s) {
		if s.closed {
			return ErrClosed
		}
		next, errs := s.warmth(entries, named, a.now(), began)
		var err error
		switch next {
		case done:
			return errors.Join(errs...)
		case fetchNow:
			err = wait.forFetch()
		case backOff:
			err = wait.until(s.outage.retryAt)
		}
		if err != nil {
			return errors.Join(append([]error{err}, errs...)...)
		}
	}
}

// warmStep is what Warm does next.
type warmStep int

const (
	done warmStep = iota
	backOff
	fetchNow
)

// warmth says what Warm has to do for the slots of entries, and the errors of
// those without a value. What fetches have brought since began counts, whatever
// its age. Members of listings count if they were asked for by name.
func (s *snapshot) warmth(entries []entry, named []int, now instant, began *snapshot) (next warmStep, errs []error) {
	for slot, e := range entries {
		if e.kind == member || e.kind == labelled {
			if _, ok := slices.BinarySearch(named, slot); !ok {
				continue
			}
		}
		switch s.judge(slot, now, began.see(slot)) {
		case miss:
			next = fetchNow
			if err := s.errorOf(slot, e); err != nil {
				errs = append(errs, err)
			}
		case failed:
			errs = append(errs, s.errorOf(slot, e))
			if m := s.marks[slot]; m.state == missing || m.state == failing {
				continue
			}
			if now.reached(s.outage.retryAt) {
				next = fetchNow
			}
			next = max(next, backOff)
		}
	}
	return next, errs
}
