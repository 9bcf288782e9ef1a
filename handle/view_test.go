package handle_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

// Rule 29.

func TestViewNeverMixesRefreshes(t *testing.T) {
	for _, mode := range []registry.RefreshMode{registry.RefreshAhead, registry.RefreshOnRead} {
		synctest.Test(t, func(t *testing.T) {
			l := open(t, registry.GroupConfig{MaxAge: 10 * time.Second, Mode: mode})
			user := l.put("/user", "0")
			for i := range 20 { // so that the two are in different batches
				l.put("/n/"+strconv.Itoa(i), "x")
			}
			password := l.put("/password", "0")
			l.store.SetLatencyFunc(func(c ssmtest.Call) time.Duration { // the batches overtake each other
				return time.Duration((c.Start.UnixMilli()/7+int64(len(c.Names[0])*170))%400) * time.Millisecond
			})
			l.view()
			for i := range 500 {
				text := strconv.Itoa(i)
				l.store.Put("/user", text)
				l.store.Put("/password", text)
				time.Sleep(time.Duration(i%13) * 100 * time.Millisecond)
				view := l.view()
				u, err := view.Get(user)
				if err != nil {
					t.Fatal(err)
				}
				p, err := view.Get(password)
				if err != nil {
					t.Fatal(err)
				}
				if u != p {
					t.Fatalf("%v: user %s, password %s", mode, u, p)
				}
			}
			if u := l.get(user); u == "0" {
				t.Errorf("%v: nothing was refreshed", mode)
			}
		})
	}
}

func TestRefreshThatFailsInOneBatchShowsNothingOfTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{MaxAge: time.Hour})
		user := l.put("/user", "old")
		for i := range 9 {
			l.put("/n/"+strconv.Itoa(i), "x")
		}
		password := l.put("/password", "old")
		l.get(user)
		l.store.Put("/user", "new")
		l.store.Put("/password", "new")
		mend := l.store.Fault(ssmtest.Fault{Name: "/password", Code: "ThrottlingException"})
		if err := l.group.Refresh(t.Context()); !isAPIError(err, "ThrottlingException") {
			t.Errorf("Refresh: %v", err)
		}
		if u, p := l.get(user), l.get(password); u != "old" || p != "old" {
			t.Errorf("user %s, password %s", u, p)
		}
		mend()
		l.refresh()
		if u, p := l.get(user), l.get(password); u != "new" || p != "new" {
			t.Errorf("user %s, password %s", u, p)
		}
	})
}

func TestViewDoesNotAge(t *testing.T) {
	for _, mode := range []registry.RefreshMode{registry.RefreshAhead, registry.RefreshOnRead} {
		synctest.Test(t, func(t *testing.T) {
			l := open(t, registry.GroupConfig{MaxAge: time.Minute, MaxStale: -1, Mode: mode})
			h := l.put("/a", "old")
			view := l.view()
			l.store.Put("/a", "new")
			time.Sleep(time.Hour)
			if text := l.get(h); text != "new" {
				t.Errorf("%v: Get: %q", mode, text)
			}
			if text, err := view.Get(h); err != nil || text != "old" {
				t.Errorf("%v: the view: %q, %v", mode, text, err)
			}
			if err := l.group.Close(); err != nil {
				t.Fatal(err)
			}
			if text, err := view.Get(h); err != nil || text != "old" {
				t.Errorf("%v: the view after Close: %q, %v", mode, text, err)
			}
		})
	}
}

func TestNameWithoutAValueGivesItsOwnErrorInAView(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{})
		a, none, denied := l.put("/a", "a"), l.parameter("/none"), l.put("/denied", "old")
		before := l.view()
		if text, err := before.Get(denied); err != nil || text != "old" {
			t.Errorf("%q, %v", text, err)
		}
		l.store.Fault(ssmtest.Fault{Name: "/denied", Code: "AccessDeniedException"})
		_ = l.group.Refresh(t.Context())
		later := l.put("/later", "x")
		other := open(t, registry.GroupConfig{}).put("/a", "a")
		view := before
		for what, v := range map[string]handle.View{"before": before, "after": l.view()} {
			if text, err := v.Get(a); err != nil || text != "a" {
				t.Errorf("%s: %q, %v", what, text, err)
			}
			var fact *fetch.Error
			if _, err := v.Lookup(none); !errors.Is(err, fetch.ErrNotFound) || !errors.As(err, &fact) || fact.Name != "/none" {
				t.Errorf("%s: not found: %v", what, err)
			}
			if _, err := v.Get(other); err == nil || !strings.Contains(err.Error(), "another group") {
				t.Errorf("%s: a handle of another group: %v", what, err)
			}
			if what == "after" {
				view = v
			}
		}
		if _, err := before.Get(later); err == nil || !strings.Contains(err.Error(), "after the view") {
			t.Errorf("a handle made later: %v", err)
		}
		if text, err := view.Get(later); err != nil || text != "x" {
			t.Errorf("a handle made before: %q, %v", text, err)
		}
		if text := l.get(denied); text != "old" {
			t.Errorf("the last good value is not served: %q", text)
		}
		if text, err := view.Get(denied); !isAPIError(err, "AccessDeniedException") {
			t.Errorf("a value of an earlier refresh in a view: %q, %v", text, err)
		}
		if _, err := (handle.View{}).Get(a); err == nil || !strings.Contains(err.Error(), "zero View") {
			t.Errorf("the zero View: %v", err)
		}
	})
}

func TestValueKeptUntilItsLossIsConfirmedIsNotInAView(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{MaxAge: time.Minute, Mode: registry.RefreshOnRead})
		gone, a := l.put("/gone", "old"), l.put("/a", "a")
		l.view()
		l.store.Delete("/gone")
		time.Sleep(time.Minute)
		view := l.view()
		if text := l.get(gone); text != "old" {
			t.Errorf("Get: %q", text)
		}
		if text, err := view.Get(gone); err == nil || !strings.Contains(err.Error(), "/gone") {
			t.Errorf("in the view: %q, %v", text, err)
		}
		if text, err := view.Get(a); err != nil || text != "a" {
			t.Errorf("%q, %v", text, err)
		}
	})
}

func TestViewFailsOnlyIfNothingCanBeServed(t *testing.T) {
	for _, mode := range []registry.RefreshMode{registry.RefreshAhead, registry.RefreshOnRead} {
		synctest.Test(t, func(t *testing.T) {
			l := open(t, registry.GroupConfig{MaxAge: time.Minute, MaxStale: time.Minute, Mode: mode})
			mend := l.breakStore()
			h := l.put("/a", "a")
			if _, err := l.group.View(t.Context()); !isAPIError(err, "InternalServerError") {
				t.Errorf("%v: a cold group of a broken store: %v", mode, err)
			}
			mend()
			time.Sleep(time.Second)
			l.view()
			l.breakStore()
			time.Sleep(90 * time.Second)
			view := l.view() // stale
			if text, err := view.Get(h); err != nil || text != "a" {
				t.Errorf("%v: %q, %v", mode, text, err)
			}
			time.Sleep(time.Minute)
			if _, err := l.group.View(t.Context()); !isAPIError(err, "InternalServerError") {
				t.Errorf("%v: past the limit: %v", mode, err)
			}
		})
	}
}

func TestViewOfAGroupWithoutNamesIsEmpty(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{})
		l.view()
		l.calls(0)
	})
}
