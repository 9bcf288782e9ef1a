package registry_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

// Rule 17.

func TestWarmDoesNotBelieveAtOnceThatANameWithAValueIsNotFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{MaxAge: time.Minute, Mode: registry.RefreshOnRead})
		h := l.put(g, "/a")[0]
		l.gives(h, "/a")
		time.Sleep(time.Minute)
		l.put(g, "/late")
		l.store.Delete("/a")
		if err := g.Warm(t.Context()); err != nil {
			t.Errorf("Warm: %v", err)
		}
		l.gives(h, "/a")
		time.Sleep(time.Second)
		l.fails(h, fetch.ErrNotFound)
	})
}

func TestRejectDoesNotBelieveAtOnceThatANameWithAValueIsNotFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		h := l.put(l.group(registry.GroupConfig{MaxAge: time.Hour}), "/a")[0]
		p := l.lookup(h)
		l.store.Delete("/a") // as a tool does that replaces it
		if err := h.Reject(t.Context(), p); err == nil {
			t.Error("there is no other value, and Reject returns nil")
		}
		l.gives(h, "/a")
	})
}

// Rule 20.

func TestPanicOfAnObserverIsLoggedWithItsTypeAndStackWithoutItsText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, logger := newLog()
		l := open(t, registry.Config{Logger: logger, Observer: &registry.Observer{
			FetchDone: func(context.Context, registry.FetchDone) { panic(errors.New("hunter2")) },
		}})
		h := l.put(l.group(registry.GroupConfig{Name: "g"}), "/a")[0]
		l.gives(h, "/a")
		synctest.Wait()
		log.has(t, "level=ERROR", "group=g", "*errors.errorString", "TestPanicOfAnObserver")
		log.hasNot(t, "hunter2")
	})
}

// Rule 24.

func TestAbandonedCallIsCountedAndLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, logger := newLog()
		client := &lingering{after: time.Minute, ended: make(chan struct{})}
		l := open(t, registry.Config{Logger: logger, FetchTimeout: time.Second})
		g := l.group(registry.GroupConfig{Name: "deaf", Client: client})
		h := l.parameter(g, "/a")
		if d := took(func() { _, _ = h.Get(t.Context()) }); d != 2*time.Second {
			t.Errorf("the read waited %v, want FetchTimeout and 1 s", d)
		}
		if n := g.Stats().Abandoned; n != 1 {
			t.Errorf("%d calls are counted as abandoned", n)
		}
		log.has(t, "abandoned")
		<-client.ended
		synctest.Wait()
		if n := g.Stats().Abandoned; n != 1 {
			t.Errorf("once it has returned, %d calls are counted as abandoned", n)
		}
	})
}

func TestEndOfAnOutageSaysHowLongItLasted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, logger := newLog()
		l := open(t, registry.Config{Logger: logger})
		g := l.group(registry.GroupConfig{Name: "g"})
		l.gives(l.put(g, "/a")[0], "/a")
		mend := l.breakStore()
		for range 3 {
			_ = g.Refresh(t.Context())
			time.Sleep(time.Minute)
		}
		mend()
		l.refresh(g)
		synctest.Wait()
		log.has(t, "group=g after=3m0s")
		if n := strings.Count(log.String(), "level=INFO"); n != 1 {
			t.Errorf("the end is told %d times: %s", n, log)
		}
	})
}

// Rule 14.

func TestAnObserverIsToldThatValuesAreStaleWhenTheyPassMaxAgeThoughTheStoreHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var began, ended []time.Duration
		opened := time.Now()
		l := open(t, registry.Config{Observer: &registry.Observer{
			StaleBegan: func(e registry.StaleBegan) { began = append(began, e.Time.Sub(opened)) },
			StaleEnded: func(e registry.StaleEnded) { ended = append(ended, e.Time.Sub(opened), e.Lasted) },
		}})
		g := l.group(registry.GroupConfig{MaxAge: time.Minute, MaxStale: 2 * time.Minute, Mode: registry.RefreshAhead})
		l.gives(l.put(g, "/a")[0], "/a")
		l.store.Fault(ssmtest.Fault{Hang: true})
		time.Sleep(time.Hour)
		synctest.Wait()
		if !slices.Equal(began, []time.Duration{time.Minute}) {
			t.Errorf("told that values are stale after %v, want 1 m", began)
		}
		if !slices.Equal(ended, []time.Duration{3 * time.Minute, 2 * time.Minute}) {
			t.Errorf("told that they are no more after %v, want 3 m, for 2 m", ended)
		}
	})
}

func TestStatsOfAClosedGroupStillSayWhatItHasDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{})
		h := l.put(g, "/a")[0]
		l.gives(h, "/a")
		l.store.Put("/a", "new")
		l.refresh(g)
		before := g.Stats()
		if err := g.Close(); err != nil {
			t.Fatal(err)
		}
		after := g.Stats()
		if after.Fetches != before.Fetches || after.Calls != before.Calls || after.Changes != before.Changes {
			t.Errorf("Stats after Close: %+v, before: %+v", after, before)
		}
	})
}

// Rule 20.

func TestPanicOfACallbackOfRetryIsLoggedWithItsTypeAndStackWithoutItsText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for what, opts := range map[string]handle.RetryOptions{
			"On":     {On: func(error) bool { panic("hunter2") }},
			"Before": {Before: func(context.Context) error { panic("hunter2") }},
		} {
			log, logger := newLog()
			l := open(t, registry.Config{Logger: logger})
			g := l.group(registry.GroupConfig{})
			for _, r := range []handle.Refresher{l.put(g, "/a")[0], g, l} {
				_, err := handle.Retry(t.Context(), r, opts, func(context.Context) (int, error) { return 0, errors.New("op") })
				if err == nil {
					t.Errorf("%s: no error", what)
				}
			}
			if n := strings.Count(log.String(), "TestPanicOfACallbackOfRetry"); n < 3 {
				t.Errorf("%s: %d stacks in the log, want 3:\n%s", what, n, log)
			}
			log.has(t, "type=string")
			log.hasNot(t, "hunter2")
		}
	})
}

// Rule 24, and what a closed group leaves behind.

func TestSecondCloseOfAGroupDoesNotTouchALaterGroupOfItsName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		first := l.group(registry.GroupConfig{Name: "g"})
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		second := l.group(registry.GroupConfig{Name: "g"})
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		if groups := l.Groups(); len(groups) != 1 || groups[0] != second {
			t.Errorf("the registry has %v", groups)
		}
	})
}

func TestGroupsShareTheSlotsOfTheirClientThoughAnotherHasBeenClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{MaxInFlight: 1})
		l.store.SetLatency(time.Second)
		one, two := l.group(registry.GroupConfig{}), l.group(registry.GroupConfig{})
		if err := two.Close(); err != nil {
			t.Fatal(err)
		}
		three := l.group(registry.GroupConfig{})
		l.put(one, "/a")
		l.put(three, "/b")
		if d := took(func() { l.refresh(l) }); d != 2*time.Second {
			t.Errorf("two calls of 1 s through one slot took %v", d)
		}
	})
}

func TestRefreshOfTheRegistryIsNoErrorThoughOneGroupIsClosedMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		l.store.SetLatency(time.Second)
		l.put(l.group(registry.GroupConfig{Name: "stays"}), "/a")
		goes := l.group(registry.GroupConfig{Name: "goes"})
		l.put(goes, "/b")
		time.AfterFunc(500*time.Millisecond, func() { _ = goes.Close() })
		l.refresh(l)
	})
}
