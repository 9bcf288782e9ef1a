package registry_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

// Rule 21.

func TestCallerWhoseContextEndsLeavesAtOnceAndTheFetchGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{})
		h := l.put(g, "/a")[0]
		l.store.SetLatency(5 * time.Second)
		for what, call := range map[string]func(context.Context) error{
			"Get":        func(ctx context.Context) error { _, err := h.Get(ctx); return err },
			"Lookup":     func(ctx context.Context) error { _, err := h.Lookup(ctx); return err },
			"Refresh":    h.Refresh,
			"Warm":       l.Warm,
			"View":       func(ctx context.Context) error { _, err := g.View(ctx); return err },
			"Parameters": func(ctx context.Context) error { _, err := g.Parameters(ctx, "/p", registry.PathOptions{}); return err },
		} {
			ctx, cancel := timeoutAfter(70 * time.Millisecond)
			d := took(func() {
				if err := call(ctx); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%s: %v", what, err)
				}
			})
			cancel()
			if d != 70*time.Millisecond {
				t.Errorf("%s left after %v", what, d)
			}
		}
		time.Sleep(10*time.Second + time.Millisecond)
		if text := l.cached(h); text != "/a" {
			t.Errorf("the fetch brought %q", text)
		}
		for _, c := range l.store.Calls() {
			if c.Err != nil {
				t.Errorf("%s %v%v ended with %v", c.Operation, c.Names, c.Path, c.Err)
			}
		}
	})
}

func TestContextsErrorIsJoinedWithTheLastFetchsError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{})
		h := l.put(g, "/a")[0]
		l.breakStore()
		if _, err := h.Get(t.Context()); !isAPIError(err, "InternalServerError") {
			t.Fatal(err)
		}
		ctx, cancel := timeoutAfter(time.Hour)
		defer cancel()
		err := g.Warm(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || !isAPIError(err, "InternalServerError") {
			t.Errorf("Warm: %v", err)
		}
		l.store.SetLatency(time.Minute)
		time.Sleep(30 * time.Second) // the longest delay
		short, cancelShort := timeoutAfter(time.Millisecond)
		defer cancelShort()
		if _, err := h.Get(short); !errors.Is(err, context.DeadlineExceeded) || !isAPIError(err, "InternalServerError") {
			t.Errorf("Get: %v", err)
		}
		late, cancelLate := timeoutAfter(time.Millisecond)
		defer cancelLate()
		if err := g.Refresh(late); !errors.Is(err, context.DeadlineExceeded) || !isAPIError(err, "InternalServerError") {
			t.Errorf("Refresh: %v", err)
		}
	})
}

func TestColdReadOrRefreshWithAnEndedContextStartsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{})
		h := l.put(g, "/a")[0]
		_, getErr := h.Get(ended())
		_, lookupErr := h.Lookup(ended())
		_, viewErr := g.View(ended())
		_, listErr := g.Parameters(ended(), "/p", registry.PathOptions{})
		for i, err := range []error{getErr, lookupErr, viewErr, listErr, g.Warm(ended()), l.Warm(ended())} {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%d: %v", i, err)
			}
		}
		for range 30 {
			for i, r := range []handle.Refresher{h, g, l} {
				synctest.Wait() // the group's goroutine would receive
				if err := r.Refresh(ended()); !errors.Is(err, context.Canceled) {
					t.Errorf("%d: %v", i, err)
				}
			}
		}
		time.Sleep(time.Minute)
		l.calls(0)
	})
}

// Rule 22.

func Test100RefreshesDuringAFetchCauseOneMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{})
		h := l.put(g, "/a")[0]
		l.store.SetLatency(10 * time.Millisecond)
		l.gives(h, "/a")
		l.calls(1)
		var all sync.WaitGroup
		all.Go(func() { l.refresh(g) })
		time.Sleep(time.Millisecond)
		for i := range 100 {
			refresher := []handle.Refresher{g, h, l}[i%3]
			all.Go(func() {
				if d := took(func() { l.refresh(refresher) }); d != 19*time.Millisecond {
					t.Errorf("a refresh that came 1 ms after the start of a fetch took %v", d)
				}
			})
		}
		all.Wait()
		l.calls(2)
	})
}

func TestReadBegunAfterRefreshReturnedSeesWhatWasPutBeforeTheRefresh(t *testing.T) {
	for _, mode := range []registry.RefreshMode{registry.RefreshAhead, registry.RefreshOnRead} {
		synctest.Test(t, func(t *testing.T) {
			l := open(t, registry.Config{})
			g := l.group(registry.GroupConfig{MaxAge: time.Second, Mode: mode})
			h := l.put(g, "/a")[0]
			l.store.SetLatency(70 * time.Millisecond)
			l.gives(h, "/a")
			var all sync.WaitGroup
			ctx, cancel := timeoutAfter(time.Minute)
			defer cancel()
			for range 3 { // readers, so that fetches of their own are under way
				all.Go(func() {
					for ctx.Err() == nil {
						l.get(h)
						time.Sleep(33 * time.Millisecond)
					}
				})
			}
			for i := range 200 {
				text := time.Duration(i).String()
				l.store.Put("/a", text)
				l.refresh(g)
				l.gives(h, text)
				time.Sleep(time.Duration(i) * time.Millisecond)
			}
			cancel()
			all.Wait()
		})
	}
}

