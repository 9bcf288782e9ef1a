package actor

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
)

func TestAnExpiredReadWaitsForTheRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, onReadMinute, "a")
		g.reads("a", "1")
		g.store.Put("a", "2")
		g.store.SetLatency(900 * time.Millisecond)
		time.Sleep(time.Minute)
		took(t, 900*time.Millisecond, func() { g.reads("a", "2") })
	})
}

func TestAnExpiredReadWaitsAtMostUntilOneSecondAfterTheStartOfTheFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, onReadMinute, "a")
		g.reads("a", "1")
		g.store.Put("a", "2")
		g.store.SetLatency(5 * time.Second)
		time.Sleep(time.Minute)
		first := concurrently(func() error { _, err := g.Read(t.Context(), 0); return err })
		time.Sleep(300 * time.Millisecond)
		took(t, 700*time.Millisecond, func() { g.reads("a", "1") })
		if got := <-first; got.err != nil || got.after != time.Second {
			t.Errorf("the first read ends with %v after %v, want nil after 1 s", got.err, got.after)
		}
		took(t, 0, func() { g.reads("a", "1") })
		time.Sleep(4 * time.Second)
		synctest.Wait()
		took(t, 0, func() { g.reads("a", "2") })
	})
}

func TestFiftyReadsOfASlowStoreWaitOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, onReadMinute, "a", "b")
		g.reads("a", "1")
		g.store.SetLatency(8 * time.Second)
		time.Sleep(time.Minute)
		g.store.ResetCalls()
		took(t, time.Second, func() {
			for range 25 {
				g.reads("a", "1")
				g.reads("b", "1")
			}
		})
		g.called("a b")
	})
}

func TestAnExpiredReadWhoseContextEndsGetsTheStaleValueThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, onReadMinute, "a")
		g.reads("a", "1")
		g.store.SetLatency(5 * time.Second)
		time.Sleep(time.Minute)
		g.store.ResetCalls()
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		took(t, 200*time.Millisecond, func() {
			if p, err := g.Read(ctx, 0); err != nil || p.Text() != "1" {
				t.Errorf("the read gives %q, %v, want the stale value", p.Text(), err)
			}
		})
		g.called("a")
		time.Sleep(5 * time.Second) // the fetch went on
		took(t, 0, func() { g.reads("a", "1") })
		g.called()
	})
}

func TestAValuePastItsLimitIsWaitedForHoweverLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, Policy{MaxAge: time.Minute, MaxStale: time.Minute, OnRead: true}, "a")
		g.reads("a", "1")
		g.store.Put("a", "2")
		g.store.SetLatency(5 * time.Second)
		time.Sleep(2 * time.Minute)
		took(t, 5*time.Second, func() { g.reads("a", "2") })
	})
}

func TestAStoreSlowerThanMaxAgeIsNotAskedForEver(t *testing.T) {
	for _, onRead := range []bool{false, true} {
		for _, test := range []struct {
			name string
			call func(*group) error
		}{
			{"Read", func(g *group) error { _, err := g.Read(g.t.Context(), 0); return err }},
			{"View", func(g *group) error {
				v, err := g.View(g.t.Context())
				if err != nil {
					return err
				}
				_, err = v.Lookup(g.Actor, 0)
				return err
			}},
			{"Warm", func(g *group) error { return g.Warm(g.t.Context()) }},
			{"Refresh", func(g *group) error { return g.Refresh(g.t.Context()) }},
		} {
			t.Run(test.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					g := stock(t, Policy{MaxAge: time.Second, MaxStale: -1, OnRead: onRead}, "a")
					g.store.SetLatency(3 * time.Second)
					ended := concurrently(func() error { return test.call(g) })
					synctest.Wait()
					time.Sleep(time.Minute)
					synctest.Wait()
					select {
					case got := <-ended:
						if got.err != nil || got.after != 3*time.Second {
							t.Errorf("on read %t: it ends with %v after %v, want nil after 3 s", onRead, got.err, got.after)
						}
					default:
						t.Errorf("on read %t: it has not ended after a minute and %d calls", onRead, g.store.CallCount())
					}
				})
			})
		}
	}
}

func TestAnEndedContextStartsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, Policy{MaxAge: time.Minute, MaxStale: -1, OnRead: true}, "a")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		refuses := func() {
			t.Helper()
			_, read := g.Read(ctx, 0)
			_, view := g.View(ctx)
			for name, err := range map[string]error{"Read": read, "View": view, "Warm": g.Warm(ctx), "Refresh": g.Refresh(ctx), "Reject": g.Reject(ctx, 0, fetch.Parameter{})} {
				if !errors.Is(err, context.Canceled) {
					t.Errorf("%s gives %v, want the context's error", name, err)
				}
			}
			synctest.Wait()
			g.called()
		}
		refuses()
		g.reads("a", "1")
		g.called("a")
		time.Sleep(time.Minute)
		if _, err := g.Read(ctx, 0); !errors.Is(err, context.Canceled) {
			t.Errorf("a read past the limit gives %v, want the context's error", err)
		}
		g.called()
	})
}

func TestAHitDoesNotLookAtItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, onReadMinute, "a")
		g.reads("a", "1")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if p, err := g.Read(ctx, 0); err != nil || p.Text() != "1" {
			t.Errorf("a fresh read gives %q, %v", p.Text(), err)
		}
		time.Sleep(time.Minute)
		if p, err := g.Read(ctx, 0); err != nil || p.Text() != "1" {
			t.Errorf("an expired read gives %q, %v", p.Text(), err)
		}
		synctest.Wait()
		g.called("a")
	})
}

func TestALeavingReaderGetsItsContextsErrorJoinedWithTheLastFetchsAndTheFetchGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, aheadOfMinute, "a")
		remove := g.store.Fault(throttling)
		if _, err := g.Read(t.Context(), 0); !throttled(err) {
			t.Fatalf("the read gives %v, want the store's error", err)
		}
		remove()
		time.Sleep(time.Second)
		g.store.SetLatency(5 * time.Second)
		for name, call := range map[string]func(context.Context) error{
			"Read":    func(ctx context.Context) error { _, err := g.Read(ctx, 0); return err },
			"Warm":    g.Warm,
			"Refresh": g.Refresh,
			"View":    func(ctx context.Context) error { _, err := g.View(ctx); return err },
		} {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
			took(t, 10*time.Millisecond, func() {
				if err := call(ctx); !errors.Is(err, context.DeadlineExceeded) || !throttled(err) {
					t.Errorf("%s leaves with %v, want its context's error and the last fetch's", name, err)
				}
			})
			cancel()
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		took(t, 0, func() { g.reads("a", "1") })
	})
}
