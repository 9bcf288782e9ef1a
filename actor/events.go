package actor

import (
	"context"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
)

// outageBegan and outageEnded are for the log alone: an outage is reported once,
// not once per try.
type outageBegan struct{ err error }

type outageEnded struct{ lasted time.Duration }

// valuesChanged are the changes of one fetch. They wait for the observer as one
// event, so that a fetch with many leaves no other event untold.
type valuesChanged []ValueChanged

// cause returns the context of the first caller that p is for.
func (p *plan) cause() context.Context {
	for _, r := range p.waiters {
		if r.cause != nil {
			return r.cause
		}
	}
	return nil
}

func (t *tally) count(res fetch.Result, rep *report, changes int) {
	t.fetches++
	if rep.failed != nil {
		t.failures++
	}
	t.calls += int64(res.Calls)
	t.throttled += int64(res.Throttled)
	t.changes += int64(changes)
}

// note records what a landing means to an observer.
func (c *core) note(p *plan, rep *report, b *builder, now instant) {
	d := FetchDone{Refresh: p.whole, Duration: now.mono - p.at.mono, Calls: rep.result.Calls, Throttled: rep.result.Throttled, Changed: len(b.changes), Err: rep.failed}
	for i := range rep.result.Names {
		d.count(rep.result.Names[i].Class)
	}
	for i := range rep.result.Paths {
		d.count(rep.result.Paths[i].Class)
	}
	c.events = append(c.events, d)
	if c.watched && len(b.changes) > 0 {
		changed := make(valuesChanged, len(b.changes))
		for i, slot := range b.changes {
			changed[i] = ValueChanged{Name: b.entries[slot].name, Version: b.snap.param(slot).Version()}
		}
		c.events = append(c.events, changed)
	}
	switch before, after := b.before.outage, b.snap.outage; {
	case before.err == nil && after.err != nil:
		c.events = append(c.events, outageBegan{after.err})
	case before.err != nil && after.err == nil:
		c.events = append(c.events, outageEnded{now.mono - before.since.mono})
	}
}

func (d *FetchDone) count(class fetch.Class) {
	switch class {
	case fetch.Found:
		d.Found++
	case fetch.NotFound:
		d.NotFound++
	default:
		d.Failed++
	}
}

// noteStale records when values older than MaxAge begin to be served, and when
// that ends. Where reads refresh, nobody looks between them: it begins when a
// refresh of an expired group has failed.
func (c *core) noteStale(now instant) {
	s := c.snap
	old := !s.closed && s.loaded && now.reached(c.policy.due(s.oldest)) && (!c.policy.OnRead || s.outage.err != nil)
	switch {
	case old && c.stale == never:
		c.stale = now
		c.events = append(c.events, StaleBegan{})
	case !old && c.stale != never:
		c.events = append(c.events, StaleEnded{Lasted: now.mono - c.stale.mono})
		c.stale = never
	}
}

// tell hands one event to the observers or the log. It does not block. ctx is
// that of the fetch that has landed.
func (a *Actor) tell(ctx context.Context, event any) {
	at := a.clock.Now()
	switch e := event.(type) {
	case GroupOpened:
		tell(a, e, func(o Observer) func(GroupOpened) { return o.GroupOpened })
	case GroupClosed:
		tell(a, e, func(o Observer) func(GroupClosed) { return o.GroupClosed })
	case FetchDone:
		e.Group, e.Time = a.name, at
		for _, o := range a.observers {
			if o.FetchDone != nil {
				a.teller.add(func() { o.FetchDone(ctx, e) })
			}
		}
	case valuesChanged:
		for _, o := range a.observers {
			if o.ValueChanged != nil {
				a.teller.add(func() { a.tellChanges(o, e, at) })
			}
		}
	case StaleBegan:
		e.Group, e.Time = a.name, at
		tell(a, e, func(o Observer) func(StaleBegan) { return o.StaleBegan })
	case StaleEnded:
		e.Group, e.Time = a.name, at
		tell(a, e, func(o Observer) func(StaleEnded) { return o.StaleEnded })
	case outageBegan:
		a.teller.add(func() {
			a.log.Warn("ssmcache: fetch failed; the last good values are served while they may be", "group", a.name, "error", e.err)
		})
	case outageEnded:
		a.teller.add(func() { a.log.Info("ssmcache: fetches work again", "group", a.name, "after", e.lasted) })
	}
}

func tell[E any](a *Actor, e E, of func(Observer) func(E)) {
	for _, o := range a.observers {
		if f := of(o); f != nil {
			a.teller.add(func() { f(e) })
		}
	}
}

func (a *Actor) tellChanges(o Observer, changes valuesChanged, at time.Time) {
	for _, changed := range changes {
		changed.Group, changed.Time = a.name, at
		a.guard(func() { o.ValueChanged(changed) })
	}
}
