package peer

import (
	"context"
	"time"

	"github.com/viccon/sturdyc"

	"github.com/ssmcache/ssmcache/bench/store"
)

// sturdycPeer follows the README of github.com/viccon/sturdyc, "Early
// refreshes" and "Batch endpoints": GetOrFetch with a closure over the key,
// refreshed in the background at a random age, GetOrFetchBatch where all
// names are wanted, and Passthrough to read what is not due.
func sturdycPeer() Peer {
	return Peer{
		Name:      "sturdyc",
		Kind:      Library,
		Page:      "github.com/viccon/sturdyc#early-refreshes",
		ChecksAge: true,
		Open:      openSturdyc,
	}
}

type sturdycCache struct {
	cache *sturdyc.Client[string]
	names []string
	store *store.Store
}

func openSturdyc(s Setup) (*Cache, error) {
	const (
		shards   = 10 // the README's number
		eviction = 10 // percent, the README's number
	)
	early, late := s.every()*9/10, s.every()*11/10
	c := &sturdycCache{
		// Twice the names: shards fill unevenly, and a full one evicts.
		cache: sturdyc.New[string](max(10_000, 2*len(s.Names)), shards, s.every()+time.Hour, eviction,
			sturdyc.WithEarlyRefreshes(early, late, s.every()+time.Hour, 10*time.Millisecond)),
		names: s.Names,
		store: s.Store,
	}
	return &Cache{
		One: c.one, Each: c.each, Read: c.read, Warm: c.warm, Refresh: c.refresh,
		Forget: func() { c.names = nil },
		Close:  func() {}, // sturdyc has no end: its eviction goroutine runs for ever
	}, nil
}

// get is the README's API.Get: a method around GetOrFetch whose fetch
// function closes over the key.
func (c *sturdycCache) get(ctx context.Context, name string) (string, error) {
	return c.cache.GetOrFetch(ctx, name, func(ctx context.Context) (string, error) {
		return loadOne(ctx, c.store, name)
	})
}

func (c *sturdycCache) one(n int) {
	ctx, name, sum := context.Background(), c.names[0], 0
	for range n {
		v, err := c.get(ctx, name)
		if err != nil {
			panic(err)
		}
		sum += len(v)
	}
	Sink.Add(int64(sum))
}

func (c *sturdycCache) each(from, n int) {
	ctx, names, sum := context.Background(), c.names, 0
	for i := from; n > 0; n-- {
		v, err := c.get(ctx, names[i])
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

func (c *sturdycCache) read(ctx context.Context, i int) (string, error) {
	return c.get(ctx, c.names[i])
}

// key is the key of a name: the same for batches and for single reads.
func key(name string) string { return name }

func (c *sturdycCache) fetch(ctx context.Context, names []string) (map[string]string, error) {
	return loadMap(ctx, c.store, names)
}

func (c *sturdycCache) warm(ctx context.Context) error {
	_, err := c.cache.GetOrFetchBatch(ctx, c.names, key, c.fetch)
	return err
}

func (c *sturdycCache) refresh(ctx context.Context) error {
	_, err := c.cache.PassthroughBatch(ctx, c.names, key, c.fetch)
	return err
}
