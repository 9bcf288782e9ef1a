package actor

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
)

func TestTenThousandReadersOfAColdGroupCauseOneFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, aheadOfMinute, "a", "b")
		g.store.SetLatency(10 * time.Millisecond)
		g.stampede(10_000, 10*time.Millisecond, "1")
		g.called("a b")
	})
}

func TestTenThousandReadersOfAnExpiredGroupCauseOneFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, onReadMinute, "a", "b")
		g.reads("a", "1")
		g.called("a b")
		g.store.Put("a", "2")
		g.store.Put("b", "2")
		time.Sleep(time.Minute)
		g.store.SetLatency(10 * time.Millisecond)
		g.stampede(10_000, 10*time.Millisecond, "2")
		g.called("a b")
	})
}

// stampede has n readers read the group's two names at once, and fails unless
// each gets text after d.
func (g *group) stampede(n int, d time.Duration, text string) {
	var all sync.WaitGroup
	began := time.Now()
	for i := range n {
		all.Go(func() {
			p, err := g.Read(g.t.Context(), i%2)
			if took := time.Since(began); err != nil || p.Text() != text || took != d {
				g.t.Errorf("a reader gets %q, %v after %v, want %q after %v", p.Text(), err, took, text, d)
			}
		})
	}
	all.Wait()
}

func TestReadersThatLeaveDoNotKeepOthersFromTheSharedFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, aheadOfMinute, "a")
		g.store.SetLatency(time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		leaver := concurrently(func() error { _, err := g.Read(ctx, 0); return err })
		synctest.Wait() // the one who leaves has begun the fetch
		stayer := concurrently(func() error { _, err := g.Read(t.Context(), 0); return err })
		time.Sleep(400 * time.Millisecond)
		cancel()
		if got := <-leaver; !errors.Is(got.err, context.Canceled) || got.after != 400*time.Millisecond {
			t.Errorf("the leaver gets %v after %v, want its context's error at once", got.err, got.after)
		}
		if got := <-stayer; got.err != nil || got.after != time.Second {
			t.Errorf("the other gets %v after %v, want the value after 1 s", got.err, got.after)
		}
		g.called("a")
	})
}

func TestARefreshDuringAFetchReturnsAfterTheNextOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, aheadOfMinute, "a")
		g.store.SetLatency(time.Second)
		read := concurrently(func() error { _, err := g.Read(t.Context(), 0); return err })
		time.Sleep(300 * time.Millisecond)
		g.store.Put("a", "2")
		var refreshes []<-chan outcomeAt
		for range 100 {
			refreshes = append(refreshes, concurrently(func() error {
				err := g.Refresh(t.Context())
				if text, _ := g.Text(0); text != "2" {
					t.Errorf("after Refresh the value is %q, want 2", text)
				}
				return err
			}))
		}
		if got := <-read; got.after != time.Second {
			t.Errorf("the read takes %v, want 1 s", got.after)
		}
		for _, ended := range refreshes {
			if got := <-ended; got.err != nil || got.after != 1700*time.Millisecond {
				t.Errorf("a Refresh ends with %v after %v, want nil after 1.7 s", got.err, got.after)
			}
		}
		g.called("a", "a")
	})
}

func TestTheSnapshotIsPublishedBeforeAnyWaiterIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, Policy{}, "a")
		g.reads("a", "1")
		g.store.Put("a", "2")
		replies := make(chan reply) // without capacity: the loop stands still until it is received
		g.requests <- request{want: wantRefresh, reply: replies}
		synctest.Wait()
		if got, _ := g.Text(0); got != "2" {
			t.Errorf("when the answer is about to be given the value is %q, want 2", got)
		}
		<-replies
	})
}

func TestAWaiterThatHasLeftDoesNotBlockTheLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, aheadOfMinute, "a")
		g.store.SetLatency(time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		for range 100 {
			concurrently(func() error { return g.Refresh(ctx) })
			concurrently(func() error { return g.Reject(ctx, 0, fetch.Parameter{}) })
		}
		time.Sleep(2 * time.Second)
		took(t, 0, func() { g.reads("a", "1") })
	})
}

func TestOneHundredRejectionsOfOneValueCauseOneFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := stock(t, aheadOfMinute, "a")
		g.reads("a", "1")
		bad, _ := g.Param(0)
		g.store.ResetCalls()
		g.store.Put("a", "2")
		g.store.SetLatency(time.Second)
		var ended []<-chan outcomeAt
		for range 100 {
			ended = append(ended, concurrently(func() error { return g.Reject(t.Context(), 0, bad) }))
			time.Sleep(20 * time.Millisecond) // half of them come when the new value is there
		}
		for _, one := range ended {
			if got := <-one; got.err != nil {
				t.Errorf("a rejection ends with %v, want nil", got.err)
			}
		}
		g.called("a")
	})
}
