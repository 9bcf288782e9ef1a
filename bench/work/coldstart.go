package work

import (
	"context"
	"time"

	"github.com/ssmcache/ssmcache/bench/figure"
	"github.com/ssmcache/ssmcache/bench/peer"
	"github.com/ssmcache/ssmcache/bench/store"
)

// Units of the works "coldstart" and "stampede".
const (
	Milliseconds = "ms"
	Calls        = "calls"
)

const (
	callLatency = 10 * time.Millisecond
	callSlots   = 10 // ssmcache's default MaxInFlight, granted to every peer
)

// ColdSizes returns the numbers of names of a cold start.
func (l *Lab) ColdSizes() []int {
	if l.Quick {
		return []int{10, 100}
	}
	return []int{10, 100, 1_000, 10_000}
}

// ColdStart measures how long it takes from opening a peer until every name
// has a value, and how many API calls, on a store that takes 10 ms a call and
// answers ten at a time. Peers that need a call for each name stop at their
// Most, unless the run is full.
func (l *Lab) ColdStart(ctx context.Context) error {
	for range l.Runs {
		for _, n := range l.ColdSizes() {
			if err := l.loadAlone(ctx, n); err != nil {
				return err
			}
			for _, p := range shuffled(l, groupPeers()) {
				if p.Most > 0 && n > p.Most && !l.Full {
					continue
				}
				if err := l.coldStart(ctx, p, n); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// slow returns the store of a cold start.
func slow() *store.Store {
	return store.New(store.Config{Latency: callLatency, Slots: callSlots})
}

// loadAlone measures the calls without a cache: the floor of a cold start.
func (l *Lab) loadAlone(ctx context.Context, n int) error {
	source, names := slow(), store.Names(n)
	settle()
	start := time.Now()
	if err := peer.Load(ctx, source, names); err != nil {
		return err
	}
	l.started(LoadAlone, n, time.Since(start), source.Calls())
	return nil
}

func (l *Lab) coldStart(ctx context.Context, p peer.Peer, n int) error {
	source := slow()
	names := store.Names(n)
	settle()
	start := time.Now()
	cache, err := openWarm(ctx, p, peer.Setup{Names: names, Store: source})
	if err != nil {
		return err
	}
	took := time.Since(start)
	calls := source.Calls()
	cache.Close()
	l.started(p.Name, n, took, calls)
	return nil
}

func (l *Lab) started(name string, n int, took time.Duration, calls int64) {
	k := figure.Key{Work: "coldstart", Peer: name, N: n, Unit: Milliseconds}
	l.Figures.Add(k, milliseconds(took))
	k.Unit = Calls
	l.Figures.Add(k, float64(calls))
}

func milliseconds(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }
