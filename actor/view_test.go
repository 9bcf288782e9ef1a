package actor

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

func TestAViewHoldsTheValuesOfOneRefreshAndDoesNotAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, onReadMinute, "user", "password")
		view, err := g.View(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		g.store.Put("user", "2")
		g.store.Put("password", "2")
		time.Sleep(3 * time.Hour)
		for slot := range 2 {
			if p, err := view.Lookup(g.Actor, slot); err != nil || p.Text() != "1" {
				t.Errorf("the view has %q, %v, want the first refresh's value", p.Text(), err)
			}
		}
		view, err = g.View(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for slot := range 2 {
			if p, err := view.Lookup(g.Actor, slot); err != nil || p.Text() != "2" {
				t.Errorf("the next view has %q, %v, want the second refresh's value", p.Text(), err)
			}
		}
	})
}

func TestAViewFailsOnlyIfNothingCanBeServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, aheadOfMinute, "a")
		g.add("gone")
		view, err := g.View(t.Context())
		if err != nil {
			t.Fatalf("the view fails with %v", err)
		}
		if _, err := view.Lookup(g.Actor, g.slot["gone"]); !errors.Is(err, fetch.ErrNotFound) {
			t.Errorf("a name without a value gives %v, want its own error", err)
		}
		late := g.add("late")
		if _, err := view.Lookup(g.Actor, late); !errors.Is(err, errLaterHandle) {
			t.Errorf("a name added later gives %v, want an error of its own", err)
		}
		other := stock(t, aheadOfMinute, "a")
		if _, err := view.Lookup(other.Actor, 0); !errors.Is(err, errOtherGroup) {
			t.Errorf("a name of another group gives %v, want an error of its own", err)
		}
		if _, err := (View{}).Lookup(g.Actor, 0); !errors.Is(err, errNoView) {
			t.Errorf("the zero View gives %v, want an error of its own", err)
		}
		other.store.Fault(ssmtest.Fault{Code: "ThrottlingException"})
		if _, err := other.View(t.Context()); !throttled(err) {
			t.Errorf("a group without a value gives %v, want the store's error", err)
		}
	})
}

func TestAViewHasNoValuePastTheLimitWhenTheRefreshFails(t *testing.T) {
	for _, onRead := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			g := stock(t, Policy{MaxAge: time.Minute, MaxStale: time.Minute, OnRead: onRead}, "a")
			if err := g.Warm(t.Context()); err != nil {
				t.Fatal(err)
			}
			g.store.Fault(throttling)
			time.Sleep(2*time.Minute - 1)
			view, err := g.View(t.Context())
			if err != nil {
				t.Fatalf("on read %t: within the limit the view fails with %v", onRead, err)
			}
			if p, err := view.Lookup(g.Actor, 0); err != nil || p.Text() != "1" {
				t.Errorf("on read %t: the view has %q, %v", onRead, p.Text(), err)
			}
			time.Sleep(time.Minute)
			if _, err := g.View(t.Context()); !throttled(err) {
				t.Errorf("on read %t: past the limit the view gives %v, want the store's error", onRead, err)
			}
		})
	}
}

func TestAViewLeavesOutWhatItsRefreshDidNotBring(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, onReadMinute, "a", "denied", "doubted")
		g.reads("a", "1")
		g.store.Fault(ssmtest.Fault{Name: "denied", Code: "AccessDeniedException"})
		g.store.Delete("doubted")
		time.Sleep(time.Minute)
		view, err := g.View(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if p, err := view.Lookup(g.Actor, g.slot["a"]); err != nil || p.Text() != "1" {
			t.Errorf("the view has %q, %v for a", p.Text(), err)
		}
		if _, err := view.Lookup(g.Actor, g.slot["doubted"]); !errors.Is(err, errUnconfirmed) {
			t.Errorf("the view gives %v for doubted, want errUnconfirmed", err)
		}
		for _, name := range []string{"denied", "doubted"} {
			if _, err := view.Lookup(g.Actor, g.slot[name]); err == nil {
				t.Errorf("the view has a value for %s, of an earlier refresh", name)
			}
			g.reads(name, "1") // a read may have it
		}
	})
}
