package handle_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

// Rule 26: Retry.

var (
	_ handle.Refresher = (*handle.Handle)(nil)
	_ handle.Refresher = (*registry.Group)(nil)
	_ handle.Refresher = (*registry.Registry)(nil)
)

var errOp = errors.New("op failed")

// refresher is a Refresher that is a function.
type refresher func(context.Context) error

func (f refresher) Refresh(ctx context.Context) error { return f(ctx) }

// trace is what happened, in order.
type trace []string

func (tr *trace) refresher(err error) refresher {
	return func(context.Context) error { *tr = append(*tr, "refresh"); return err }
}

// op fails so often as it is told, and says whether it was called by a retry.
func (tr *trace) op(failures int) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) {
		what := "op"
		if handle.IsRetry(ctx) {
			what = "op again"
		}
		*tr = append(*tr, what)
		if failures--; failures >= 0 {
			return 0, errOp
		}
		return 42, nil
	}
}

func (tr *trace) before(err error) func(context.Context) error {
	return func(context.Context) error { *tr = append(*tr, "before"); return err }
}

func TestRetryRunsOpOnceIfItSucceeds(t *testing.T) {
	var tr trace
	n, err := handle.Retry(t.Context(), tr.refresher(nil), handle.RetryOptions{Before: tr.before(nil)}, tr.op(0))
	if n != 42 || err != nil || !slices.Equal(tr, trace{"op"}) {
		t.Errorf("%d, %v, %q", n, err, tr)
	}
}

func TestRetryRefreshesRunsBeforeAndTriesOnceMore(t *testing.T) {
	for failures, want := range map[int]int{1: 42, 2: 0} {
		var tr trace
		n, err := handle.Retry(t.Context(), tr.refresher(nil), handle.RetryOptions{Before: tr.before(nil)}, tr.op(failures))
		if n != want || (err != nil) != (want == 0) || !slices.Equal(tr, trace{"op", "refresh", "before", "op again"}) {
			t.Errorf("after %d failures: %d, %v, %q", failures, n, err, tr)
		}
	}
}

func TestRetryReturnsAnErrorThatOnDoesNotAccept(t *testing.T) {
	for accepted, want := range map[bool]trace{true: {"op", "refresh", "op again"}, false: {"op"}} {
		var tr trace
		on := func(err error) bool { return accepted && errors.Is(err, errOp) }
		_, err := handle.Retry(t.Context(), tr.refresher(nil), handle.RetryOptions{On: on}, tr.op(1))
		if errors.Is(err, errOp) == accepted || !slices.Equal(tr, want) {
			t.Errorf("accepted %v: %v, %q", accepted, err, tr)
		}
	}
}

func TestRetryTriesAgainThoughTheRefreshFailed(t *testing.T) {
	errRefresh := errors.New("another name's trouble")
	var tr trace
	if n, err := handle.Retry(t.Context(), tr.refresher(errRefresh), handle.RetryOptions{}, tr.op(1)); n != 42 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	_, err := handle.Retry(t.Context(), tr.refresher(errRefresh), handle.RetryOptions{}, tr.op(2))
	if !errors.Is(err, errOp) || !errors.Is(err, errRefresh) {
		t.Errorf("the second error of op is not joined with that of the refresh: %v", err)
	}
}

func TestErrorOfBeforeEndsRetry(t *testing.T) {
	errBefore := errors.New("no connection pool")
	var tr trace
	_, err := handle.Retry(t.Context(), tr.refresher(nil), handle.RetryOptions{Before: tr.before(errBefore)}, tr.op(1))
	if !errors.Is(err, errBefore) || !errors.Is(err, errOp) || !slices.Equal(tr, trace{"op", "refresh", "before"}) {
		t.Errorf("%v, %q", err, tr)
	}
}

func TestRetryTriesNothingAfterItsContextHasEnded(t *testing.T) {
	for when, want := range map[string]trace{
		"op":      {"op"},
		"refresh": {"op", "refresh"},
		"before":  {"op", "refresh", "before"},
	} {
		var tr trace
		ctx, cancel := context.WithCancel(t.Context())
		_, err := handle.Retry(ctx,
			refresher(func(context.Context) error {
				if tr = append(tr, "refresh"); when == "refresh" {
					cancel()
				}
				return nil
			}),
			handle.RetryOptions{Before: func(context.Context) error {
				if tr = append(tr, "before"); when == "before" {
					cancel()
				}
				return nil
			}},
			func(context.Context) (int, error) {
				if tr = append(tr, "op"); when == "op" {
					cancel()
				}
				return 0, errOp
			})
		cancel()
		if !errors.Is(err, errOp) || !errors.Is(err, context.Canceled) || !slices.Equal(tr, want) {
			t.Errorf("ended by %s: %v, %q", when, err, tr)
		}
	}
}

func TestIsRetryIsTrueInsideTheSecondTryAlone(t *testing.T) {
	var seen []bool
	note := func(ctx context.Context) { seen = append(seen, handle.IsRetry(ctx)) }
	_, err := handle.Retry(t.Context(),
		refresher(func(ctx context.Context) error { note(ctx); return nil }),
		handle.RetryOptions{Before: func(ctx context.Context) error { note(ctx); return nil }},
		func(ctx context.Context) (int, error) { note(ctx); return 0, errOp })
	note(t.Context())
	if err == nil || !slices.Equal(seen, []bool{false, false, false, true, false}) {
		t.Errorf("%v, %v", seen, err)
	}
}

