package prom_test

import (
	"testing"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
	"github.com/ssmcache/ssmcache/registry/prom"
)

// lab is a registry on a store in memory, with a Collector attached.
type lab struct {
	*testing.T
	store *ssmtest.Store
	*registry.Registry
	*prom.Collector
}

// open returns a lab. Its registry is closed when the test ends.
func open(t *testing.T) *lab {
	t.Helper()
	l := &lab{T: t, store: ssmtest.New(ssmtest.Config{}), Collector: prom.NewCollector()}
	var err error
	l.Registry, err = registry.Open(t.Context(), registry.Config{Client: l.store.Client(), Observer: l.Observer()})
	if err != nil {
		t.Fatal(err)
	}
	l.Attach(l.Registry)
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func (l *lab) group(cfg registry.GroupConfig) *registry.Group {
	l.Helper()
	g, err := l.Group(cfg)
	if err != nil {
		l.Fatal(err)
	}
	return g
}

func (l *lab) parameter(g *registry.Group, name string) *handle.Handle {
	l.Helper()
	h, err := g.Parameter(name)
	if err != nil {
		l.Fatal(err)
	}
	return h
}

func (l *lab) get(h *handle.Handle) {
	l.Helper()
	if _, err := h.Get(l.Context()); err != nil {
		l.Fatal(err)
	}
}
