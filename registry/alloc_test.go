package registry_test

import (
	"testing"
	"time"

	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

func TestCachedReadsDoNotAllocate(t *testing.T) {
	for _, mode := range []registry.RefreshMode{registry.RefreshAhead, registry.RefreshOnRead} {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{MaxAge: time.Hour, Mode: mode})
		l.store.Put("/number", "42")
		h := l.parameter(g, "/number")
		number := handle.Int(h)
		if n, err := number.Get(t.Context()); err != nil || n != 42 {
			t.Fatalf("%d, %v", n, err)
		}
		ctx := ended() // a read that waited would fail
		for what, read := range map[string]func() bool{
			"Get":       func() bool { text, err := h.Get(ctx); return err == nil && text == "42" },
			"Lookup":    func() bool { p, err := h.Lookup(ctx); return err == nil && p.Text() == "42" },
			"Peek":      func() bool { p, ok := h.Peek(); return ok && p.Text() == "42" },
			"Value.Get": func() bool { n, err := number.Get(ctx); return err == nil && n == 42 },
		} {
			failed := false
			if allocs := testing.AllocsPerRun(1000, func() { failed = failed || !read() }); allocs != 0 || failed {
				t.Errorf("%v: %s: %v allocations, failed: %v", mode, what, allocs, failed)
			}
		}
		l.calls(1)
	}
}
