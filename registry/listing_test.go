package registry_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

// twoListings lists /app, one level of it, and /app/db, which brings pw. Their
// calls take 10 ms.
func twoListings(l *lab, cfg registry.GroupConfig) (g *registry.Group, pw *handle.Handle) {
	l.Helper()
	g = l.group(cfg)
	l.store.Put("/app/a", "a")
	l.store.Put("/app/db/pw", "pw")
	l.list(g, "/app", registry.PathOptions{OneLevel: true})
	pw = l.list(g, "/app/db", registry.PathOptions{})[0]
	l.gives(pw, "pw")
	l.store.SetLatency(10 * time.Millisecond)
	return g, pw
}

func TestParameterOfAThrottledListingIsNotReportedAsNotFoundByAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		_, pw := twoListings(l, registry.GroupConfig{MaxAge: 10 * time.Second, MaxStale: 10 * time.Second, Mode: registry.RefreshAhead})
		l.store.Fault(ssmtest.Fault{Name: "/app/db", Code: "ThrottlingException"})
		time.Sleep(time.Minute)
		if _, err := pw.Get(t.Context()); !isAPIError(err, "ThrottlingException") {
			t.Errorf("the error is %v", err)
		}
	})
}

func TestListingThatCannotHoldAParameterDoesNotConfirmThatItIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		_, pw := twoListings(l, registry.GroupConfig{MaxAge: time.Minute, Mode: registry.RefreshOnRead})
		time.Sleep(time.Minute)
		l.store.Delete("/app/db/pw")
		l.gives(pw, "pw") // one listing did not have it
		l.store.Put("/app/db/pw", "pw2")
		l.store.Fault(ssmtest.Fault{Name: "/app/db", Code: "ThrottlingException"})
		time.Sleep(2 * time.Second)
		l.gives(pw, "pw")
	})
}

func TestListingThatMayHoldAParameterAndFailsLeavesItInDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{MaxAge: time.Minute, Mode: registry.RefreshOnRead})
		l.store.Put("/app/a", "a")
		l.store.PutList("/app/b", "b")
		a := l.list(g, "/app", registry.PathOptions{Filters: []fetch.Filter{fetch.TypeFilter("String")}})[0]
		l.list(g, "/app", registry.PathOptions{Filters: []fetch.Filter{fetch.TypeFilter("StringList")}})
		time.Sleep(time.Minute)
		l.store.Delete("/app/a")
		l.gives(a, "a")
		l.store.Put("/app/a", "a2")
		l.store.Fault(ssmtest.Fault{Name: "/app", Code: "ThrottlingException", Times: 1}) // of the two listings, one
		l.store.SetLatency(10 * time.Millisecond)
		time.Sleep(2 * time.Second)
		l.gives(a, "a")
	})
}

func TestDeniedListingThatCannotHoldAParameterDoesNotKeepIt(t *testing.T) {
	l := open(t, registry.Config{})
	g, pw := twoListings(l, registry.GroupConfig{})
	l.store.Fault(ssmtest.Fault{Name: "/app", Code: "AccessDeniedException"})
	l.store.Delete("/app/db/pw")
	_ = g.Refresh(t.Context())
	l.fails(pw, fetch.ErrNotFound)
}

func TestViewDoesNotWaitForAParameterThatVanishedFromItsListing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g, pw := twoListings(l, registry.GroupConfig{})
		l.store.Delete("/app/db/pw")
		l.refresh(g)
		time.Sleep(time.Hour)
		l.store.ResetCalls()
		if _, err := g.View(t.Context()); err != nil {
			t.Fatal(err)
		}
		l.calls(0)
		l.fails(pw, fetch.ErrNotFound) // a read of its own asks for it
		l.calls(1)
	})
}

func TestSlowStoreAndOneThrottleDoNotKeepAGroupFromRefreshingAsAWhole(t *testing.T) {
	for _, mode := range []registry.RefreshMode{registry.RefreshAhead, registry.RefreshOnRead} {
		synctest.Test(t, func(t *testing.T) {
			l := open(t, registry.Config{})
			g := l.group(registry.GroupConfig{MaxAge: 10 * time.Second, MaxStale: -1, Mode: mode})
			hs := l.put(g, numbered(11)...)
			l.get(hs[0])
			l.store.SetLatency(6 * time.Second)
			l.store.Fault(ssmtest.Fault{Name: hs[10].Name(), Code: "ThrottlingException", Times: 1})
			whole := func() bool {
				first, ok := hs[0].Peek()
				last, too := hs[10].Peek()
				return ok && too && first.FetchedAt().Equal(last.FetchedAt())
			}
			time.Sleep(10 * time.Second)
			for begin := time.Now(); !whole() || g.Err() != nil; time.Sleep(500 * time.Millisecond) {
				_, _ = hs[0].Get(t.Context())
				_, _ = hs[10].Get(t.Context())
				if time.Since(begin) > time.Minute {
					t.Fatalf("%v: a minute later no refresh has brought both batches: %v", mode, g.Err())
				}
			}
		})
	}
}
