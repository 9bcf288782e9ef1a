package koanf_test

import (
	"context"
	"fmt"
	"reflect"
	"testing"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
	ssmkoanf "github.com/ssmcache/ssmcache/registry/koanf"
)

// lab is a group of a registry on a store in memory.
type lab struct {
	*testing.T
	store *ssmtest.Store
	reg   *registry.Registry
	*registry.Group
	ctx    context.Context
	cancel context.CancelFunc // ends the providers' context
}

// open returns a lab whose group has the given names. Its registry is closed
// when the test ends.
func open(t *testing.T, cfg registry.GroupConfig, names ...string) *lab {
	t.Helper()
	l := &lab{T: t, store: ssmtest.New(ssmtest.Config{})}
	l.ctx, l.cancel = context.WithCancel(t.Context())
	var err error
	if l.reg, err = registry.Open(t.Context(), registry.Config{Client: l.store.Client()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		l.cancel()
		if err := l.reg.Close(); err != nil {
			t.Error(err)
		}
	})
	if l.Group, err = l.reg.Group(cfg); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if _, err := l.Parameter(name); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

func (l *lab) provider(cfg ssmkoanf.Config) *ssmkoanf.Provider {
	return ssmkoanf.New(l.ctx, l.Group, cfg)
}

// reads fails unless the provider reads exactly want.
func (l *lab) reads(p *ssmkoanf.Provider, want map[string]any) {
	l.Helper()
	got, err := p.Read()
	if err != nil || !reflect.DeepEqual(got, want) {
		l.Errorf("read %v and error %v, want %v", got, err, want)
	}
}

func (l *lab) refresh() {
	l.Helper()
	if err := l.Refresh(l.Context()); err != nil {
		l.Fatal(err)
	}
}

// tree is nested maps.
type tree = map[string]any

// calls are those of a watch's callback, each as its error's text, or "changed".
type calls chan string

func newCalls() calls { return make(calls, 100) }

func (c calls) add(event any, err error) {
	switch {
	case event != nil:
		c <- fmt.Sprintf("event %v", event)
	case err != nil:
		c <- err.Error()
	default:
		c <- "changed"
	}
}

// are fails unless exactly these calls came since the last look.
func (c calls) are(t *testing.T, want ...string) {
	t.Helper()
	got := []string{}
	for len(c) > 0 {
		got = append(got, <-c)
	}
	if len(got) != len(want) || len(got) > 0 && !reflect.DeepEqual(got, want) {
		t.Errorf("the callback got %q, want %q", got, want)
	}
}
