package registry_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/registry"
)

// Rule 24.

func TestCloseAnswersEveryWaiterWithErrClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{MaxAge: time.Minute})
		warm := l.put(g, "/warm")[0]
		l.gives(warm, "/warm")
		cold := l.put(g, "/cold")[0]
		l.store.SetLatency(time.Hour)
		present := l.lookup(warm)
		var all sync.WaitGroup
		for what, call := range map[string]func(context.Context) error{
			"Get":              func(ctx context.Context) error { _, err := cold.Get(ctx); return err },
			"Lookup":           func(ctx context.Context) error { _, err := cold.Lookup(ctx); return err },
			"Handle.Refresh":   warm.Refresh,
			"Group.Refresh":    g.Refresh,
			"Reject":           func(ctx context.Context) error { return warm.Reject(ctx, present) },
			"Group.Warm":       g.Warm,
			"View":             func(ctx context.Context) error { _, err := g.View(ctx); return err },
			"Parameters":       func(ctx context.Context) error { _, err := g.Parameters(ctx, "/p", registry.PathOptions{}); return err },
			"Registry.Warm":    l.Warm,
			"Registry.Refresh": l.Refresh,
		} {
			all.Go(func() {
				if err := call(t.Context()); !errors.Is(err, registry.ErrClosed) {
					t.Errorf("%s: %v", what, err)
				}
			})
		}
		all.Go(func() {
			for range warm.Changes(t.Context()) {
			}
		})
		time.Sleep(time.Second)
		d := took(func() {
			if err := l.Close(); err != nil {
				t.Error(err)
			}
			all.Wait()
		})
		if d != 0 {
			t.Errorf("it took %v", d)
		}
	})
}

func TestAfterCloseEveryCallFailsWithErrClosed(t *testing.T) {
	for _, mode := range []registry.RefreshMode{registry.RefreshAhead, registry.RefreshOnRead} {
		synctest.Test(t, func(t *testing.T) {
			l := open(t, registry.Config{})
			g := l.group(registry.GroupConfig{MaxAge: time.Hour, Mode: mode})
			h := l.put(g, "/a")[0]
			l.gives(h, "/a")
			p := l.lookup(h)
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			_, getErr := h.Get(t.Context())
			_, lookupErr := h.Lookup(t.Context())
			_, viewErr := g.View(t.Context())
			_, listErr := g.Parameters(t.Context(), "/p", registry.PathOptions{})
			_, nameErr := g.Parameter("/b")
			_, secretErr := g.Secret("s")
			_, groupErr := l.Registry.Group(registry.GroupConfig{})
			_, singleErr := l.Parameter("/a", registry.GroupConfig{})
			_, singleSecretErr := l.Secret("s", registry.GroupConfig{})
			for i, err := range []error{
				getErr, lookupErr, viewErr, listErr, nameErr, secretErr, groupErr, singleErr, singleSecretErr,
				h.Refresh(t.Context()), h.Reject(t.Context(), p), g.Refresh(t.Context()), g.Warm(t.Context()),
				l.Refresh(t.Context()), l.Warm(t.Context()),
			} {
				if !errors.Is(err, registry.ErrClosed) {
					t.Errorf("%v, %d: %v", mode, i, err)
				}
			}
			if _, ok := h.Peek(); ok {
				t.Errorf("%v: Peek after Close", mode)
			}
			for range h.Changes(t.Context()) {
				t.Errorf("%v: Changes after Close", mode)
			}
			if err := l.Close(); err != nil {
				t.Errorf("a second Close: %v", err)
			}
			if err := g.Close(); err != nil {
				t.Errorf("Close of the group: %v", err)
			}
		})
	}
}

func TestCloseOfAGroupLeavesTheOthersAndFreesItsName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		one, two := l.group(registry.GroupConfig{Name: "one"}), l.group(registry.GroupConfig{Name: "two"})
		a, b := l.put(one, "/a")[0], l.put(two, "/b")[0]
		if err := one.Close(); err != nil {
			t.Fatal(err)
		}
		l.fails(a, registry.ErrClosed)
		l.gives(b, "/b")
		l.refresh(l)
		l.gives(l.put(l.group(registry.GroupConfig{Name: "one"}), "/a")[0], "/a")
	})
}

func TestCloseJoinsACallThatLingers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := &lingering{after: 999 * time.Millisecond, ended: make(chan struct{})}
		l := open(t, registry.Config{Client: client})
		h := l.put(l.group(registry.GroupConfig{}), "/a")[0]
		go func() { _, _ = h.Get(context.Background()) }()
		time.Sleep(time.Second)
		if d := took(func() { _ = l.Close() }); d != 999*time.Millisecond {
			t.Errorf("Close took %v", d)
		}
		select {
		case <-client.ended:
		default:
			t.Error("the call goes on after Close")
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestCloseNamesTheGroupWhoseClientIgnoresItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, logger := newLog()
		store := open(t, registry.Config{}).store
		reg, err := registry.Open(t.Context(), registry.Config{Client: store.Client(), Logger: logger})
		if err != nil {
			t.Fatal(err)
		}
		client := &lingering{after: time.Hour, ended: make(chan struct{})}
		for name, cfg := range map[string]registry.GroupConfig{"deaf": {Client: client}, "polite": {}} {
			cfg.Name = name
			g, err := reg.Group(cfg)
			if err != nil {
				t.Fatal(err)
			}
			h, err := g.Parameter("/a")
			if err != nil {
				t.Fatal(err)
			}
			go func() { _, _ = h.Get(context.Background()) }()
		}
		time.Sleep(time.Second)
		var closeErr error
		if d := took(func() { closeErr = reg.Close() }); d != time.Second {
			t.Errorf("Close took %v", d)
		}
		if closeErr == nil || !strings.Contains(closeErr.Error(), `"deaf"`) || strings.Contains(closeErr.Error(), "polite") {
			t.Errorf("Close: %v", closeErr)
		}
		if again := reg.Close(); again == nil || again.Error() != closeErr.Error() {
			t.Errorf("a second Close: %v", again)
		}
		log.has(t, "abandoned")
		<-client.ended // an hour later: nothing of the bubble is left
	})
}

func TestNothingRunsAfterClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // which fails if a goroutine is left
		l := open(t, registry.Config{})
		for _, mode := range []registry.RefreshMode{registry.RefreshAhead, registry.RefreshOnRead} {
			g := l.group(registry.GroupConfig{MaxAge: time.Minute, Mode: mode})
			l.gives(l.put(g, "/a")[0], "/a")
		}
		l.store.ResetCalls()
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		l.calls(0)
	})
}

func TestAParameterIsHadAnewWhenItsGroupHasBeenClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		l.store.Put("/a", "/a")
		cfg := registry.GroupConfig{Name: "single", MaxAge: time.Hour}
		first, err := l.Parameter("/a", cfg)
		if err != nil {
			t.Fatal(err)
		}
		l.gives(first, "/a")
		if err := l.Groups()[0].Close(); err != nil {
			t.Error(err)
		}
		second, err := l.Parameter("/a", cfg)
		if err != nil {
			t.Fatal(err)
		}
		l.gives(second, "/a")
		l.fails(first, registry.ErrClosed)
	})
}
