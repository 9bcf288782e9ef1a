package koanf_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/benbjohnson/clock"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
	ssmkoanf "github.com/ssmcache/ssmcache/registry/koanf"
)

// watched returns a lab with three parameters below /app, a provider that has
// read them, and the calls of its watch.
func watched(t *testing.T, cfg registry.GroupConfig) (*lab, *ssmkoanf.Provider, calls) {
	t.Helper()
	l := open(t, cfg)
	for _, name := range []string{"a", "b", "c"} {
		l.store.Put("/app/"+name, "1")
	}
	p := l.provider(ssmkoanf.Config{Path: "/app"})
	l.reads(p, tree{"a": "1", "b": "1", "c": "1"})
	got := newCalls()
	if err := p.Watch(got.add); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Unwatch() })
	synctest.Wait()
	return l, p, got
}

func TestWatchCallsOnceForAllThatARefreshChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, p, got := watched(t, registry.GroupConfig{})
		time.Sleep(10*time.Second + time.Second/2)
		got.are(t)
		l.store.Put("/app/a", "2")
		l.store.Put("/app/b", "2")
		l.refresh()
		synctest.Wait()
		got.are(t) // not before the next look
		time.Sleep(time.Second / 2)
		synctest.Wait()
		got.are(t, "changed")
		l.reads(p, tree{"a": "2", "b": "2", "c": "1"})
		time.Sleep(time.Minute)
		got.are(t)
	})
}

func TestWatchDoesNotCallForARefreshThatChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, _, got := watched(t, registry.GroupConfig{})
		l.store.Put("/app/a", "1") // another version of the same value
		l.refresh()
		time.Sleep(5 * time.Second)
		got.are(t)
	})
}

func TestWatchCallsWhenAStringBecomesAList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, p, got := watched(t, registry.GroupConfig{})
		l.store.Delete("/app/a")
		l.store.PutList("/app/a", "1")
		l.refresh()
		time.Sleep(time.Second)
		synctest.Wait()
		got.are(t, "changed")
		l.reads(p, tree{"a": []string{"1"}, "b": "1", "c": "1"})
	})
}

func TestWatchReadsOnlyAfterAFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{}, "/a")
		l.store.Put("/a", "1")
		var keys atomic.Int64
		p := l.provider(ssmkoanf.Config{Key: func(name string) string { keys.Add(1); return "a" }})
		l.reads(p, tree{"a": "1"})
		if err := p.Watch(newCalls().add); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		l.refresh()
		time.Sleep(time.Hour)
		if n := keys.Load(); n != 4 { // Read before and after the fetch, the first look, and the refresh
			t.Errorf("the one parameter was read %d times", n)
		}
	})
}

func TestWatchSeesBackgroundRefreshes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, p, got := watched(t, registry.GroupConfig{MaxAge: time.Minute, Mode: registry.RefreshAhead})
		l.store.Put("/app/a", "2")
		time.Sleep(time.Minute)
		synctest.Wait()
		got.are(t, "changed")
		l.reads(p, tree{"a": "2", "b": "1", "c": "1"})
	})
}

func TestWatchCallsWhenParametersAppearAndVanish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, p, got := watched(t, registry.GroupConfig{})
		l.store.Put("/app/d", "1")
		l.refresh()
		time.Sleep(time.Second)
		synctest.Wait()
		got.are(t, "changed")
		l.reads(p, tree{"a": "1", "b": "1", "c": "1", "d": "1"})
		l.store.Delete("/app/a")
		l.refresh()
		time.Sleep(time.Second)
		synctest.Wait()
		got.are(t, "changed")
		l.reads(p, tree{"b": "1", "c": "1", "d": "1"})
	})
}

func TestWatchDoesNotCallWhileADeletionIsUnconfirmed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, p, got := watched(t, registry.GroupConfig{MaxAge: time.Minute, Mode: registry.RefreshAhead})
		l.store.Delete("/app/a")
		fetches := l.Stats().Fetches
		for l.Stats().Fetches == fetches {
			time.Sleep(10 * time.Millisecond)
		}
		l.reads(p, tree{"a": "1", "b": "1", "c": "1"}) // doubted
		l.store.Put("/app/a", "1")
		time.Sleep(2 * time.Minute)
		got.are(t) // deleted and created again: nothing has changed
		l.store.Delete("/app/a")
		time.Sleep(2 * time.Minute)
		got.are(t, "changed")
		l.reads(p, tree{"b": "1", "c": "1"})
	})
}

func TestWatchTellsAtOnceWhatChangedSinceTheLastRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{}, "/a")
		l.store.Put("/a", "1")
		p := l.provider(ssmkoanf.Config{})
		l.reads(p, tree{"a": "1"})
		l.store.Put("/a", "2")
		l.refresh()
		got := newCalls()
		if err := p.Watch(got.add); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		got.are(t, "changed")
	})
}

func TestWatchWithoutAReadTellsOfTheFirstValues(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{}, "/a")
		l.store.Put("/a", "1")
		p, got := l.provider(ssmkoanf.Config{}), newCalls()
		if err := p.Watch(got.add); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		got.are(t)
		if n := l.store.CallCount(); n != 0 {
			t.Errorf("a watch made %d API calls", n)
		}
		if err := l.Warm(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		got.are(t, "changed")
	})
}

func TestWatchFetchesNothingWhereReadsRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, p, got := watched(t, registry.GroupConfig{MaxAge: time.Minute, Mode: registry.RefreshOnRead})
		l.store.ResetCalls()
		l.store.Put("/app/a", "2")
		time.Sleep(time.Hour)
		got.are(t)
		if n := l.store.CallCount(); n != 0 {
			t.Errorf("%d API calls", n)
		}
		l.reads(p, tree{"a": "2", "b": "1", "c": "1"})
		time.Sleep(time.Second)
		synctest.Wait()
		got.are(t, "changed") // who reads need not be who loads
	})
}

func TestWatchTellsOnceThatReadsFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{}, "/a", "/b")
		l.store.PutSecure("/a", "canary")
		l.store.Put("/b", "1")
		p, got := l.provider(ssmkoanf.Config{}), newCalls()
		l.reads(p, tree{"a": "canary", "b": "1"})
		if err := p.Watch(got.add); err != nil {
			t.Fatal(err)
		}
		l.store.Delete("/b")
		for range 3 {
			_ = l.Refresh(t.Context())
			time.Sleep(2 * time.Second)
		}
		if len(got) != 1 {
			t.Fatalf("%d calls", len(got))
		}
		if text := <-got; !strings.Contains(text, `"/b": parameter not found`) || strings.Contains(text, "canary") {
			t.Error(text)
		}
		l.store.Put("/b", "1")
		l.refresh()
		time.Sleep(2 * time.Second)
		got.are(t) // as it was
		l.store.Delete("/b")
		_ = l.Refresh(t.Context())
		time.Sleep(2 * time.Second)
		if len(got) != 1 {
			t.Errorf("%d calls for the second failure", len(got))
		}
	})
}

func TestWatchDoesNotCallForANameThatHasNotBeenFetchedYet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{}, "/a")
		l.store.Put("/a", "1")
		l.store.Put("/b", "1")
		p, got := l.provider(ssmkoanf.Config{}), newCalls()
		l.reads(p, tree{"a": "1"})
		if err := p.Watch(got.add); err != nil {
			t.Fatal(err)
		}
		l.store.SetLatency(time.Second)
		go l.Refresh(t.Context())
		synctest.Wait()
		b, err := l.Parameter("/b") // during the fetch
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		got.are(t)
		if _, err := b.Get(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		got.are(t, "changed")
	})
}

func TestUnwatchWaitsForTheCallback(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{}, "/a")
		l.store.Put("/a", "1")
		p := l.provider(ssmkoanf.Config{})
		returned := false
		if err := p.Watch(func(any, error) { time.Sleep(time.Hour); returned = true }); err != nil {
			t.Fatal(err)
		}
		l.refresh()
		time.Sleep(time.Minute)
		if err := p.Unwatch(); err != nil || !returned {
			t.Errorf("%v; the callback has returned: %v", err, returned)
		}
	})
}

func TestUnwatchEndsTheCallsAndAnotherWatchMayBegin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, p, first := watched(t, registry.GroupConfig{})
		if err := p.Watch(first.add); err == nil {
			t.Error("two watches at once")
		}
		for range 2 {
			if err := p.Unwatch(); err != nil {
				t.Error(err)
			}
		}
		l.store.Put("/app/a", "2")
		l.refresh()
		time.Sleep(time.Minute)
		first.are(t)
		second := newCalls()
		if err := p.Watch(second.add); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		second.are(t, "changed")
		first.are(t)
	})
}

func TestTheProvidersContextEndsTheWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, _, got := watched(t, registry.GroupConfig{})
		l.cancel()
		synctest.Wait()
		l.store.Put("/app/a", "2")
		l.refresh()
		time.Sleep(time.Minute)
		got.are(t)
	})
}

func TestAClosedGroupEndsTheWatchWithItsError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, p, got := watched(t, registry.GroupConfig{})
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		got.are(t, registry.ErrClosed.Error())
		if err := p.Unwatch(); err != nil {
			t.Error(err)
		}
	})
}

func TestWatchLooksByTheGivenClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := clock.NewMock()
		store := ssmtest.New(ssmtest.Config{Clock: mock})
		store.Put("/a", "1")
		reg, err := registry.Open(t.Context(), registry.Config{Client: store.Client(), Clock: mock})
		if err != nil {
			t.Fatal(err)
		}
		defer reg.Close()
		h, err := reg.Parameter("/a", registry.GroupConfig{Name: "g"})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		p, got := ssmkoanf.New(ctx, reg.Groups()[0], ssmkoanf.Config{Clock: mock}), newCalls()
		if _, err := p.Read(); err != nil {
			t.Fatal(err)
		}
		if err := p.Watch(got.add); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		store.Put("/a", "2")
		if err := h.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		got.are(t)
		mock.Add(time.Second)
		synctest.Wait()
		got.are(t, "changed")
	})
}
