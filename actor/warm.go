package actor

import (
	"context"
	"errors"
)

// Warm fetches what has not been fetched yet, and tries again with the back-off
// after failures that may pass. It blocks until every name and path asked for
// by then has a value or a failure of its own, or until ctx ends. It runs on its
// caller's goroutine.
func (a *Actor) Warm(ctx context.Context) error {
	entries, _ := a.roster.list()
	began := a.snap.Load().seq
	wait := wait{a: a, ctx: ctx}
	s := a.snap.Load()
	for ; ; s = wait.latest(s) {
		if s.closed {
			return ErrClosed
		}
		next, errs := s.warmth(entries, a.now(), began)
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

// step is what Warm does next.
type step int

const (
	done step = iota
	backOff
	fetchNow
)

// warmth says what Warm has to do for the slots of entries, and the errors of
// those without a value. began is the sequence number of the fetch before it.
func (s *snapshot) warmth(entries []entry, now instant, began uint64) (next step, errs []error) {
	for slot, e := range entries {
		since := s.see(slot)
		since.seq = began
		switch s.judge(slot, now, since) {
		case miss:
			next = fetchNow
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
