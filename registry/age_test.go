package registry_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

// startsUnder returns the moments at which the store was called while d passed.
func (l *lab) startsUnder(d time.Duration) []time.Time {
	time.Sleep(d)
	var starts []time.Time
	for _, c := range l.store.Calls() {
		starts = append(starts, c.Start)
	}
	return starts
}

// Rule 14.

func TestRefreshAheadStartsFrom10To90PercentOfMaxAgeThenFrom70(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		firsts := map[time.Duration]bool{}
		for range 20 {
			l.store.ResetCalls()
			g := l.group(registry.GroupConfig{MaxAge: 100 * time.Second, Mode: registry.RefreshAhead})
			l.gives(l.put(g, "/a")[0], "/a")
			starts := l.startsUnder(20 * time.Minute)
			if err := g.Close(); err != nil {
				t.Fatal(err)
			}
			gaps := map[time.Duration]bool{}
			for i := range starts[1:] {
				gap, least := starts[i+1].Sub(starts[i]), 70*time.Second
				if i == 0 {
					least, firsts[gap] = 10*time.Second, true
				} else {
					gaps[gap] = true
				}
				if gap < least || gap > 90*time.Second {
					t.Errorf("refresh %d starts %v after the one before", i+1, gap)
				}
			}
			if n := len(starts) - 2; len(gaps) != n || n < 12 {
				t.Errorf("%d refreshes with %d different distances", n, len(gaps))
			}
		}
		if len(firsts) != 20 || spread(firsts) < 40*time.Second {
			t.Errorf("the first refreshes of 20 groups come after %v", firsts)
		}
	})
}

func spread(set map[time.Duration]bool) time.Duration {
	var all []time.Duration
	for d := range set {
		all = append(all, d)
	}
	return slices.Max(all) - slices.Min(all)
}

func TestRefreshAheadNeverLetsAReaderWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{MaxAge: time.Minute, Mode: registry.RefreshAhead})
		h := l.put(g, "/a")[0]
		l.gives(h, "/a")
		l.store.SetLatency(3 * time.Second)
		for version := range 10 {
			text := string(rune('a' + version))
			l.store.Put("/a", text)
			time.Sleep(time.Minute + 3*time.Second)
			if got := l.cached(h); got != text {
				t.Errorf("a minute and a call's time after the change, Get gives %q, want %q", got, text)
			}
		}
	})
}

func TestRefreshesOfASlowStoreStartAtLeastOneSecondApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		l.store.SetLatency(100 * time.Millisecond)
		g := l.group(registry.GroupConfig{MaxAge: time.Second, Mode: registry.RefreshAhead})
		l.gives(l.put(g, "/a")[0], "/a")
		for _, latency := range []time.Duration{100 * time.Millisecond, 999 * time.Millisecond, 5 * time.Second} {
			l.store.SetLatency(latency)
			l.store.ResetCalls()
			starts := l.startsUnder(time.Minute)
			for i := range starts[1:] {
				if gap := starts[i+1].Sub(starts[i]); gap < time.Second {
					t.Errorf("with a latency of %v, a refresh starts %v after the one before", latency, gap)
				}
			}
			if len(starts) < 10 {
				t.Errorf("with a latency of %v, there are %d refreshes in a minute", latency, len(starts))
			}
		}
	})
}

// Rule 15.

func TestRefreshOnReadDoesNothingInTheBackground(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{MaxAge: time.Minute, Mode: registry.RefreshOnRead})
		h := l.put(g, "/a")[0]
		l.gives(h, "/a")
		l.store.Put("/a", "new")
		l.calls(1)
		time.Sleep(time.Minute - time.Nanosecond)
		l.gives(h, "/a")
		l.calls(0)
		time.Sleep(time.Nanosecond)
		l.gives(h, "new")
		l.calls(1)
		time.Sleep(100 * time.Hour)
		l.calls(0)
	})
}

func TestReadsOfASlowStoreWaitOneSecondAltogetherAndGetTheOldValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{MaxAge: time.Minute, Mode: registry.RefreshOnRead})
		handles := l.put(g, numbered(50)...)
		l.gives(handles[0], handles[0].Name())
		time.Sleep(time.Minute)
		l.store.SetLatency(5 * time.Second)
		for _, h := range handles {
			l.store.Put(h.Name(), "new")
		}
		read := func(text func(*handle.Handle) string) {
			for _, h := range handles {
				l.gives(h, text(h))
			}
		}
		if d := took(func() { read((*handle.Handle).Name) }); d != time.Second {
			t.Errorf("50 reads of a slow store took %v", d)
		}
		time.Sleep(4*time.Second + time.Millisecond)
		if d := took(func() { read(func(*handle.Handle) string { return "new" }) }); d != 0 {
			t.Errorf("50 reads after the refresh took %v", d)
		}
	})
}

func TestReaderOfAnExpiredValueWhoseContextEndsGetsTheOldValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{MaxAge: time.Minute, Mode: registry.RefreshOnRead})
		h := l.put(g, "/a")[0]
		l.gives(h, "/a")
		time.Sleep(time.Minute)
		l.store.SetLatency(5 * time.Second)
		ctx, cancel := timeoutAfter(300 * time.Millisecond)
		defer cancel()
		d := took(func() {
			if text, err := h.Get(ctx); err != nil || text != "/a" {
				t.Errorf("%q, %v", text, err)
			}
		})
		if d != 300*time.Millisecond {
			t.Errorf("the read took %v", d)
		}
	})
}

func TestRefreshAutoRefreshesOnReadUnderLambdaAndAheadElsewhere(t *testing.T) {
	for function, ahead := range map[string]bool{"": true, "my-function": false} {
		t.Setenv("AWS_LAMBDA_FUNCTION_NAME", function)
		synctest.Test(t, func(t *testing.T) {
			l := open(t, registry.Config{})
			g := l.group(registry.GroupConfig{MaxAge: time.Minute})
			l.gives(l.put(g, "/a")[0], "/a")
			l.store.ResetCalls()
			time.Sleep(time.Hour)
			if calls := l.store.CallCount(); (calls > 0) != ahead {
				t.Errorf("with AWS_LAMBDA_FUNCTION_NAME=%q, there are %d calls in the background", function, calls)
			}
		})
	}
}

func TestValueWithoutMaxAgeNeverExpires(t *testing.T) {
	for _, mode := range []registry.RefreshMode{registry.RefreshAhead, registry.RefreshOnRead} {
		synctest.Test(t, func(t *testing.T) {
			l := open(t, registry.Config{})
			h := l.put(l.group(registry.GroupConfig{Mode: mode, MaxStale: -1}), "/a")[0]
			l.gives(h, "/a")
			l.store.Put("/a", "new")
			l.store.ResetCalls()
			time.Sleep(100_000 * time.Hour)
			if text := l.cached(h); text != "/a" {
				t.Errorf("%v: %q", mode, text)
			}
			l.calls(0)
		})
	}
}

func TestSumOfMaxAgeAndMaxStaleSaturates(t *testing.T) {
	for _, mode := range []registry.RefreshMode{registry.RefreshAhead, registry.RefreshOnRead} {
		synctest.Test(t, func(t *testing.T) {
			l := open(t, registry.Config{})
			h := l.put(l.group(registry.GroupConfig{Mode: mode, MaxAge: math.MaxInt64, MaxStale: math.MaxInt64}), "/a")[0]
			l.gives(h, "/a")
			time.Sleep(100_000 * time.Hour)
			if text := l.cached(h); text != "/a" {
				t.Errorf("%v: %q", mode, text)
			}
		})
	}
}

// Rules 16 and 17.

func TestNoValueIsServedPastMaxAgeAndMaxStale(t *testing.T) {
	for _, mode := range []registry.RefreshMode{registry.RefreshAhead, registry.RefreshOnRead} {
		for maxStale, limit := range map[time.Duration]time.Duration{0: 61 * time.Minute, 5 * time.Minute: 6 * time.Minute, -1: time.Minute} {
			synctest.Test(t, func(t *testing.T) {
				l := open(t, registry.Config{})
				g := l.group(registry.GroupConfig{MaxAge: time.Minute, MaxStale: maxStale, Mode: mode})
				h := l.put(g, "/a")[0]
				fetched := time.Now()
				l.gives(h, "/a")
				l.breakStore()
				for range 10 { // a failed refresh does not renew the value
					time.Sleep(limit / 11)
					l.gives(h, "/a")
				}
				time.Sleep(time.Until(fetched.Add(limit - time.Nanosecond)))
				l.gives(h, "/a")
				if p, ok := h.Peek(); !ok || !p.FetchedAt().Equal(fetched) {
					t.Errorf("%v, MaxStale %v: Peek before the limit: %v, fetched at %v", mode, maxStale, ok, p.FetchedAt())
				}
				time.Sleep(time.Nanosecond)
				synctest.Wait() // the group's timer runs
				if _, ok := h.Peek(); ok {
					t.Errorf("%v, MaxStale %v: Peek at the limit", mode, maxStale)
				}
				var fact *fetch.Error
				if text, err := h.Get(t.Context()); !isAPIError(err, "InternalServerError") || !errors.As(err, &fact) {
					t.Errorf("%v, MaxStale %v: Get at the limit: %q, %v", mode, maxStale, text, err)
				}
			})
		}
	}
}

