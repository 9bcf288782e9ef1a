package actor

import (
	"context"
	"errors"

	"github.com/ssmcache/ssmcache/fetch"
)

// Text returns the value of slot if it may be served without a look at the
// clock. It never blocks, and is small enough to be inlined: an atomic load.
func (a *Actor) Text(slot int) (string, bool) {
	if lane := a.snap.Load().lane; uint(slot) < uint(len(lane)) {
		text := lane[slot]
		return text, text != ""
	}
	return "", false
}

// Param is like Text, with the metadata.
func (a *Actor) Param(slot int) (fetch.Parameter, bool) {
	s := a.snap.Load()
	if uint(slot) < uint(len(s.lane)) && s.lane[slot] != "" {
		return s.params[slot], true
	}
	return fetch.Parameter{}, false
}

// WaitText returns the value of slot if a look at the clock says that it may be
// served, where reads refresh, and is Read otherwise.
func (a *Actor) WaitText(ctx context.Context, slot int) (string, error) {
	s := a.snap.Load()
	if s.clock != nil && uint(slot) < uint(len(s.texts)) {
		if text := s.texts[slot]; text != "" {
			// fresh, written out: its call would cost a tenth of this read.
			if now := s.clock.Now(); now.Before(s.until) && now.UnixNano() < s.walled {
				return text, nil
			}
		}
	}
	p, err := a.Read(ctx, slot)
	return p.Text(), err
}

// TimedParam returns the value of slot, with its metadata, if a look at the clock
// says that it may be served, where reads refresh. It never blocks.
func (a *Actor) TimedParam(slot int) (fetch.Parameter, bool) {
	s := a.snap.Load()
	if s.clock == nil || slot >= len(s.texts) || s.texts[slot] == "" || !s.fresh() {
		return fetch.Parameter{}, false
	}
	return s.params[slot], true
}

// Peek returns the value of slot, whatever its age within the limit of
// rule 16. It never blocks.
func (a *Actor) Peek(slot int) (fetch.Parameter, bool) {
	s := a.snap.Load()
	p := s.param(slot)
	if p.IsZero() || s.policy.timed() && !s.servable(slot, a.now()) {
		return fetch.Parameter{}, false
	}
	return p, true
}

// Watch returns the value of slot like Peek, and a channel that is closed when
// there may be another. The channel is nil once the group is closed.
func (a *Actor) Watch(slot int) (p fetch.Parameter, ok bool, changed <-chan struct{}) {
	s := a.snap.Load()
	if s.closed {
		return fetch.Parameter{}, false, nil
	}
	p = s.param(slot)
	ok = !p.IsZero() && (!s.policy.timed() || s.servable(slot, a.now()))
	return p, ok, s.next
}

// Serves reports whether p may still be served (rule 16).
func (a *Actor) Serves(p fetch.Parameter) bool {
	s := a.snap.Load()
	return !s.closed && !a.now().reached(s.policy.limit(s.start(p)))
}

// Read returns the value of slot. It blocks if there is no value that the
// caller may have, until a fetch has brought one or failed, or until ctx ends.
// Where reads refresh, it waits for the refresh of an expired value up to one
// second after the start of the fetch, and returns the earlier value then.
func (a *Actor) Read(ctx context.Context, slot int) (fetch.Parameter, error) {
	s, err := a.await(ctx, slot)
	if err != nil {
		return fetch.Parameter{}, err
	}
	return s.param(slot), nil
}

// List returns the slots of a path's listing, ordered by name. It blocks like
// Read. The slice is not to be modified.
func (a *Actor) List(ctx context.Context, path int) ([]int, error) {
	s, err := a.await(ctx, path)
	if err != nil {
		return nil, err
	}
	return s.listings[path].slots, nil
}

// await returns a snapshot whose value or listing of slot the caller may have.
func (a *Actor) await(ctx context.Context, slot int) (*snapshot, error) {
	s := a.snap.Load()
	since := s.see(slot)
	wait := wait{a: a, ctx: ctx}
	for {
		switch s.judge(slot, a.now(), since) {
		case hit:
			return s, nil
		case failed:
			return nil, withEnd(ctx, a.errorOf(s, slot))
		case closed:
			return nil, ErrClosed
		case stale:
			// While it waited, the value may have passed its limit.
			if !wait.patiently() && s.judge(slot, a.now(), since) == stale {
				return s, nil
			}
		case miss:
			if err := wait.forFetch(); err != nil {
				return nil, errors.Join(err, a.errorOf(s, slot))
			}
		}
		s = wait.latest(s)
	}
}

func (a *Actor) errorOf(s *snapshot, slot int) error {
	if a.work == nil {
		return s.marks[slot].err
	}
	return s.errorOf(slot, a.roster.entry(slot))
}
