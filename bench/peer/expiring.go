package peer

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ssmcache/ssmcache/bench/store"
)

// expiringMap is what one writes by hand: a map from names to values with an
// expiry, under a sync.RWMutex. The first reader of a missing or expired name
// loads all names and lets the others wait.
func expiringMap() Peer {
	return Peer{
		Name:      "RWMutex map",
		Kind:      Library,
		Page:      "pkg.go.dev/sync#RWMutex",
		Notes:     "written by hand: loads all names under its lock",
		ChecksAge: true,
		Open: func(s Setup) (*Cache, error) {
			c := &expiring{
				entries: make(map[string]expiringEntry, len(s.Names)),
				names:   s.Names, store: s.Store, ttl: s.every() + time.Hour,
			}
			refresher := startLoop(s.Every, c.load)
			return &Cache{
				One: c.one, Each: c.each, Read: c.readAt, Warm: c.load, Refresh: c.load,
				Forget: func() { c.names = nil },
				Close:  refresher.close,
			}, nil
		},
	}
}

type expiring struct {
	mu      sync.RWMutex
	entries map[string]expiringEntry // guarded by mu; replaced by load
	names   []string
	store   *store.Store
	ttl     time.Duration
}

type expiringEntry struct {
	value   string
	expires time.Time
}

func (c *expiring) get(ctx context.Context, name string) (string, error) {
	c.mu.RLock()
	e, ok := c.entries[name]
	c.mu.RUnlock()
	if ok && time.Now().Before(e.expires) {
		return e.value, nil
	}
	return c.miss(ctx, name)
}

// miss loads everything, unless another reader has done so meanwhile.
func (c *expiring) miss(ctx context.Context, name string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[name]; ok && time.Now().Before(e.expires) {
		return e.value, nil
	}
	entries, err := c.fetch(ctx)
	if err != nil {
		return "", err
	}
	c.entries = entries
	return entries[name].value, nil
}

// load replaces the map without keeping readers waiting.
func (c *expiring) load(ctx context.Context) error {
	entries, err := c.fetch(ctx)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries = entries
	return nil
}

func (c *expiring) fetch(ctx context.Context) (map[string]expiringEntry, error) {
	entries := make(map[string]expiringEntry, len(c.names))
	expires := time.Now().Add(c.ttl)
	err := loadAll(ctx, c.store, c.names, func(p types.Parameter) {
		entries[*p.Name] = expiringEntry{value: *p.Value, expires: expires}
	})
	return entries, err
}

func (c *expiring) one(n int) {
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

func (c *expiring) each(from, n int) {
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

func (c *expiring) readAt(ctx context.Context, i int) (string, error) { return c.get(ctx, c.names[i]) }