func TestReadOfAStoreSlowerThanTheLimitGetsWhatItWaitedFor(t *testing.T) {
	for _, mode := range []registry.RefreshMode{registry.RefreshAhead, registry.RefreshOnRead} {
		synctest.Test(t, func(t *testing.T) {
			l := open(t, registry.Config{})
			l.store.SetLatency(9 * time.Second)
			g := l.group(registry.GroupConfig{MaxAge: time.Second, MaxStale: -1, Mode: mode})
			h := l.put(g, "/a")[0]
			for range 3 {
				for what, read := range map[string]func(context.Context) error{
					"Get":  func(ctx context.Context) error { _, err := h.Get(ctx); return err },
					"Warm": g.Warm,
					"View": func(ctx context.Context) error { _, err := g.View(ctx); return err },
				} {
					ctx, cancel := timeoutAfter(20 * time.Second) // two fetches, and a little
					if err := read(ctx); err != nil {
						t.Errorf("%v: %s: %v", mode, what, err)
					}
					cancel()
					time.Sleep(time.Minute)
				}
			}
		})
	}
}

// Rule 17.

func TestExplicitRefreshBelievesNotFoundAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{MaxAge: time.Minute})
		h := l.put(g, "/a")[0]
		l.gives(h, "/a")
		l.store.Delete("/a")
		if err := h.Refresh(t.Context()); !errors.Is(err, fetch.ErrNotFound) {
			t.Errorf("Refresh: %v", err)
		}
		l.fails(h, fetch.ErrNotFound)
	})
}

func TestReadBelievesNotFoundWhenASecondFetchSaysSoASecondLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{MaxAge: time.Minute, Mode: registry.RefreshOnRead})
		h := l.put(g, "/a")[0]
		l.gives(h, "/a")
		l.store.Delete("/a")
		time.Sleep(time.Minute)
		l.gives(h, "/a")
		time.Sleep(time.Second - time.Nanosecond)
		l.gives(h, "/a")
		l.calls(2)
		time.Sleep(time.Nanosecond)
		l.fails(h, fetch.ErrNotFound)
		l.calls(1)
	})
}

func TestParameterThatIsDeletedAndCreatedAgainIsNeverMissing(t *testing.T) {
	for _, mode := range []registry.RefreshMode{registry.RefreshAhead, registry.RefreshOnRead} {
		synctest.Test(t, func(t *testing.T) {
			l := open(t, registry.Config{})
			g := l.group(registry.GroupConfig{MaxAge: 10 * time.Second, Mode: mode})
			h := l.put(g, "/a")[0]
			l.gives(h, "/a")
			for range 500 {
				l.store.Delete("/a")
				time.Sleep(450 * time.Millisecond)
				l.gives(h, "/a")
				time.Sleep(450 * time.Millisecond)
				l.store.Put("/a", "/a")
				time.Sleep(1100 * time.Millisecond)
				l.gives(h, "/a")
			}
		})
	}
}

// Rule 20.

func TestPanicOfAClientIsAnErrorWithItsStackInTheLogAndTheGroupLivesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, logger := newLog()
		l := open(t, registry.Config{Logger: logger})
		g := l.group(registry.GroupConfig{MaxAge: time.Minute, Mode: registry.RefreshOnRead})
		h := l.put(g, "/a")[0]
		l.store.Fault(ssmtest.Fault{Panic: errors.New("hunter2"), Times: 1})
		_, err := h.Get(t.Context())
		var panicked *fetch.PanicError
		if !errors.As(err, &panicked) || panicked.Type != "*errors.errorString" {
			t.Errorf("the error is %v", err)
		}
		log.has(t, "*errors.errorString", "ssmtest.(*fate).wait")
		log.hasNot(t, "hunter2")
		time.Sleep(100 * time.Millisecond)
		l.gives(h, "/a")
	})
}

func TestAGroupThatHasLostEverythingGoesOnRefreshing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{MaxAge: time.Minute, Mode: registry.RefreshAhead})
		h := l.put(g, "/a")[0]
		l.gives(h, "/a")
		l.store.Delete("/a")
		time.Sleep(5 * time.Minute)
		if _, ok := h.Peek(); ok {
			t.Error("a deleted parameter has a value")
		}
		if _, err := g.View(t.Context()); !errors.Is(err, fetch.ErrNotFound) {
			t.Errorf("View of a group with nothing: %v", err)
		}
		l.store.Put("/a", "back")
		time.Sleep(time.Minute)
		synctest.Wait()
		if p, ok := h.Peek(); !ok || p.Text() != "back" {
			t.Errorf("a parameter that was created again: %v, %v", p, ok)
		}
	})
}
