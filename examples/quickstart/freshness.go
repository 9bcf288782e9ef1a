package main

import (
	"context"
	"sync"
	"time"

	"github.com/ssmcache/ssmcache/handle"
)

// freshness notes when the values that a handle shows were fetched: each
// refresh of the group gives all of them a new time.
type freshness struct {
	mu      sync.Mutex
	fetched []time.Time
}

// watch looks until ctx ends. Two refreshes start at least a second apart, so
// that looking more often misses none.
func (f *freshness) watch(ctx context.Context, h *handle.Handle) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		f.look(h)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (f *freshness) look(h *handle.Handle) {
	p, ok := h.Peek()
	if !ok {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := len(f.fetched); n == 0 || !f.fetched[n-1].Equal(p.FetchedAt()) {
		f.fetched = append(f.fetched, p.FetchedAt())
	}
}

// refreshes is how many fetches after the first were seen.
func (f *freshness) refreshes() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return max(0, len(f.fetched)-1)
}

// last returns how old the earlier values were when the last refresh began.
func (f *freshness) last() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := len(f.fetched); n > 1 {
		return f.fetched[n-1].Sub(f.fetched[n-2])
	}
	return 0
}
