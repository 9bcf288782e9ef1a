package peer

import (
	"context"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

// The names of ssmcache's own ways to read.
const (
	OursGet    = "ssmcache"
	OursOnRead = "ssmcache, on read"
	OursValue  = "ssmcache, Value[T]"
)

// ours returns ssmcache, set up as its README begins: a registry, a group
// with a MaxAge, a handle for each name.
func ours() []Peer {
	return []Peer{
		{
			Name: OursGet, Kind: Ours, Page: "README.md", KeepsARN: true,
			Notes: "Handle.Get, RefreshAhead",
			Open:  func(s Setup) (*Cache, error) { return openOurs(s, registry.RefreshAhead) },
			OpenGroups: func(s Setup, groups int) ([]*Cache, error) {
				return openOurGroups(s, registry.RefreshAhead, groups)
			},
		},
		{
			Name: OursOnRead, Kind: Ours, Page: "README.md", KeepsARN: true,
			Notes: "Handle.Get, RefreshOnRead", ChecksAge: true, ReadsOnly: true, Idles: true,
			Open: func(s Setup) (*Cache, error) { return openOurs(s, registry.RefreshOnRead) },
			OpenGroups: func(s Setup, groups int) ([]*Cache, error) {
				return openOurGroups(s, registry.RefreshOnRead, groups)
			},
		},
		{
			Name: OursValue, Kind: Ours, Page: "README.md", KeepsARN: true,
			Notes: "handle.As, RefreshAhead", ReadsOnly: true,
			Open: openOurValues,
		},
	}
}

type ourCache struct {
	group   *registry.Group
	handles []*handle.Handle // by name
}

func openOurs(s Setup, mode registry.RefreshMode) (*Cache, error) {
	caches, err := openOurGroups(s, mode, 1)
	if err != nil {
		return nil, err
	}
	return caches[0], nil
}

func openOurGroups(s Setup, mode registry.RefreshMode, groups int) ([]*Cache, error) {
	r, err := registry.Open(context.Background(), registry.Config{Client: s.Store})
	if err != nil {
		return nil, err
	}
	caches := make([]*Cache, groups)
	for i := range caches {
		if caches[i], err = openOurGroup(r, s, mode); err != nil {
			return nil, err
		}
	}
	return caches, nil
}

func openOurGroup(r *registry.Registry, s Setup, mode registry.RefreshMode) (*Cache, error) {
	group, err := r.Group(registry.GroupConfig{
		// RefreshAhead refreshes at 70 to 90 % of MaxAge.
		MaxAge: s.every() * 5 / 4,
		Mode:   mode,
	})
	if err != nil {
		return nil, err
	}
	c := &ourCache{group: group, handles: make([]*handle.Handle, len(s.Names))}
	for i, name := range s.Names {
		if c.handles[i], err = group.Parameter(name); err != nil {
			return nil, err
		}
	}
	return &Cache{
		One: c.one, Each: c.each,
		Read:    func(ctx context.Context, i int) (string, error) { return c.handles[i].Get(ctx) },
		Warm:    group.Warm,
		Refresh: group.Refresh,
		Forget:  func() { c.handles = nil },
		Close:   func() { closeOurs(r) },
	}, nil
}

func closeOurs(r *registry.Registry) {
	if err := r.Close(); err != nil {
		panic(err) // no client here ignores its context
	}
}

func (c *ourCache) one(n int) {
	ctx, h, sum := context.Background(), c.handles[0], 0
	for range n {
		v, err := h.Get(ctx)
		if err != nil {
			panic(err)
		}
		sum += len(v)
	}
	Sink.Add(int64(sum))
}

func (c *ourCache) each(from, n int) {
	ctx, handles, sum := context.Background(), c.handles, 0
	for i := from; n > 0; n-- {
		v, err := handles[i].Get(ctx)
		if err != nil {
			panic(err)
		}
		sum += len(v)
		if i++; i == len(handles) {
			i = 0
		}
	}
	Sink.Add(int64(sum))
}

// decoded stands for what an application decodes a parameter into.
type decoded struct {
	text string
	when time.Time
}

func decode(p fetch.Parameter) (*decoded, error) {
	return &decoded{text: p.Text(), when: p.LastModified()}, nil
}

type ourValues struct {
	values []*handle.Value[*decoded] // by name
}

func openOurValues(s Setup) (*Cache, error) {
	r, err := registry.Open(context.Background(), registry.Config{Client: s.Store})
	if err != nil {
		return nil, err
	}
	group, err := r.Group(registry.GroupConfig{MaxAge: s.every() * 5 / 4, Mode: registry.RefreshAhead})
	if err != nil {
		return nil, err
	}
	c := &ourValues{values: make([]*handle.Value[*decoded], len(s.Names))}
	for i, name := range s.Names {
		h, err := group.Parameter(name)
		if err != nil {
			return nil, err
		}
		c.values[i] = handle.As(h, decode)
	}
	return &Cache{
		One: c.one, Each: c.each,
		Read: func(ctx context.Context, i int) (string, error) {
			v, err := c.values[i].Get(ctx)
			if err != nil {
				return "", err
			}
			return v.text, nil
		},
		Warm:    group.Warm,
		Refresh: group.Refresh,
		Forget:  func() { c.values = nil },
		Close:   func() { closeOurs(r) },
	}, nil
}

func (c *ourValues) one(n int) {
	ctx, value, sum := context.Background(), c.values[0], 0
	for range n {
		v, err := value.Get(ctx)
		if err != nil {
			panic(err)
		}
		sum += len(v.text)
	}
	Sink.Add(int64(sum))
}

func (c *ourValues) each(from, n int) {
	ctx, values, sum := context.Background(), c.values, 0
	for i := from; n > 0; n-- {
		v, err := values[i].Get(ctx)
		if err != nil {
			panic(err)
		}
		sum += len(v.text)
		if i++; i == len(values) {
			i = 0
		}
	}
	Sink.Add(int64(sum))
}
