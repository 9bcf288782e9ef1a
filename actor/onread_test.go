package actor

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

func TestWhereReadsRefreshTheActorNeverHasATimer(t *testing.T) {
	d := drive(t, Policy{MaxAge: time.Minute, OnRead: true}, most, "a", "b")
	idle := func(state string) {
		t.Helper()
		if got := d.due(d.now); got != never {
			t.Errorf("%s: the core is due at %v, want never", state, got)
		}
		if p := d.next(d.now); p != nil {
			t.Errorf("%s: the core fetches %q by itself", state, d.asked(p))
		}
	}
	idle("cold")
	d.reads()
	d.begins("a", "b")
	if got := d.due(d.now); got != never {
		t.Errorf("fetching: the core is due at %v, want never", got)
	}
	d.lands()
	idle("fresh")
	d.at(time.Minute)
	idle("expired")
	d.throttles("b")
	delete(d.texts, "a")
	d.reads()
	d.begins("a", "b")
	d.lands()
	idle("backing off")
	d.at(time.Hour)
	idle("backed off, past the limit")
	d.throttles()
	d.reads()
	d.begins("a", "b")
	d.lands()
	idle("with a name that is not found")
}

func TestAnAgeIsTheGreaterOfTheMonotonicAndTheWallClocks(t *testing.T) {
	const m = time.Minute
	for _, test := range []struct {
		name string
		now  instant
		want verdict
	}{
		{"both young", instant{m - 1, m - 1}, hit},
		{"monotonic at MaxAge", instant{m, 0}, stale},
		{"wall at MaxAge", instant{0, m}, stale},
		{"frozen process: wall far ahead, still within the limit", instant{1, 3*m - 1}, stale},
		{"frozen process: wall at the limit", instant{1, 3 * m}, miss},
		{"wall stepped back: monotonic at the limit", instant{3 * m, -time.Hour}, miss},
		{"wall stepped back: monotonic young", instant{m - 1, -time.Hour}, hit},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := warm(t, Policy{MaxAge: m, MaxStale: 2 * m, OnRead: true}, least, "a")
			d.now = test.now
			d.judges("a", test.want)
			d.reads()
			if test.want == hit {
				d.begins()
			} else {
				d.begins("a") // the loop agrees with the reader
			}
		})
	}
}

func TestADeadlineIsReachedByEitherClock(t *testing.T) {
	deadline := instant{10, 20}
	for _, test := range []struct {
		now     instant
		reached bool
		until   time.Duration
	}{
		{instant{0, 0}, false, 10},
		{instant{9, 19}, false, 1},
		{instant{5, 19}, false, 1},
		{instant{10, 0}, true, 0},
		{instant{0, 20}, true, 0},
		{instant{-5, 18}, false, 2},
	} {
		if got := test.now.reached(deadline); got != test.reached {
			t.Errorf("%v reached %v: %v", test.now, deadline, got)
		}
		if got := test.now.until(deadline); got != test.until {
			t.Errorf("%v until %v: %v, want %v", test.now, deadline, got, test.until)
		}
	}
	if never.reached(never) {
		t.Error("never is reached")
	}
	if got := (instant{1, 2}).add(1<<63 - 2); got != (instant{1<<63 - 1, 1<<63 - 1}) {
		t.Errorf("a sum does not saturate: %v", got)
	}
	if got := earlier(instant{1, 9}, instant{2, 8}); got != (instant{1, 8}) {
		t.Errorf("earlier: %v", got)
	}
	if got := later(instant{1, 9}, instant{2, 8}); got != (instant{2, 9}) {
		t.Errorf("later: %v", got)
	}
}

func TestRefreshThatARecreatedNameCausesBacksOff(t *testing.T) {
	d := warm(t, onReadMinute, most, "a", "x")
	delete(d.texts, "x")
	d.at(time.Minute)
	d.reads()
	d.begins("a", "x")
	d.lands() // x is doubted
	d.texts["x"] = "2"
	fetches := 0
	for d.at(61 * time.Second); d.now.mono < 91*time.Second; d.at(d.now.mono + 10*time.Millisecond) {
		if d.snap.judge(d.slot("x"), d.now, d.snap.see(d.slot("x"))) != stale {
			continue
		}
		d.reads()
		if p := d.next(d.now); p != nil {
			fetches++
			if d.throttles(); p.whole { // the store bears x alone
				d.throttles("a", "x")
			}
			d.lands()
		}
		d.settles()
	}
	if fetches > 12 {
		t.Errorf("%d fetches in 30 s of throttling; the last one was failure %d in a row", fetches, d.snap.outage.fails)
	}
}

func TestValueOlderThanItsGroupByAClockThatWasSetBackIsFetchedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := newJumpyClock()
		store := ssmtest.New(ssmtest.Config{Clock: at})
		store.Put("/a", "1")
		store.Put("/b", "1")
		g := onClock(t, Policy{MaxAge: time.Minute, MaxStale: -1, OnRead: true}, store.Client(), at)
		at.stuck = func() {
			t.Error("a reader goes round and round")
			go func() { _ = g.Close() }()
		}
		g.add("/a")
		g.reads("/a", "1")
		at.jump(-2 * time.Minute)
		g.add("/b")
		g.reads("/b", "1")
		at.jump(2 * time.Minute)
		store.Put("/b", "2")
		g.reads("/b", "2")
	})
}
