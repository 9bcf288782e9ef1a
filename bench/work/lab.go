package work

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/ssmcache/ssmcache/bench/figure"
	"github.com/ssmcache/ssmcache/bench/peer"
	"github.com/ssmcache/ssmcache/bench/store"
)

// Lab is one run of the program.
type Lab struct {
	Runs    int  // how often each figure is measured
	Full    bool // also the sizes at which some peers need minutes
	Quick   bool // the least of everything: shows that it works
	Figures *figure.Set
	Log     io.Writer // progress, a line for each work

	order *rand.Rand
}

// Work is one kind of work, ready to be done.
type Work struct {
	Name string
	Do   func(context.Context) error
}

// Works returns every kind of work in the order in which they are reported.
func (l *Lab) Works() []Work {
	return []Work{
		{"read", l.Reads},
		{"latency", l.Latency},
		{"coldstart", l.ColdStart},
		{"stampede", l.Stampede},
		{"refresh", l.Refresh},
		{"sdk", l.SDK},
		{"memory", l.Memory},
		{"idle", l.Idle},
		{"growth", l.Growth},
		{"predecessor", l.Predecessor},
	}
}

// Do does w and logs how long it took.
func (l *Lab) Do(ctx context.Context, w Work) error {
	fmt.Fprintf(l.Log, "%-12s", w.Name)
	start := time.Now()
	err := w.Do(ctx)
	fmt.Fprintf(l.Log, "%8.1f s\n", time.Since(start).Seconds())
	if err != nil {
		return fmt.Errorf("%s: %w", w.Name, err)
	}
	return nil
}

// shuffled returns vs in an order of their own for each run.
func shuffled[T any](l *Lab, vs []T) []T {
	if l.order == nil {
		l.order = rand.New(rand.NewPCG(1, 2))
	}
	out := append([]T(nil), vs...)
	l.order.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// groupPeers returns the peers that can hold a group of names: all but the
// floors and what takes part in reads alone.
func groupPeers() []peer.Peer {
	var peers []peer.Peer
	for _, p := range peer.All() {
		if p.Kind != peer.Floor && !p.ReadsOnly {
			peers = append(peers, p)
		}
	}
	return peers
}

// openWarm opens p with s and loads its names.
func openWarm(ctx context.Context, p peer.Peer, s peer.Setup) (*peer.Cache, error) {
	c, err := p.Open(s)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", p.Name, err)
	}
	if err := c.Warm(ctx); err != nil {
		c.Close()
		return nil, fmt.Errorf("warm %s: %w", p.Name, err)
	}
	return c, nil
}

// settle collects garbage, so that one measurement does not pay for the one
// before.
func settle() {
	runtime.GC()
	runtime.GC()
}

// swift returns a store that answers at once.
func swift() *store.Store { return store.New(store.Config{}) }
