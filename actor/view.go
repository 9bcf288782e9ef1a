package actor

import (
	"context"
	"errors"
	"fmt"

	"github.com/ssmcache/ssmcache/fetch"
)

// View is one snapshot of a group. It holds a pointer to a pointer, so that no
// print verb reaches a value through it. The zero View has no values.
type View struct {
	snap **snapshot
	at   instant
}

var (
	errNoView      = errors.New("the view is the zero View")
	errOtherGroup  = errors.New("the view is of another group")
	errLaterHandle = errors.New("the handle was made after the view")
	errPastLimit   = errors.New("the value was past MaxAge and MaxStale when the view was made")
	errNoValue     = errors.New("there is no value yet")
	errUnconfirmed = errors.New("the last refresh did not find it, which is not confirmed yet")
)

// View returns the group's latest snapshot. It blocks like Read, as a read of
// every name and path. It fails only if nothing can be served.
func (a *Actor) View(ctx context.Context) (View, error) {
	wait := wait{a: a, ctx: ctx}
	s := a.snap.Load()
	for began := s; ; s = wait.latest(s) {
		now := a.now()
		if s.closed {
			return View{}, ErrClosed
		}
		if s == wait.brought && s.refreshedSince(began) {
			now = s.oldest // it gets what the fetch brought, whatever its age
		}
		verdict, holds := s.judgeAll(a.roster, now, began.seq), s.servesAny(now)
		if verdict == stale && !holds {
			verdict = miss
		}
		switch verdict {
		case stale:
			if wait.patiently() {
				continue
			}
			// While it waited, the values may have passed their limit.
			if now = a.now(); !s.servesAny(now) {
				continue
			}
		case miss:
			err := wait.forFetch()
			if err == nil {
				continue
			}
			if s != wait.brought { // the actor may have taken values away since
				s, now = a.snap.Load(), a.now()
				holds = s.servesAny(now)
			}
			if !holds {
				return View{}, errors.Join(err, s.report.err())
			}
		}
		if !holds && a.roster.len() > 0 {
			return View{}, withEnd(ctx, s.nothing())
		}
		return View{&s.self, now}, nil
	}
}

// refreshedSince reports whether a fetch after began has brought the values.
func (s *snapshot) refreshedSince(began *snapshot) bool {
	return s.loaded && (!began.loaded || s.oldest != began.oldest)
}

// judgeAll judges a read of all that the group was asked for.
func (s *snapshot) judgeAll(r *roster, now instant, began uint64) verdict {
	switch {
	case s.failedSince(now, sight{seq: began}):
		return hit // there is nothing to wait for
	case s.expired(now):
		return stale
	case r.len() > len(s.params):
		return miss
	case s.policy.OnRead && now.reached(s.doubtAt):
		return stale
	case now.reached(s.askAt) && s.seq == began && s.misses(r, now):
		return miss
	}
	return hit
}

// misses reports whether a read of some slot without a value would wait for a
// fetch. A slot that fails by itself may have kept its value; what has vanished
// from the listings was not asked for.
func (s *snapshot) misses(r *roster, now instant) bool {
	for slot, m := range s.marks {
		if m.state == missing && r.unnamed(slot) {
			continue
		}
		if s.judge(slot, now, s.see(slot)) == miss {
			return true
		}
	}
	return false
}

// servesAny reports whether some value or listing may be served.
func (s *snapshot) servesAny(now instant) bool {
	if !s.loaded || !s.policy.timed() || !now.reached(s.limitAt) {
		return s.loaded
	}
	for slot := range s.params {
		if s.servable(slot, now) {
			return true
		}
	}
	return false
}

// nothing returns the error of a group that has no value to serve.
func (s *snapshot) nothing() error {
	if err := s.report.err(); err != nil {
		return err
	}
	return errNoValue
}

// Lookup returns the value that slot of a has in the view.
func (v View) Lookup(a *Actor, slot int) (fetch.Parameter, error) {
	err := errNoView
	if v.snap != nil {
		var p fetch.Parameter
		if p, err = (*v.snap).inView(a, slot, v.at); err == nil {
			return p, nil
		}
	}
	if e := (*fetch.Error)(nil); errors.As(err, &e) {
		return fetch.Parameter{}, err
	}
	return fetch.Parameter{}, fmt.Errorf("ssmcache: %q in a view: %w", a.Name(slot), err)
}

// inView returns the value of slot if it belongs to the view's refresh: one that
// was kept from an earlier refresh does not.
func (s *snapshot) inView(a *Actor, slot int, at instant) (fetch.Parameter, error) {
	if s.owner != a {
		return fetch.Parameter{}, errOtherGroup
	}
	if slot >= len(s.params) {
		return fetch.Parameter{}, errLaterHandle
	}
	m, marked := s.marks[slot]
	switch {
	case marked && m.state == doubted:
		return fetch.Parameter{}, errUnconfirmed
	case marked:
		if err := s.errorOf(slot, a.roster.entry(slot)); err != nil {
			return fetch.Parameter{}, err
		}
		return fetch.Parameter{}, errNoValue
	case !s.servable(slot, at):
		return fetch.Parameter{}, errPastLimit
	}
	return s.param(slot), nil
}
