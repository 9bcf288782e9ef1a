package actor

import (
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
	timerAt  instant // when the timer fires; never: there is none
}

// landing is the message that a fetch sends when it has ended.
type landing struct {
	result fetch.Result
	news   chan<- news // the loop sends once; capacity 1, so that it does not block
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
			got.news <- l.land(got.result, l.now)
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
		l.launch()
		l.arm()
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
	l.actor.work.start(flight(l.actor, req, l.landings))
}

// flight returns the function that carries out one fetch.
func flight(a *Actor, req fetch.Request, landings chan<- landing) func() {
	return func() {
		heard := make(chan news, 1)
		got := landing{a.fetcher.Fetch(a.work.ctx, req), heard}
		select {
		case landings <- got:
			a.tell(<-heard)
		case <-a.work.ctx.Done():
		}
	}
}

// tell logs what the end of a fetch means: an outage once, not once per try. It
// runs on the fetch's goroutine, since a log handler may block.
func (a *Actor) tell(n news) {
	switch {
	case n.began != nil:
		a.log.Warn("ssmcache: refresh failed; serving the last good values while they may be", "group", a.name, "error", n.began)
	case n.recovered:
		a.log.Info("ssmcache: refresh works again", "group", a.name, "after", a.now().mono-n.since.mono)
	}
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