// Rule 20.

func TestPanicOfACallbackOfRetryIsAnError(t *testing.T) {
	for what, opts := range map[string]handle.RetryOptions{
		"On":     {On: func(error) bool { panic("hunter2") }},
		"Before": {Before: func(context.Context) error { panic("hunter2") }},
	} {
		var tr trace
		_, err := handle.Retry(t.Context(), tr.refresher(nil), opts, tr.op(1))
		var panicked *fetch.PanicError
		if !errors.As(err, &panicked) || panicked.Type != "string" || len(panicked.Stack) == 0 || !errors.Is(err, errOp) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Rules 22 and 26.

func TestRetrySeesTheRotatedPassword(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{MaxAge: time.Hour})
		password := l.put("/password", "old")
		l.get(password)
		l.store.Put("/password", "new")
		text, err := handle.Retry(t.Context(), password, handle.RetryOptions{}, login(password, "new"))
		if err != nil || text != "new" {
			t.Errorf("%q, %v", text, err)
		}
		l.calls(2)
	})
}

// login returns an op that fails unless the password is right.
func login(password *handle.Handle, right string) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		text, err := password.Get(ctx)
		if err == nil && text != right {
			err = errOp
		}
		return text, err
	}
}

func TestManyRetriesAtOnceShareRefreshes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{MaxAge: time.Hour})
		password := l.put("/password", "old")
		l.get(password)
		l.store.Put("/password", "new")
		l.store.SetLatency(10 * time.Millisecond)
		l.store.ResetCalls()
		var all sync.WaitGroup
		for range 1000 {
			all.Go(func() {
				if text, err := handle.Retry(t.Context(), l.group, handle.RetryOptions{}, login(password, "new")); err != nil {
					t.Errorf("%q, %v", text, err)
				}
			})
		}
		all.Wait()
		l.calls(2) // the first comer's, and one for all who came while it ran
	})
}

func TestRefreshesThatRetryCausesAreHeldBackWhileTheyChangeNothing(t *testing.T) {
	for what, broken := range map[string]bool{"unchanged": false, "failing": true} {
		synctest.Test(t, func(t *testing.T) {
			l := open(t, registry.GroupConfig{MaxAge: 100 * time.Hour, Mode: registry.RefreshOnRead})
			password := l.put("/password", "old")
			l.get(password)
			if broken {
				l.breakStore()
			}
			l.store.ResetCalls()
			retry := func(calls int) {
				t.Helper()
				tries := 0
				_, err := handle.Retry(t.Context(), password, handle.RetryOptions{}, func(context.Context) (int, error) {
					tries++
					return 0, errOp
				})
				if tries != 2 || !errors.Is(err, errOp) || isAPIError(err, "InternalServerError") != (broken && calls == 1) {
					t.Errorf("%s: %d tries, error %v", what, tries, err)
				}
				l.calls(calls)
			}
			retry(1)
			for _, window := range windows {
				retry(0)
				time.Sleep(window - time.Nanosecond)
				retry(0)
				time.Sleep(time.Nanosecond)
				retry(1)
			}
			if err := password.Refresh(t.Context()); (err != nil) != broken {
				t.Error(err)
			}
			l.calls(1) // one that was asked for is not held back
		})
	}
}

// windows are how long refreshes that change nothing are held back, one after
// another.
var windows = []time.Duration{
	time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second,
	30 * time.Second, 30 * time.Second,
}

func TestRetryIsHeldBackWhileAFetchIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{MaxAge: 100 * time.Hour})
		password := l.put("/password", "old")
		l.get(password)
		retry := func() {
			_, _ = handle.Retry(t.Context(), password, handle.RetryOptions{}, func(context.Context) (int, error) { return 0, errOp })
		}
		retry()
		l.store.SetLatency(5 * time.Second)
		var refresh sync.WaitGroup
		refresh.Go(func() { _ = password.Refresh(t.Context()) })
		synctest.Wait()
		l.store.ResetCalls()
		began := time.Now()
		retry()
		if d := time.Since(began); d != 0 {
			t.Errorf("Retry waited %v for a fetch that is not its own", d)
		}
		l.calls(0)
		refresh.Wait()
	})
}

func TestTheHoldBackOfOneTroubleDoesNotOutlastIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{MaxAge: 1000 * time.Hour})
		password := l.put("/password", "old")
		p, err := password.Lookup(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for range 6 {
			if err := password.Reject(t.Context(), p); !errors.Is(err, handle.ErrUnchanged) {
				t.Errorf("Reject: %v", err)
			}
			time.Sleep(30 * time.Second)
		}
		time.Sleep(24 * time.Hour)
		_ = password.Reject(t.Context(), p)
		l.store.Put("/password", "new")
		time.Sleep(time.Second)
		if err := password.Reject(t.Context(), p); err != nil {
			t.Errorf("a second after the first rejection in a day: %v", err)
		}
	})
}
