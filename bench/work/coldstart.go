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

func (l *Lab) coldStart(ctx context.Context, p peer.Peer, n int) error {
	source := store.New(store.Config{Latency: callLatency, Slots: callSlots})
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
	l.Figures.Add(figure.Key{Work: "coldstart", Peer: p.Name, N: n, Unit: Milliseconds}, milliseconds(took))
	l.Figures.Add(figure.Key{Work: "coldstart", Peer: p.Name, N: n, Unit: Calls}, float64(calls))
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }
