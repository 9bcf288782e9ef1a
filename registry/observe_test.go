package registry_test

import (
	"context"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
)

// journal writes down what an observer is told.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) add(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, fmt.Sprintf(format, args...))
}

func (j *journal) take() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	lines := j.lines
	j.lines = nil
	return lines
}

func (j *journal) told(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	if got := j.take(); !reflect.DeepEqual(got, want) {
		t.Errorf("told:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

type causeKey struct{}

func (j *journal) observer() *registry.Observer {
	return &registry.Observer{
		GroupOpened: func(e registry.GroupOpened) { j.add("%s opened", e.Group) },
		GroupClosed: func(e registry.GroupClosed) { j.add("%s closed", e.Group) },
		FetchStarted: func(ctx context.Context, e registry.FetchStarted) context.Context {
			var cause any
			if e.Cause != nil {
				cause = e.Cause.Value(causeKey{})
			}
			j.add("%s started: refresh %t, %d names, %d paths, for %v", e.Group, e.Refresh, e.Names, e.Paths, cause)
			return context.WithValue(ctx, causeKey{}, "fetch")
		},
		FetchDone: func(ctx context.Context, e registry.FetchDone) {
			j.add("%s done: refresh %t, %v, %d calls, %d throttled, %d found, %d not found, %d failed, %d changed, failing %t, in %v",
				e.Group, e.Refresh, e.Duration, e.Calls, e.Throttled, e.Found, e.NotFound, e.Failed, e.Changed, e.Err != nil, ctx.Value(causeKey{}))
		},
		ValueChanged: func(e registry.ValueChanged) { j.add("%s changed: %s %d", e.Group, e.Name, e.Version) },
		StaleBegan:   func(e registry.StaleBegan) { j.add("%s stale", e.Group) },
		StaleEnded:   func(e registry.StaleEnded) { j.add("%s fresh after %v", e.Group, e.Lasted.Round(time.Minute)) },
	}
}

func TestAnObserverIsToldInOrderWhatAGroupDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		l := open(t, registry.Config{Observer: j.observer()})
		l.store.SetLatency(10 * time.Millisecond)
		g := l.group(registry.GroupConfig{Name: "g", MaxAge: 10 * time.Minute, Mode: registry.RefreshOnRead})
		j.told(t, "g opened")
		handles := l.put(g, "/a", "/b")
		ctx := context.WithValue(t.Context(), causeKey{}, "a reader")
		if _, err := handles[0].Get(ctx); err != nil {
			t.Fatal(err)
		}
		j.told(t, "g started: refresh false, 2 names, 0 paths, for a reader",
			"g done: refresh false, 10ms, 1 calls, 0 throttled, 2 found, 0 not found, 0 failed, 0 changed, failing false, in fetch")

		l.store.Put("/b", "new")
		l.store.Delete("/a")
		if err := g.Refresh(t.Context()); err == nil {
			t.Error("Refresh found a deleted name")
		}
		j.told(t, "g started: refresh true, 2 names, 0 paths, for <nil>",
			"g done: refresh true, 10ms, 1 calls, 0 throttled, 1 found, 1 not found, 0 failed, 1 changed, failing false, in fetch",
			"g changed: /b 2")

		mend := l.store.Fault(ssmtest.Fault{Code: "ThrottlingException"})
		time.Sleep(10 * time.Minute)
		l.gives(handles[1], "new")
		j.told(t, "g started: refresh true, 2 names, 0 paths, for <nil>",
			"g done: refresh true, 10ms, 1 calls, 1 throttled, 0 found, 0 not found, 2 failed, 0 changed, failing true, in fetch",
			"g stale")
		mend()
		time.Sleep(10 * time.Minute)
		l.gives(handles[1], "new")
		j.told(t, "g started: refresh true, 2 names, 0 paths, for <nil>",
			"g done: refresh true, 10ms, 1 calls, 0 throttled, 1 found, 1 not found, 0 failed, 0 changed, failing false, in fetch",
			"g fresh after 10m0s")
		if err := g.Close(); err != nil {
			t.Error(err)
		}
		j.told(t, "g closed")
	})
}

