package peer

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/dgraph-io/ristretto/v2"

	"github.com/ssmcache/ssmcache/bench/store"
)

// ristrettoPeer follows the README of github.com/dgraph-io/ristretto, "Usage",
// and the comments on Config: ten counters for each name, 64 buffered items,
// SetWithTTL. Loading and refreshing are the user's: a miss is loaded by
// whoever meets it, and a loop sets all names anew.
func ristrettoPeer() Peer {
	return Peer{
		Name:      "ristretto",
		Kind:      Library,
		Page:      "github.com/dgraph-io/ristretto#usage",
		Notes:     "does not load: the loading is the user's, here in batches",
		ChecksAge: true,
		Open:      openRistretto,
	}
}

type ristrettoCache struct {
	cache *ristretto.Cache[string, string]
	names []string
	store *store.Store
	ttl   time.Duration
	loop  *loop
}

func openRistretto(s Setup) (*Cache, error) {
	cache, err := ristretto.NewCache(&ristretto.Config[string, string]{
		NumCounters:        max(10*int64(len(s.Names)), 1000),
		MaxCost:            max(2*int64(len(s.Names)), 100), // a cost of 1 each, and never an eviction
		BufferItems:        64,
		IgnoreInternalCost: true,
	})
	if err != nil {
		return nil, err
	}
	c := &ristrettoCache{cache: cache, names: s.Names, store: s.Store, ttl: s.every() + time.Hour}
	c.loop = startLoop(s.Every, c.load)
	return &Cache{
		One: c.one, Each: c.each, Read: c.read, Warm: c.load, Refresh: c.load,
		Forget: func() { c.names = nil },
		Close: func() {
			c.loop.close()
			cache.Close()
		},
	}, nil
}

func (c *ristrettoCache) one(n int) {
	name, sum := c.names[0], 0
	for range n {
		v, ok := c.cache.Get(name)
		if !ok {
			panic("ristretto dropped a value")
		}
		sum += len(v)
	}
	Sink.Add(int64(sum))
}

func (c *ristrettoCache) each(from, n int) {
	names, sum := c.names, 0
	for i := from; n > 0; n-- {
		v, ok := c.cache.Get(names[i])
		if !ok {
			panic("ristretto dropped a value")
		}
		sum += len(v)
		if i++; i == len(names) {
			i = 0
		}
	}
	Sink.Add(int64(sum))
}

func (c *ristrettoCache) read(ctx context.Context, i int) (string, error) {
	name := c.names[i]
	if v, ok := c.cache.Get(name); ok {
		return v, nil
	}
	v, err := loadOne(ctx, c.store, name)
	if err != nil {
		return "", err
	}
	c.cache.SetWithTTL(name, v, 1, c.ttl)
	return v, nil
}

// load sets every name, again where ristretto dropped it: sets of new names
// are lost when its buffer of 32,768 is full.
func (c *ristrettoCache) load(ctx context.Context) error {
	missing := c.names
	for range 10 {
		err := loadAll(ctx, c.store, missing, func(p types.Parameter) {
			for !c.cache.SetWithTTL(*p.Name, *p.Value, 1, c.ttl) {
				c.cache.Wait()
			}
		})
		if err != nil {
			return err
		}
		c.cache.Wait()
		var dropped []string
		for _, name := range missing {
			if _, ok := c.cache.GetTTL(name); !ok {
				dropped = append(dropped, name)
			}
		}
		if len(dropped) == 0 {
			return nil
		}
		missing = dropped
	}
	return fmt.Errorf("ristretto drops %d values again and again", len(missing))
}
