package main_test

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

// callLatency is how long each call of the store takes.
const callLatency = 10 * time.Millisecond

// open returns a cold group of n parameters on a store that takes 10 ms a
// call, and its handles.
func open(t *testing.T, n int, mode registry.RefreshMode) (*ssmtest.Store, *registry.Group, []*handle.Handle) {
	t.Helper()
	s := ssmtest.New(ssmtest.Config{})
	s.SetLatency(callLatency)
	r, err := registry.Open(t.Context(), registry.Config{Client: s.Client()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	g, err := r.Group(registry.GroupConfig{MaxAge: time.Hour, Mode: mode})
	if err != nil {
		t.Fatal(err)
	}
	handles := make([]*handle.Handle, n)
	for i := range handles {
		name := "/bench/" + strconv.Itoa(i)
		s.Put(name, strconv.Itoa(i))
		if handles[i], err = g.Parameter(name); err != nil {
			t.Fatal(err)
		}
	}
	return s, g, handles
}

func TestAColdStartOf1000NamesTakes100CallsAnd100Milliseconds(t *testing.T) {
	for name, start := range map[string]func(context.Context, *registry.Group, []*handle.Handle) error{
		"Warm": func(ctx context.Context, g *registry.Group, _ []*handle.Handle) error { return g.Warm(ctx) },
		"Get": func(ctx context.Context, _ *registry.Group, hs []*handle.Handle) error {
			for _, h := range hs {
				if _, err := h.Get(ctx); err != nil {
					return err
				}
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, g, handles := open(t, 1000, registry.RefreshAhead)
				began := time.Now()
				if err := start(t.Context(), g, handles); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(began); took != 100*time.Millisecond {
					t.Errorf("it took %v, want 100ms", took)
				}
				if calls := s.CallCount(); calls != 100 {
					t.Errorf("it took %d calls, want 100", calls)
				}
				for i, h := range handles {
					if got, err := h.Get(t.Context()); err != nil || got != strconv.Itoa(i) {
						t.Fatalf("Get of %s = %q, %v", h.Name(), got, err)
					}
				}
			})
		})
	}
}

func TestAStampedeOf10000GoroutinesTakes10CallsAndOneCallsLatency(t *testing.T) {
	for name, mode := range map[string]registry.RefreshMode{
		"RefreshAhead": registry.RefreshAhead, "RefreshOnRead": registry.RefreshOnRead,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, _, handles := open(t, 100, mode)
				began := time.Now()
				var readers sync.WaitGroup
				for i := range 10_000 {
					readers.Go(func() {
						h := handles[i%len(handles)]
						if got, err := h.Get(t.Context()); err != nil || got != strconv.Itoa(i%len(handles)) {
							t.Errorf("Get of %s = %q, %v", h.Name(), got, err)
						}
					})
				}
				readers.Wait()
				if took := time.Since(began); took != callLatency {
					t.Errorf("it took %v, want %v", took, callLatency)
				}
				if calls := s.CallCount(); calls != 10 {
					t.Errorf("it took %d calls, want 10", calls)
				}
			})
		})
	}
}

func TestACachedReadAllocatesNothing(t *testing.T) {
	for name, mode := range map[string]registry.RefreshMode{
		"RefreshAhead": registry.RefreshAhead, "RefreshOnRead": registry.RefreshOnRead,
	} {
		t.Run(name, func(t *testing.T) {
			s, g, handles := open(t, 10, mode)
			s.SetLatency(0)
			ctx := t.Context()
			if err := g.Warm(ctx); err != nil {
				t.Fatal(err)
			}
			number := handle.Int(handles[3])
			for what, read := range map[string]func() error{
				"Handle.Get": func() error { _, err := handles[3].Get(ctx); return err },
				"Value.Get":  func() error { _, err := number.Get(ctx); return err },
			} {
				allocations := testing.AllocsPerRun(1000, func() {
					if err := read(); err != nil {
						t.Fatal(err)
					}
				})
				if allocations != 0 {
					t.Errorf("%s: %g allocations, want 0", what, allocations)
				}
			}
		})
	}
}