// Rule 23.

func TestHitDoesNotLookAtTheContext(t *testing.T) {
	for _, mode := range []registry.RefreshMode{registry.RefreshAhead, registry.RefreshOnRead} {
		synctest.Test(t, func(t *testing.T) {
			l := open(t, registry.Config{})
			g := l.group(registry.GroupConfig{MaxAge: time.Hour, Mode: mode})
			hit := l.put(g, "/a")[0]
			l.gives(hit, "/a")
			cold := l.put(g, "/b")[0]
			if text, err := hit.Get(ended()); err != nil || text != "/a" {
				t.Errorf("Get: %q, %v", text, err)
			}
			if p, err := hit.Lookup(ended()); err != nil || p.Text() != "/a" {
				t.Errorf("Lookup: %v", err)
			}
			if _, err := cold.Get(ended()); !errors.Is(err, context.Canceled) {
				t.Errorf("nothing cached: %v", err)
			}
		})
	}
}

func TestEndedContextIsToldWithTheErrorOfAGroupThatBacksOff(t *testing.T) {
	for _, mode := range []registry.RefreshMode{registry.RefreshAhead, registry.RefreshOnRead} {
		synctest.Test(t, func(t *testing.T) {
			l := open(t, registry.Config{})
			g := l.group(registry.GroupConfig{MaxAge: time.Hour, Mode: mode})
			h := l.put(g, "/a")[0]
			l.store.Fault(ssmtest.Fault{Code: "ThrottlingException"})
			_, _ = h.Get(t.Context())
			_, get := h.Get(ended())
			_, view := g.View(ended())
			_, list := g.Parameters(ended(), "/p", registry.PathOptions{})
			for what, err := range map[string]error{"Get": get, "View": view, "Parameters": list} {
				if !errors.Is(err, context.Canceled) || !isAPIError(err, "ThrottlingException") {
					t.Errorf("%v, %s: %v", mode, what, err)
				}
			}
			l.calls(1)
		})
	}
}

// Rule 24.

func TestHungOrSlowGroupsDelayNoOtherByMoreThanFetchTimeout(t *testing.T) {
	for what, client := range map[string]func(*lab) fetch.Client{
		"hung": func(l *lab) fetch.Client { return hung{l.store.Client()} },
		"slow": func(l *lab) fetch.Client { return slow{l.store.Client()} },
	} {
		synctest.Test(t, func(t *testing.T) {
			const timeout = 10 * time.Second
			l := open(t, registry.Config{MaxInFlight: 3, FetchTimeout: timeout})
			ctx, cancel := timeoutAfter(20 * time.Minute)
			defer cancel()
			var all sync.WaitGroup
			for range 3 { // as many as there are slots: who takes all three leaves some to the others
				noisy := l.group(registry.GroupConfig{Client: client(l)})
				l.put(noisy, numbered(500)...)
				all.Go(func() {
					for ctx.Err() == nil {
						_ = noisy.Refresh(ctx)
					}
				})
			}
			apart := l.group(registry.GroupConfig{Client: l.store.Client()})
			shared := l.group(registry.GroupConfig{Client: client(l)})
			l.put(apart, "/apart")
			l.put(shared, "/shared")
			waited := false
			for range 20 {
				time.Sleep(3 * time.Second)
				if d := took(func() { l.refresh(apart) }); d != 0 {
					t.Errorf("%s: a group of another client waited %v", what, d)
				}
				d := took(func() { l.refresh(shared) })
				if waited = waited || d > 0; d > timeout {
					t.Errorf("%s: a group of the same client waited %v", what, d)
				}
			}
			if !waited {
				t.Errorf("%s: the groups are not noisy", what)
			}
			cancel()
			all.Wait()
		})
	}
}

func TestAnyClientWillDoAnUncomparableTypeToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		l.store.Put("/a", "a")
		client := uncomparable{l.store.Client(), []string{"a slice"}}
		other, err := registry.Open(t.Context(), registry.Config{Client: client})
		if err != nil {
			t.Fatal(err)
		}
		one, err := other.Parameter("/a", registry.GroupConfig{})
		if err != nil {
			t.Fatal(err)
		}
		two, err := l.Parameter("/a", registry.GroupConfig{Client: client})
		if err != nil {
			t.Fatal(err)
		}
		three, err := l.Parameter("/a", registry.GroupConfig{Client: client})
		if err != nil {
			t.Fatal(err)
		}
		l.gives(one, "a")
		l.gives(two, "a")
		l.gives(three, "a")
		if err := other.Close(); err != nil {
			t.Fatal(err)
		}
	})
}