func TestAFetchThatChangesManyValuesLeavesNoOtherEventUntold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		changed, done := 0, 0
		release := make(chan struct{})
		l := open(t, registry.Config{Observer: &registry.Observer{
			FetchDone: func(context.Context, registry.FetchDone) { <-release; done++ },
			ValueChanged: func(registry.ValueChanged) {
				if changed++; changed == 1 {
					panic("an observer's bug")
				}
			},
		}})
		g := l.group(registry.GroupConfig{MaxAge: time.Hour})
		handles := l.put(g, numbered(3000)...)
		l.gives(handles[0], handles[0].Name())
		for _, h := range handles {
			l.store.Put(h.Name(), "new")
		}
		if err := g.Refresh(t.Context()); err != nil {
			t.Error(err)
		}
		l.gives(handles[0], "new") // a slow observer holds up no reader
		close(release)
		synctest.Wait()
		if done != 2 || changed != 3000 {
			t.Errorf("told of %d fetches and %d changes", done, changed)
		}
	})
}

func TestAnOutageIsLoggedOnceAndItsEndSaysHowLongItLasted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, logger := newLog()
		l := open(t, registry.Config{Logger: logger})
		g := l.group(registry.GroupConfig{Name: "g", MaxAge: time.Minute})
		h := l.put(g, "/a")[0]
		l.gives(h, "/a")
		mend := l.store.Fault(ssmtest.Fault{Code: "InternalServerError"})
		time.Sleep(20 * time.Minute)
		mend()
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := strings.Count(log.String(), "level=WARN"); n != 1 {
			t.Errorf("%d warnings: %s", n, log)
		}
		log.has(t, `level=WARN msg="ssmcache: fetch failed`, "group=g", "InternalServerError", `level=INFO msg="ssmcache: fetches work again" group=g after=`)
	})
}

func TestStatsSayWhatAGroupHasDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{Name: "g", MaxAge: time.Minute, Mode: registry.RefreshOnRead})
		h := l.put(g, "/a", "/b")[0]
		began := time.Now()
		l.gives(h, "/a")
		l.store.Fault(ssmtest.Fault{Code: "ThrottlingException"})
		time.Sleep(time.Minute)
		l.gives(h, "/a")
		got := g.Stats()
		if time.Until(got.BackOff) <= 0 || time.Until(got.BackOff) > 100*time.Millisecond {
			t.Errorf("backing off until %v, now %v", got.BackOff, time.Now())
		}
		want := got
		want.Name, want.Mode, want.Parameters, want.Values, want.State = "g", registry.RefreshOnRead, 2, 2, "failing"
		want.Fetches, want.Failures, want.Calls, want.Throttled = 2, 1, 2, 1
		if got != want || !got.Oldest.Equal(began) || !got.Since.Equal(began.Add(time.Minute)) || !got.Next.IsZero() {
			t.Errorf("Stats: %+v", got)
		}
		if all := l.Stats(); len(all.Groups) != 1 || all.Groups[0] != got {
			t.Errorf("the registry's Stats: %+v", all)
		}
	})
}

func TestEachOfJoinedObserversIsToldWhateverTheOthersDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		bad := &registry.Observer{
			GroupOpened: func(registry.GroupOpened) { panic("an observer's bug") },
			FetchStarted: func(context.Context, registry.FetchStarted) context.Context {
				runtime.Goexit() // as a test's FailNow does
				return nil
			},
			FetchDone:    func(context.Context, registry.FetchDone) { runtime.Goexit() },
			ValueChanged: func(registry.ValueChanged) { panic("an observer's bug") },
		}
		l := open(t, registry.Config{Observer: registry.Observers(bad, nil, registry.Observers(j.observer(), bad))})
		g := l.group(registry.GroupConfig{Name: "g"})
		h := l.put(g, "/a")[0]
		j.told(t, "g opened")
		for range 2 {
			l.refresh(h)
			j.told(t, "g started: refresh true, 1 names, 0 paths, for <nil>",
				"g done: refresh true, 0s, 1 calls, 0 throttled, 1 found, 0 not found, 0 failed, 0 changed, failing false, in fetch")
		}
	})
}
