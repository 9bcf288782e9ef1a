package work

import (
	"context"
	"runtime"
	"time"

	"github.com/ssmcache/ssmcache/bench/figure"
	"github.com/ssmcache/ssmcache/bench/peer"
	"github.com/ssmcache/ssmcache/bench/store"
)

// The cases of the work "latency".
const (
	Quiet      = "idle"       // nothing is refreshed
	Refreshing = "refreshing" // every name is read again once a second
)

// Quantiles are what is kept of a distribution, and the units that they have.
var Quantiles = []struct {
	Unit string
	Q    float64
}{
	{"p50-ns", 0.50}, {"p99-ns", 0.99}, {"p99.9-ns", 0.999}, {"p99.99-ns", 0.9999}, {"max-ns", 1},
}

// P999 is the unit that the target is stated in.
const P999 = "p99.9-ns"

// RefreshedPerSecond is how many names were read again in each second of a
// case: it shows that the work was the work.
const RefreshedPerSecond = "names/s"

// latencyRun is how many reads are one sample: one read is shorter than one
// look at the clock.
const latencyRun = 100

// LatencyNames returns how many names p reads: 10,000, but fewer for a peer
// that would keep both processors busy with so many requests a second, and
// nothing else would run.
func LatencyNames(p peer.Peer) int {
	if p.Goroutines {
		return p.Most
	}
	return 10_000
}

// Latency measures the distribution of reads, each sample a run of 100 reads
// in a row, in a group of 10,000 names that rests and in one that is
// refreshed once a second.
func (l *Lab) Latency(ctx context.Context) error {
	quiet, refreshing := time.Second, 2500*time.Millisecond
	if l.Quick {
		quiet, refreshing = 50*time.Millisecond, 1200*time.Millisecond
	}
	for range l.Runs {
		for _, p := range shuffled(l, groupPeers()) {
			if err := l.latency(ctx, p, Quiet, 0, quiet); err != nil {
				return err
			}
			if err := l.latency(ctx, p, Refreshing, time.Second, refreshing); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *Lab) latency(ctx context.Context, p peer.Peer, c string, every, window time.Duration) error {
	source, names := swift(), store.Names(LatencyNames(p))
	cache, err := openWarm(ctx, p, peer.Setup{Names: names, Store: source, Every: every})
	if err != nil {
		return err
	}
	defer cache.Close()
	settle()

	before := source.Names()
	var h histogram
	sample(&h, cache, len(names), window)
	refreshed := source.Names() - before

	k := figure.Key{Work: "latency", Case: c, Peer: p.Name, N: len(names)}
	for _, q := range Quantiles {
		k.Unit = q.Unit
		l.Figures.Add(k, h.quantile(q.Q))
	}
	k.Unit = RefreshedPerSecond
	l.Figures.Add(k, float64(refreshed)/window.Seconds())
	return nil
}

// sample reads through all names for as long as the window says, on a thread
// of its own.
func sample(h *histogram, cache *peer.Cache, names int, window time.Duration) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	from := 0
	for end := time.Now().Add(window); ; {
		start := time.Now()
		if !start.Before(end) {
			return
		}
		cache.Each(from, latencyRun)
		h.add(time.Since(start).Nanoseconds())
		if from += latencyRun; from == names {
			from = 0
		}
	}
}
