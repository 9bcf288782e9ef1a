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

func TestWarmRetriesWithTheBackOffUntilEveryNameHasAValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, onReadMinute, "a", "b")
		g.store.Fault(ssmtest.Fault{Code: "ThrottlingException", Times: 5})
		if err := g.Warm(t.Context()); err != nil {
			t.Errorf("Warm fails with %v", err)
		}
		// Full jitter: the five delays add up to 3.1 s at the most.
		if took := time.Since(g.began); took <= 0 || took > 3100*time.Millisecond {
			t.Errorf("Warm took %v, want at most the five delays", took)
		}
		g.called("a b", "a b", "a b", "a b", "a b", "a b")
		g.reads("a", "1")
		g.reads("b", "1")
		if err := g.Warm(t.Context()); err != nil {
			t.Errorf("Warm of a warm group fails with %v", err)
		}
		g.called()
	})
}

func TestWarmReturnsDefiniteFailuresWhenAllNamesHaveAnOutcomeAndNamesEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, onReadMinute, "a", "denied")
		g.add("gone")
		g.store.Fault(ssmtest.Fault{Code: "ThrottlingException", Times: 2})
		g.store.Fault(ssmtest.Fault{Name: "denied", Code: "AccessDeniedException"})
		err := g.Warm(t.Context())
		for name, want := range map[string]bool{"a": false, "denied": true, "gone": true} {
			if names(err, name) != want {
				t.Errorf("Warm fails with %v; it names %s: %t, want %t", err, name, !want, want)
			}
		}
		if !errors.Is(err, fetch.ErrNotFound) {
			t.Errorf("Warm fails with %v, want ErrNotFound among it", err)
		}
		g.reads("a", "1")
	})
}

// names reports whether err holds a *fetch.Error of the name.
func names(err error, name string) bool {
	var e *fetch.Error
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range joined.Unwrap() {
			if names(one, name) {
				return true
			}
		}
		return false
	}
	return errors.As(err, &e) && e.Name == name
}

func TestWarmEndsWithItsContextJoinedWithTheLastError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, onReadMinute, "a")
		g.store.Fault(throttling)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		took(t, 10*time.Second, func() {
			if err := g.Warm(ctx); !errors.Is(err, context.DeadlineExceeded) || !throttled(err) || !names(err, "a") {
				t.Errorf("Warm ends with %v, want its context's error and the last fetch's", err)
			}
		})
	})
}

func TestWarmDoesNotMissAParameterThatVanishedFromAListing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, aheadOfMinute)
		g.store.Put("/p/x", "1")
		g.store.Put("/p/y", "1")
		path, err := fetch.ParsePath(fetch.BasePath{}, "/p", false, nil)
		if err != nil {
			t.Fatal(err)
		}
		g.AddPath(path)
		if err := g.Warm(t.Context()); err != nil {
			t.Fatalf("Warm fails with %v", err)
		}
		g.store.Delete("/p/x")
		if err := g.Refresh(t.Context()); err != nil {
			t.Errorf("Refresh fails with %v", err)
		}
		g.store.ResetCalls()
		if err := g.Warm(t.Context()); err != nil {
			t.Errorf("Warm fails with %v: nobody asked for /p/x", err)
		}
		g.called()
		name, _ := fetch.ParseName("/p/x")
		g.AddName(name)
		if err := g.Warm(t.Context()); !names(err, "/p/x") {
			t.Errorf("Warm fails with %v, want an error of /p/x, which has been asked for", err)
		}
	})
}

func TestWarmAfterCloseReturnsErrClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, aheadOfMinute, "a")
		g.store.Fault(throttling)
		warming := concurrently(func() error { return g.Warm(t.Context()) })
		time.Sleep(time.Second)
		_ = g.Close()
		synctest.Wait()
		if got := <-warming; !errors.Is(got.err, ErrClosed) || got.after != time.Second {
			t.Errorf("Warm ends with %v after %v, want ErrClosed after 1 s", got.err, got.after)
		}
		if err := g.Warm(t.Context()); !errors.Is(err, ErrClosed) {
			t.Errorf("Warm ends with %v, want ErrClosed", err)
		}
	})
}
