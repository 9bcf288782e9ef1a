package actor

import (
	"context"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/ssmcache/ssmcache/fetch"
)

// loop owns all mutable state of a group. It is a local of run: no other
// goroutine can name it.
type loop struct {
	*core
	actor    *Actor
	landings chan landing // each fetch sends once, the loop receives
	now      instant
	wall     time.Time // the clock reading that now was made from
	timer    *clock.Timer
	timerAt  instant         // when the timer fires; never: there is none
	ctx      context.Context // of the latest landing
}

// landing is the message that a fetch sends when it has ended.
type landing struct {
	result fetch.Result
	ctx    context.Context // under which the calls were made
}

// run is the group's goroutine. It never blocks except in its select, and does
// no I/O.
func run(a *Actor, c *core) {
	l := &loop{core: c, actor: a, landings: make(chan landing), timerAt: never}
	defer l.disarm()
	for {
		select {
		case r := <-a.requests:
			l.readClock()
			l.accept(r, l.now)
		case got := <-l.landings:
			l.readClock()
			l.land(got.result, l.now)
			l.ctx = got.ctx
		case <-l.alarm():
			l.readClock()
			l.timerAt = never
		case <-a.work.ctx.Done():
			l.close()
			return
		}
		l.publish()
		l.deliver()
		l.expireValues()
		l.noteStale(l.now)
		l.launch()
		l.arm()
		l.tell()
	}
}

func (l *loop) readClock() {
	l.wall = l.actor.clock.Now()
	l.now = instantOf(l.actor.origin, l.wall)
}

// publish makes the core's snapshot what readers see, if it is a new one, and
// wakes who watches for changes.
func (l *loop) publish() {
	last := l.actor.snap.Load()
	if l.snap == last {
		return
	}
	l.snap.seal(l.actor.clock)
	l.actor.snap.Store(l.snap)
	close(last.next)
}

// deliver answers the requests that the core has decided, after publish.
func (l *loop) deliver() {
	for _, a := range l.answers {
		a.to.reply <- a.reply
	}
	clear(l.answers)
	l.answers = l.answers[:0]
}

func (l *loop) expireValues() {
	if l.expire(l.now) {
		l.publish()
	}
}

// launch starts the fetch that is due, if any. The fetch is a function that
// sends one message back: it cannot reach the loop's state.
func (l *loop) launch() {
	p := l.next(l.now)
	l.deliver()
	if p == nil {
		if l.flight == nil {
			l.actor.flight.Store(nil)
		}
		return
	}
	l.actor.flight.Store(&p.at)
	req := l.request(p, l.actor.decrypt)
	req.Start = l.wall
	started := FetchStarted{Group: l.actor.name, Time: l.wall, Refresh: p.whole, Names: len(p.names), Paths: len(p.paths), Cause: p.cause()}
	l.actor.work.start(flight(l.actor, req, started, l.landings))
}

// flight returns the function that carries out one fetch.
func flight(a *Actor, req fetch.Request, started FetchStarted, landings chan<- landing) func() {
	return func() {
		ctx := a.work.ctx
		for _, o := range a.observers {
			if o.FetchStarted == nil {
				continue
			}
			a.guard(func() {
				if derived := o.FetchStarted(ctx, started); derived != nil {
					ctx = derived
				}
			})
		}
		got := landing{a.fetcher.Fetch(ctx, req), ctx}
		select {
		case landings <- got:
		case <-a.work.ctx.Done():
		}
	}
}

// tell hands what has happened to the observer and the log, which run elsewhere.
func (l *loop) tell() {
	for _, e := range l.events {
		l.actor.tell(l.ctx, e)
	}
	l.events = nil
}

// arm sets the one timer to when the core is next due. A mock clock may not be
// given a timer that has been used or that is due already.
func (l *loop) arm() {
	at := l.due(l.now)
	if at == l.timerAt {
		return
	}
	l.disarm()
	if at == never {
		return
	}
	l.timer = l.actor.clock.Timer(max(l.now.until(at), time.Millisecond/1000))
	l.timerAt = at
}

func (l *loop) disarm() {
	if l.timer != nil {
		l.timer.Stop()
	}
	l.timer, l.timerAt = nil, never
}

// alarm returns the timer's channel, nil if there is no timer.
func (l *loop) alarm() <-chan time.Time {
	if l.timer == nil {
		return nil
	}
	return l.timer.C
}

// close takes all values away and answers every waiter.
func (l *loop) close() {
	l.shut()
	l.publish()
	close(l.actor.shut)
	l.deliver()
}
