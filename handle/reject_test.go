package handle_test

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

// Rule 26: Reject.

func TestOnly1OutOf1000RejectionsOfOnePasswordCausesAFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{MaxAge: time.Hour})
		password := l.put("/password", "old")
		bad, err := password.Lookup(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		l.store.Put("/password", "new")
		l.store.SetLatency(10 * time.Millisecond)
		l.store.ResetCalls()
		var all sync.WaitGroup
		for i := range 1000 {
			all.Go(func() {
				time.Sleep(time.Duration(i) * 50 * time.Microsecond) // before, during and after the fetch
				if err := password.Reject(t.Context(), bad); err != nil {
					t.Error(err)
				}
				if text := l.get(password); text != "new" {
					t.Errorf("after Reject, the password is %q", text)
				}
			})
		}
		all.Wait()
		time.Sleep(time.Minute / 2)
		if err := password.Reject(t.Context(), bad); err != nil {
			t.Errorf("late: %v", err)
		}
		l.calls(1)
	})
}

func TestRejectionsOfAPasswordThatIsStillTheStoresCauseOneFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{MaxAge: 100 * time.Hour, Mode: registry.RefreshOnRead})
		password := l.put("/password", "bad")
		bad, err := password.Lookup(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		l.store.SetLatency(10 * time.Millisecond)
		l.store.ResetCalls()
		var all sync.WaitGroup
		for range 1000 {
			all.Go(func() {
				if err := password.Reject(t.Context(), bad); !errors.Is(err, handle.ErrUnchanged) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		l.calls(1)
	})
}

func TestRejectReturnsErrUnchangedForASecondDoublingTo30(t *testing.T) {
	for what, broken := range map[string]bool{"unchanged": false, "failing": true} {
		synctest.Test(t, func(t *testing.T) {
			l := open(t, registry.GroupConfig{MaxAge: 100 * time.Hour, Mode: registry.RefreshOnRead})
			password := l.put("/password", "bad")
			bad, err := password.Lookup(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			mend := func() {}
			if broken {
				mend = l.breakStore()
			}
			l.store.ResetCalls()
			reject := func(bad fetch.Parameter, calls int) {
				t.Helper()
				if err := password.Reject(t.Context(), bad); !errors.Is(err, handle.ErrUnchanged) {
					t.Errorf("%s: %v", what, err)
				}
				l.calls(calls)
			}
			reject(bad, 1)
			for _, window := range windows {
				reject(bad, 0)
				time.Sleep(window - time.Nanosecond)
				reject(bad, 0)
				time.Sleep(time.Nanosecond)
				reject(bad, 1)
			}
			mend()
			l.store.Put("/password", "good")
			time.Sleep(30 * time.Second)
			if err := password.Reject(t.Context(), bad); err != nil {
				t.Errorf("%s: after the rotation: %v", what, err)
			}
			l.calls(1)
			good, err := password.Lookup(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			reject(good, 1) // a change ends the windows: the next is 1 s again
			time.Sleep(time.Second - time.Nanosecond)
			reject(good, 0)
			time.Sleep(time.Nanosecond)
			reject(good, 1)
		})
	}
}

func TestRejectOfAnotherValueThanTheGroupHoldsReturnsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{MaxAge: time.Hour})
		password := l.put("/password", "old")
		bad, err := password.Lookup(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		l.store.Put("/password", "new")
		l.refresh()
		l.store.ResetCalls()
		if err := password.Reject(t.Context(), bad); err != nil {
			t.Error(err)
		}
		l.calls(0)
		l.store.Put("/password", "old") // rolled back: it counts what is there now
		l.refresh()
		l.store.ResetCalls()
		if err := password.Reject(t.Context(), bad); !errors.Is(err, handle.ErrUnchanged) {
			t.Error(err)
		}
		l.calls(1)
	})
}
