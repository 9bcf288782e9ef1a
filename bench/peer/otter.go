package peer

import (
	"context"
	"errors"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/ssmcache/ssmcache/bench/store"
)

// otterPeer follows the user guide, "Loading"
// (maypok86.github.io/otter/user-guide/v2/features/loading/) and "Refresh"
// (…/features/refresh/): expiry after writing, refresh after writing at a
// shorter age, Get with a Loader, and BulkGet and BulkRefresh with a
// BulkLoader where all names are wanted.
func otterPeer() Peer {
	return Peer{
		Name:      "otter",
		Kind:      Library,
		Page:      "maypok86.github.io/otter/user-guide/v2/features/refresh/",
		ChecksAge: true,
		Open:      func(s Setup) (*Cache, error) { return openOtter(s, nil) },
	}
}

// otterCoarse is otter with the cheaper clock that the documentation of
// Options.Clock mentions: it ticks in the background, and reads look at the
// last tick.
func otterCoarse() Peer {
	p := otterPeer()
	p.Name = "otter, coarse clock"
	p.Kind = Option
	p.ReadsOnly = true
	p.Page = "pkg.go.dev/github.com/maypok86/otter/v2#NewCoarseClock"
	p.Notes = "its age is that of the last background tick"
	p.Open = func(s Setup) (*Cache, error) {
		clock := otter.NewCoarseClock(otterTick)
		cache, err := openOtter(s, clock)
		if err != nil {
			clock.Stop()
			return nil, err
		}
		closeCache := cache.Close
		cache.Close = func() {
			closeCache()
			clock.Stop()
		}
		return cache, nil
	}
	return p
}

// otterTick is how old the coarse clock's time may be: small beside any age
// that a parameter is given, large beside a read.
const otterTick = 10 * time.Millisecond

type otterCache struct {
	cache  *otter.Cache[string, string]
	names  []string
	store  *store.Store
	loader otter.Loader[string, string]
	bulk   otter.BulkLoader[string, string]
}

func openOtter(s Setup, clock otter.Clock) (*Cache, error) {
	cache, err := otter.New(&otter.Options[string, string]{
		MaximumSize: max(10_000, 2*len(s.Names)), // the guide's number, and never an eviction
		// Refreshes keep values fresh; expiry ends what could not be
		// refreshed, as MaxStale does in ssmcache.
		ExpiryCalculator:  otter.ExpiryWriting[string, string](s.every() + time.Hour),
		RefreshCalculator: otter.RefreshWriting[string, string](s.every()),
		Clock:             clock,
	})
	if err != nil {
		return nil, err
	}
	c := &otterCache{cache: cache, names: s.Names, store: s.Store}
	c.loader = otter.LoaderFunc[string, string](func(ctx context.Context, name string) (string, error) {
		return loadOne(ctx, c.store, name)
	})
	c.bulk = otter.BulkLoaderFunc[string, string](func(ctx context.Context, names []string) (map[string]string, error) {
		return loadMap(ctx, c.store, names)
	})
	return &Cache{
		One: c.one, Each: c.each, Read: c.read, Warm: c.warm, Refresh: c.refresh,
		Forget: func() { c.names = nil },
		Close:  func() { cache.StopAllGoroutines() },
	}, nil
}

func (c *otterCache) one(n int) {
	ctx, name, sum := context.Background(), c.names[0], 0
	for range n {
		v, err := c.cache.Get(ctx, name, c.loader)
		if err != nil {
			panic(err)
		}
		sum += len(v)
	}
	Sink.Add(int64(sum))
}

func (c *otterCache) each(from, n int) {
	ctx, names, sum := context.Background(), c.names, 0
	for i := from; n > 0; n-- {
		v, err := c.cache.Get(ctx, names[i], c.loader)
		if err != nil {
			panic(err)
		}
		sum += len(v)
		if i++; i == len(names) {
			i = 0
		}
	}
	Sink.Add(int64(sum))
}

func (c *otterCache) read(ctx context.Context, i int) (string, error) {
	return c.cache.Get(ctx, c.names[i], c.loader)
}

func (c *otterCache) warm(ctx context.Context) error {
	_, err := c.cache.BulkGet(ctx, c.names, c.bulk)
	return err
}

func (c *otterCache) refresh(ctx context.Context) error {
	var errs []error
	for _, r := range <-c.cache.BulkRefresh(ctx, c.names, c.bulk) {
		if r.Err != nil {
			errs = append(errs, r.Err)
		}
	}
	return errors.Join(errs...)
}
