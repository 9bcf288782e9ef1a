package actor

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

func TestTheActorRefreshesAheadOfMaxAgeWithoutAReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, Policy{MaxAge: 100 * time.Second, MaxStale: time.Hour}, "a")
		g.reads("a", "1")
		synctest.Wait()
		time.Sleep(time.Hour)
		calls := g.store.Calls()
		last := g.began
		for i, c := range calls[1:] {
			least, most := 70*time.Second, 90*time.Second
			if i == 0 {
				least = 10 * time.Second
			}
			if gap := c.Start.Sub(last); gap < least || gap > most {
				t.Errorf("refresh %d begins %v after the last, want %v to %v", i+1, gap, least, most)
			}
			last = c.Start
		}
		if n := len(calls); n < 41 || n > 53 {
			t.Errorf("%d calls in an hour", n)
		}
		if text, ok := g.Text(0); !ok || text != "1" {
			t.Errorf("the value is %q (%t) after an hour", text, ok)
		}
	})
}

func TestTheActorTakesValuesAwayByItsOwnTimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, Policy{MaxAge: time.Minute, MaxStale: time.Minute}, "a")
		g.reads("a", "1")
		g.store.Fault(ssmtest.Fault{Hang: true})
		time.Sleep(2*time.Minute - 1)
		if text, ok := g.Text(0); !ok || text != "1" {
			t.Errorf("just before the limit the value is %q (%t)", text, ok)
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if _, ok := g.Text(0); ok {
			t.Error("the value is served at the limit")
		}
		if _, ok := g.Peek(0); ok {
			t.Error("Peek gives the value at the limit")
		}
	})
}

func TestAWarmGroupServesItsValuesThroughAnOutage(t *testing.T) {
	for name, p := range map[string]Policy{"ahead": aheadOfMinute, "on read": onReadMinute} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := stock(t, p, "a")
				g.reads("a", "1")
				remove := g.store.Fault(throttling)
				for range 60 {
					time.Sleep(time.Minute)
					took(t, 0, func() { g.reads("a", "1") })
				}
				if err := g.Err(); !throttled(err) {
					t.Errorf("Err gives %v, want the store's error", err)
				}
				remove()
				g.store.Put("a", "2")
				time.Sleep(30 * time.Second) // no outage is noticed to have ended later than that
				synctest.Wait()
				g.reads("a", "2")
				if err := g.Err(); err != nil {
					t.Errorf("after the outage Err gives %v", err)
				}
			})
		})
	}
}

func TestAnOutageCostsNoMoreThanTheBackOffAllows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, onReadMinute, "a")
		g.store.Fault(throttling)
		for range 600 {
			if _, err := g.Read(t.Context(), 0); !throttled(err) {
				t.Fatalf("a read gives %v, want the store's error", err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		calls := g.store.Calls()
		if len(calls) < 5 || len(calls) > 60 {
			t.Errorf("%d calls for 600 reads in a minute", len(calls))
		}
	})
}

func TestARefreshForRetryThatChangesNothingIsHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, Policy{}, "a")
		g.reads("a", "1")
		g.called("a")
		retry := ForRetry(t.Context())
		for range 3 {
			if err := g.Refresh(retry); err != nil {
				t.Errorf("Refresh gives %v", err)
			}
		}
		g.called("a")
		if err := g.Refresh(t.Context()); err != nil {
			t.Errorf("Refresh gives %v", err)
		}
		g.called("a")
	})
}

func TestRefreshSlotGivesTheOutcomeOfItsNameAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, aheadOfMinute, "a", "denied")
		gone := g.add("gone")
		g.store.Fault(ssmtest.Fault{Name: "denied", Code: "AccessDeniedException"})
		for slot, want := range map[int]string{0: "", 1: "denied", gone: "gone"} {
			err := g.RefreshSlot(t.Context(), slot)
			var e *fetch.Error
			if want == "" && err != nil || want != "" && (!errors.As(err, &e) || e.Name != want) {
				t.Errorf("slot %d: RefreshSlot gives %v, want an error of %q", slot, err, want)
			}
		}
	})
}

func TestAFixedActorServesItsValueOrItsErrorForEver(t *testing.T) {
	p := fetch.Parameter{}
	bad := Fixed("a", p, errDenied)
	if _, err := bad.Read(context.Background(), 0); !errors.Is(err, errDenied) {
		t.Errorf("a read gives %v, want the error", err)
	}
	if err := bad.RefreshSlot(context.Background(), 0); !errors.Is(err, errDenied) {
		t.Errorf("RefreshSlot gives %v, want the error", err)
	}
	d := drive(t, Policy{}, least, "a")
	good := Fixed("a", d.parameter("a", origin), nil)
	if text, ok := good.Text(0); !ok || text != "1" {
		t.Errorf("Text gives %q (%t)", text, ok)
	}
	if err := good.RefreshSlot(context.Background(), 0); err != nil {
		t.Errorf("RefreshSlot gives %v", err)
	}
	if err := good.Reject(context.Background(), 0, d.parameter("a", origin)); !errors.Is(err, ErrUnchanged) {
		t.Errorf("Reject gives %v, want ErrUnchanged", err)
	}
}
