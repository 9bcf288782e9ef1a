package actor

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

func TestTimesOfStatsAreRightAfterAMachineWasSuspendedOrItsClockSet(t *testing.T) {
	for _, onRead := range []bool{false, true} {
		for _, jump := range []time.Duration{0, 8 * time.Hour, -8 * time.Hour} {
			synctest.Test(t, func(t *testing.T) {
				at := newJumpyClock()
				store := ssmtest.New(ssmtest.Config{Clock: at})
				store.Put("/a", "1")
				g := onClock(t, Policy{MaxAge: time.Hour, OnRead: onRead}, store.Client(), at)
				g.add("/a")
				g.reads("/a", "1")
				at.jump(jump)
				oldest, now := g.Stats().Oldest, at.Now()
				if age := now.Round(0).Sub(oldest.Round(0)); age != max(jump, 0) {
					t.Errorf("clock set by %v: the values are said to be %v old", jump, age)
				}
				time.Sleep(time.Minute)
				if err := g.Refresh(t.Context()); err != nil {
					t.Fatal(err)
				}
				p, _ := g.Peek(g.slot["/a"])
				if got := g.Stats().Oldest; got.UnixNano() != p.FetchedAt().UnixNano() {
					t.Errorf("clock set by %v: Oldest is %v, the value was fetched at %v", jump, got, p.FetchedAt())
				}
				store.Fault(ssmtest.Fault{Code: "InternalServerError"})
				_ = g.Refresh(t.Context())
				if s, now := g.Stats(), at.Now(); s.Since.UnixNano() != now.UnixNano() || s.BackOff.UnixNano() <= now.UnixNano() || s.BackOff.After(now.Add(firstBackoff)) {
					t.Errorf("clock set by %v: failing since %v, backing off until %v, now %v", jump, s.Since, s.BackOff, now)
				}
			})
		}
	}
}
