package actor

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/ssmcache/ssmcache/fetch"
)

func TestCloseJoinsAFetchThatLingers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running atomic.Int32
		g := over(t, aheadOfMinute, client{names: func(ctx context.Context, _ *ssm.GetParametersInput) (*ssm.GetParametersOutput, error) {
			running.Add(1)
			defer running.Add(-1)
			<-ctx.Done()
			time.Sleep(700 * time.Millisecond)
			return nil, ctx.Err()
		}})
		g.add("a")
		read := concurrently(func() error { _, err := g.Read(t.Context(), 0); return err })
		synctest.Wait()
		if running.Load() != 1 {
			t.Fatal("no call is under way")
		}
		took(t, 700*time.Millisecond, func() {
			if err := g.Close(); err != nil {
				t.Errorf("Close fails with %v", err)
			}
			if running.Load() != 0 {
				t.Error("the call is still running when Close has returned")
			}
		})
		if got := <-read; !errors.Is(got.err, ErrClosed) {
			t.Errorf("the read ends with %v, want ErrClosed", got.err)
		}
		took(t, 0, func() { _ = g.Close() })
	})
}

func TestCloseAbandonsACallThatIgnoresItsContextForOneSecondAndNamesTheGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := over(t, aheadOfMinute, client{names: func(context.Context, *ssm.GetParametersInput) (*ssm.GetParametersOutput, error) {
			time.Sleep(5 * time.Second)
			return nil, errors.New("too late")
		}})
		g.add("a")
		concurrently(func() error { _, err := g.Read(t.Context(), 0); return err })
		synctest.Wait()
		took(t, time.Second, func() {
			if err := g.Close(); err == nil || !strings.Contains(err.Error(), `"test"`) {
				t.Errorf("Close gives %v, want an error that names the group", err)
			}
		})
		time.Sleep(5 * time.Second) // the abandoned call ends within the bubble
	})
}

func TestCloseAnswersEveryWaiterWithErrClosedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, aheadOfMinute, "a")
		g.reads("a", "1")
		g.store.SetLatency(time.Minute)
		late := g.add("late")
		waiting := map[string]<-chan outcomeAt{
			"a late read": concurrently(func() error { _, err := g.Read(t.Context(), late); return err }),
			"Warm":        concurrently(func() error { return g.Warm(t.Context()) }),
			"View":        concurrently(func() error { _, err := g.View(t.Context()); return err }),
		}
		synctest.Wait()
		p, _ := g.Param(0)
		waiting["Refresh"] = concurrently(func() error { return g.Refresh(t.Context()) })
		waiting["Reject"] = concurrently(func() error { return g.Reject(t.Context(), 0, p) })
		waiting["RefreshSlot"] = concurrently(func() error { return g.RefreshSlot(t.Context(), 0) })
		time.Sleep(5 * time.Second)
		took(t, 0, func() { _ = g.Close() })
		synctest.Wait()
		for name, ended := range waiting {
			if got := <-ended; !errors.Is(got.err, ErrClosed) || got.after != 5*time.Second {
				t.Errorf("%s ends with %v after %v, want ErrClosed after 5 s", name, got.err, got.after)
			}
		}
	})
}

func TestAfterCloseNothingIsServedAndNothingRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, aheadOfMinute, "a")
		g.reads("a", "1")
		p, _ := g.Param(0)
		_, _, changed := g.Watch(0)
		_ = g.Close()
		select {
		case <-changed:
		default:
			t.Error("a watcher is not told")
		}
		if _, _, changed := g.Watch(0); changed != nil {
			t.Error("Watch goes on after Close")
		}
		if _, ok := g.Text(0); ok {
			t.Error("Text gives a value after Close")
		}
		if _, ok := g.Peek(0); ok {
			t.Error("Peek gives a value after Close")
		}
		if g.Serves(p) {
			t.Error("a value may be served after Close")
		}
		_, read := g.Read(t.Context(), 0)
		_, view := g.View(t.Context())
		for name, err := range map[string]error{"Read": read, "View": view, "Warm": g.Warm(t.Context()), "Refresh": g.Refresh(t.Context()), "Reject": g.Reject(t.Context(), 0, p)} {
			if !errors.Is(err, ErrClosed) {
				t.Errorf("%s gives %v after Close, want ErrClosed", name, err)
			}
		}
		g.called("a")
		time.Sleep(time.Hour)
		g.called()
	})
}

func TestCloseOfAColdGroupLeavesNoGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		before := runtime.NumGoroutine()
		g := stock(t, aheadOfMinute, "a")
		_ = g.Close()
		synctest.Wait()
		if after := runtime.NumGoroutine(); after != before {
			t.Errorf("%d goroutines after Close, %d before Start", after, before)
		}
	})
}

func TestAPanicInTheClientIsAnErrorAndTheGroupLivesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, onReadMinute, "a")
		g.reads("a", "1")
		g.store.Fault(panicking)
		err := g.Refresh(t.Context())
		var panicked *fetch.PanicError
		if !errors.As(err, &panicked) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("Refresh gives %v, want a PanicError without its text", err)
		}
		if err := g.Err(); !errors.As(err, &panicked) {
			t.Errorf("Err gives %v, want the panic", err)
		}
		g.reads("a", "1")
		if err := g.Refresh(t.Context()); err != nil {
			t.Errorf("the next Refresh gives %v", err)
		}
		if err := g.Err(); err != nil {
			t.Errorf("after a success Err gives %v", err)
		}
	})
}
