package work

import (
	"context"
	"runtime"
	"time"

	"github.com/ssmcache/ssmcache/bench/figure"
	"github.com/ssmcache/ssmcache/bench/peer"
	"github.com/ssmcache/ssmcache/bench/store"
)

// Units of the work "refresh".
const (
	CPUMilliseconds = "cpu-ms"
	Allocations     = "allocs"
	AllocatedBytes  = "B"
)

// LoadAlone is the peer name of the floor of a cold start and of a refresh:
// the same batches, and nothing kept.
const LoadAlone = "the calls alone"

const refreshNames = 10_000

// Refresh measures what it costs to read 10,000 unchanged names again: CPU
// time, allocations, API calls, on a store that answers at once.
func (l *Lab) Refresh(ctx context.Context) error {
	times := 5
	if l.Quick {
		times = 1
	}
	for range l.Runs {
		if err := l.refreshAlone(ctx, times); err != nil {
			return err
		}
		for _, p := range shuffled(l, groupPeers()) {
			if err := l.refresh(ctx, p, times); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *Lab) refreshAlone(ctx context.Context, times int) error {
	source, names := swift(), store.Names(refreshNames)
	return l.refreshFigures(LoadAlone, source, times, func() error {
		for range times {
			if err := peer.Load(ctx, source, names); err != nil {
				return err
			}
		}
		return nil
	})
}

func (l *Lab) refresh(ctx context.Context, p peer.Peer, times int) error {
	setup := peer.Setup{Names: store.Names(refreshNames), Store: swift()}
	cache, err := p.Open(setup)
	if err != nil {
		return err
	}
	if cache.Refresh == nil {
		cache.Close()
		return l.refreshItself(ctx, p, setup)
	}
	defer cache.Close()
	if err := cache.Warm(ctx); err != nil {
		return err
	}
	return l.refreshFigures(p.Name, setup.Store, times, func() error {
		for range times {
			if err := cache.Refresh(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

// itselfEvery is how often a peer that cannot be told to refresh does so
// while it is measured: seldom enough that 10,000 requests fit in between.
const itselfEvery = 4 * time.Second

// refreshItself measures a peer that cannot be told to refresh: it is opened
// to do so by itself, and left alone until it has read every name again.
func (l *Lab) refreshItself(ctx context.Context, p peer.Peer, setup peer.Setup) error {
	setup.Every = itselfEvery
	cache, err := openWarm(ctx, p, setup)
	if err != nil {
		return err
	}
	defer cache.Close()
	return l.refreshFigures(p.Name, setup.Store, 1, func() error {
		before := setup.Store.Names()
		for setup.Store.Names() < before+refreshNames {
			time.Sleep(5 * time.Millisecond)
		}
		return nil
	})
}

// refreshFigures runs do, which refreshes so many times, and adds its cost
// for one.
func (l *Lab) refreshFigures(name string, source *store.Store, times int, do func() error) error {
	settle()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	calls, cpu := source.Calls(), cpuTime()
	if err := do(); err != nil {
		return err
	}
	cpu = cpuTime() - cpu
	runtime.ReadMemStats(&after)
	for unit, total := range map[string]float64{
		CPUMilliseconds: milliseconds(cpu),
		Allocations:     float64(after.Mallocs - before.Mallocs),
		AllocatedBytes:  float64(after.TotalAlloc - before.TotalAlloc),
		Calls:           float64(source.Calls() - calls),
	} {
		l.Figures.Add(
			figure.Key{Work: "refresh", Peer: name, N: refreshNames, Unit: unit}, total/float64(times),
		)
	}
	return nil
}
