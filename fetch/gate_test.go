package fetch_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

// group is a Fetcher at a shared gate that asks for n names /GROUP/00...; its
// requests are made ahead of the bubble's goroutines.
type group struct {
	*fetch.Fetcher
	req fetch.Request
}

func newGroup(t *testing.T, store *ssmtest.Store, gate *fetch.Gate, name string, n int) group {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("/%s/%03d", name, i)
		store.Put(names[i], "x")
	}
	return group{seated(store.Client(), gate), fetch.Request{Names: asks(t, names...)}}
}

// order is the groups of the store's calls, in the order in which they started.
func order(store *ssmtest.Store) (groups []string) {
	for _, c := range store.Calls() {
		groups = append(groups, c.Names[0][1:2])
	}
	return groups
}

func TestMaxInFlightIsNeverExceededOverAllGroups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := ssmtest.New(ssmtest.Config{})
		gate := fetch.NewGate(3)
		store.SetLatency(time.Second)
		var groups []group
		for _, name := range []string{"a", "b", "c", "d"} {
			groups = append(groups, newGroup(t, store, gate, name, 60))
		}
		for range 3 { // the slots given back are no more than were taken
			store.ResetCalls()
			start := time.Now()
			var fetches sync.WaitGroup
			for _, g := range groups {
				fetches.Go(func() { g.Fetch(t.Context(), g.req) })
			}
			fetches.Wait()
			equal(t, "in flight at once", store.MaxInFlight(), 3)
			equal(t, "calls", store.CallCount(), 24)
			equal(t, "time taken", time.Since(start), 8*time.Second) // no slot stands idle
		}
	})
}

func TestAGroupWithNoCallInFlightGoesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := ssmtest.New(ssmtest.Config{})
		gate := fetch.NewGate(3)
		store.SetLatencyFunc(func(c ssmtest.Call) time.Duration {
			if len(c.Names) == 1 && c.Names[0] != "/h/000" {
				return time.Minute
			}
			return time.Second
		})
		holder := newGroup(t, store, gate, "h", 1)
		large := []group{newGroup(t, store, gate, "a", 100), newGroup(t, store, gate, "b", 100)}
		small := newGroup(t, store, gate, "s", 10)
		var fetches sync.WaitGroup
		start := func(g group, names []fetch.Ask) {
			fetches.Go(func() { g.Fetch(t.Context(), fetch.Request{Names: names}) })
			synctest.Wait()
		}
		start(holder, holder.req.Names) // its slot becomes free first, and alone
		for _, g := range large {
			start(g, g.req.Names[:1]) // in flight for a minute
		}
		for _, g := range large {
			start(g, g.req.Names) // waiting
		}
		begun := time.Now()
		small.Fetch(t.Context(), small.req) // the last to come
		equal(t, "the small group's answer came after", time.Since(begun), 2*time.Second)
		fetches.Wait()
		same(t, "the first calls", order(store)[:4], []string{"h", "a", "b", "s"})
	})
}

func TestLargeGroupsTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := ssmtest.New(ssmtest.Config{})
		gate := fetch.NewGate(1)
		store.SetLatency(time.Second)
		var fetches sync.WaitGroup
		for _, name := range []string{"a", "b", "c"} {
			g := newGroup(t, store, gate, name, 30)
			fetches.Go(func() { g.Fetch(t.Context(), g.req) })
			synctest.Wait() // a first, then b, then c
		}
		fetches.Wait()
		same(t, "order", order(store), []string{"a", "b", "c", "a", "b", "c", "a", "b", "c"})
	})
}

func TestAWaiterThatLeavesTakesNoSlotWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := ssmtest.New(ssmtest.Config{})
		gate := fetch.NewGate(1)
		store.SetLatency(time.Second)
		a, b, c := newGroup(t, store, gate, "a", 1), newGroup(t, store, gate, "b", 30), newGroup(t, store, gate, "c", 1)
		start := time.Now()
		var fetches sync.WaitGroup
		fetches.Go(func() { a.Fetch(t.Context(), a.req) })
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		fetches.Go(func() {
			res := b.Fetch(ctx, b.req)
			equal(t, "calls of the group that left", res.Calls, 0)
			equal(t, "it left after", time.Since(start), 300*time.Millisecond)
			equal(t, "its names failed", count(res.Names)["failed: the call ended early: context canceled"], 30)
		})
		synctest.Wait()
		fetches.Go(func() { c.Fetch(t.Context(), c.req) })
		time.Sleep(300 * time.Millisecond)
		cancel()
		fetches.Wait()
		same(t, "order", order(store), []string{"a", "c"})
		equal(t, "time taken", time.Since(start), 2*time.Second)
	})
}

func TestAFetchThatIsStoppedGivesItsSlotsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := ssmtest.New(ssmtest.Config{})
		names := fill(store, 20)
		store.SetLatency(3 * time.Second)
		gate := fetch.NewGate(2)
		f, _ := logged(store.Client(), gate)
		another, _ := logged(store.Client(), gate)
		get := func(f *fetch.Fetcher, names ...string) fetch.Result {
			return f.Fetch(t.Context(), fetch.Request{Start: started, Decrypt: true, Names: asks(t, names...)})
		}
		var elsewhere sync.WaitGroup
		elsewhere.Go(func() { get(another, names[19]) }) // holds one of the slots
		synctest.Wait()
		store.SetLatency(time.Second)
		mend := store.Fault(ssmtest.Fault{Code: "ThrottlingException"})
		if res := get(f, names...); res.Calls != 1 { // the other batch gets its slot when the one has failed
			t.Errorf("%d calls, want 1", res.Calls)
		}
		elsewhere.Wait()
		mend()
		begin := time.Now()
		get(f, names...)
		if took := time.Since(begin); took != time.Second {
			t.Errorf("two calls of 1 s through two slots took %v", took)
		}
	})
}
