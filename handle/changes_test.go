package handle_test

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

// Rule 25.

// watch collects what Changes yields, on a goroutine of its own, until it ends.
type watch struct {
	mu    sync.Mutex
	texts []string
	done  chan struct{} // closed when the sequence has ended
}

func watching(ctx context.Context, h *handle.Handle) *watch {
	w := &watch{done: make(chan struct{})}
	go func() {
		defer close(w.done)
		for p := range h.Changes(ctx) {
			w.mu.Lock()
			w.texts = append(w.texts, p.Text())
			w.mu.Unlock()
		}
	}()
	synctest.Wait()
	return w
}

// saw fails unless these are the values since the last look.
func (w *watch) saw(t *testing.T, texts ...string) {
	t.Helper()
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Equal(w.texts, texts) {
		t.Errorf("Changes yielded %q, want %q", w.texts, texts)
	}
	w.texts = nil
}

func (w *watch) hasEnded() bool {
	synctest.Wait()
	select {
	case <-w.done:
		return true
	default:
		return false
	}
}

func TestChangesYieldsThePresentValueFirstAndThenEachChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{})
		h := l.put("/a", "one")
		cold := watching(t.Context(), h)
		cold.saw(t)
		l.calls(0)
		l.get(h)
		cold.saw(t, "one")
		warm := watching(t.Context(), h)
		warm.saw(t, "one")
		for _, text := range []string{"two", "three", "one"} {
			l.store.Put("/a", text)
			l.refresh()
			cold.saw(t, text)
			warm.saw(t, text)
		}
	})
}

func TestDeletionsErrorsAndUnchangedRefreshesYieldNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{MaxAge: time.Minute, MaxStale: time.Minute})
		h := l.put("/a", "one")
		l.get(h)
		w := watching(t.Context(), h)
		w.saw(t, "one")

		l.refresh()
		time.Sleep(time.Hour) // and many more
		w.saw(t)

		mend := l.breakStore()
		_ = l.group.Refresh(t.Context())
		time.Sleep(time.Hour) // past the limit: there is no value
		if _, ok := h.Peek(); ok {
			t.Error("there is a value")
		}
		mend()
		time.Sleep(time.Minute)
		l.get(h)
		w.saw(t) // an error followed by recovery is no change

		denied := l.store.Fault(ssmtest.Fault{Name: "/a", Code: "AccessDeniedException"})
		_ = l.group.Refresh(t.Context())
		denied()
		l.refresh()
		w.saw(t)

		l.store.Delete("/a")
		_ = l.group.Refresh(t.Context())
		if _, err := h.Get(t.Context()); err == nil {
			t.Error("there is a value")
		}
		w.saw(t)

		l.store.Put("/a", "again")
		l.refresh()
		w.saw(t, "again")
	})
}

func TestSlowReaderOfChangesNeverMissesTheLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{})
		h := l.put("/a", "0")
		l.get(h)
		ctx, cancel := context.WithCancel(t.Context())
		var seen []int
		done := make(chan struct{})
		go func() {
			defer close(done)
			for p := range h.Changes(ctx) {
				n, _ := strconv.Atoi(p.Text())
				seen = append(seen, n)
				time.Sleep(time.Second)
			}
		}()
		for i := range 100 {
			time.Sleep(99 * time.Millisecond)
			l.store.Put("/a", strconv.Itoa(i+1))
			l.refresh()
		}
		time.Sleep(time.Minute)
		cancel()
		<-done
		if !slices.IsSorted(seen) || len(seen) < 10 || len(seen) > 12 || seen[0] != 0 || seen[len(seen)-1] != 100 {
			t.Errorf("saw %v", seen)
		}
		if len(slices.Compact(slices.Clone(seen))) != len(seen) {
			t.Errorf("a value came twice: %v", seen)
		}
	})
}

func TestChangesEndsWithItsContextItsReaderOrItsGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{})
		h := l.put("/a", "one")
		l.get(h)
		ctx, cancel := context.WithCancel(t.Context())
		cancelled, closed := watching(ctx, h), watching(t.Context(), h)
		for range h.Changes(t.Context()) {
			break
		}
		for range h.Changes(ended()) {
			t.Error("a sequence whose context has ended yields")
		}
		cancel()
		if !cancelled.hasEnded() || closed.hasEnded() {
			t.Errorf("after the end of one context: %v, %v", cancelled.hasEnded(), closed.hasEnded())
		}
		if err := l.group.Close(); err != nil {
			t.Fatal(err)
		}
		if !closed.hasEnded() {
			t.Error("a sequence goes on after Close")
		}
		closed.saw(t, "one")
		watching(t.Context(), h).saw(t)
	})
}

func TestChangesWorksWhileReadsRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{MaxAge: time.Minute, Mode: registry.RefreshOnRead})
		h := l.put("/a", "one")
		l.get(h)
		w := watching(t.Context(), h)
		l.store.Put("/a", "two")
		time.Sleep(time.Hour)
		w.saw(t, "one") // nothing has read
		l.get(h)
		w.saw(t, "two")
	})
}

func TestChangesOfATypedValueSkipsWhatDoesNotDecode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{})
		h := l.put("/n", "1")
		l.get(h)
		var seen []int
		go func() {
			for n := range handle.Int(h).Changes(t.Context()) {
				seen = append(seen, n)
			}
		}()
		for _, text := range []string{"2", "none", "also none", "3"} {
			synctest.Wait()
			l.store.Put("/n", text)
			l.refresh()
		}
		synctest.Wait()
		if !slices.Equal(seen, []int{1, 2, 3}) {
			t.Errorf("saw %v", seen)
		}
	})
}
