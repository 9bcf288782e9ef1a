package peer_test

import (
	"context"
	"testing"
	"time"

	"github.com/ssmcache/ssmcache/bench/peer"
	"github.com/ssmcache/ssmcache/bench/store"
)

func caches(t *testing.T, run func(*testing.T, peer.Peer)) {
	t.Helper()
	for _, p := range peer.All() {
		if p.Kind == peer.Floor {
			continue
		}
		t.Run(p.Name, func(t *testing.T) { run(t, p) })
	}
}

func open(t *testing.T, p peer.Peer, s peer.Setup) *peer.Cache {
	t.Helper()
	c, err := p.Open(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestAWarmPeerReadsWhatTheStoreHasWithoutACall(t *testing.T) {
	caches(t, func(t *testing.T, p peer.Peer) {
		s := store.New(store.Config{})
		names := store.Names(25)
		c := open(t, p, peer.Setup{Names: names, Store: s})
		if got := s.Calls(); got != 0 {
			t.Fatalf("opening made %d calls", got)
		}
		if err := c.Warm(t.Context()); err != nil {
			t.Fatal(err)
		}
		before := s.Calls()
		c.One(10)
		c.Each(20, 30)
		for i, name := range names {
			if p.Name == "setec" {
				break // its Read looks secrets up, which only a cold store allows
			}
			got, err := c.Read(t.Context(), i)
			if err != nil || got != store.Value(name) {
				t.Fatalf("Read(%d) = %q, %v, want %q", i, got, err, store.Value(name))
			}
		}
		if got := s.Calls(); got != before {
			t.Errorf("reads of a warm peer made %d calls", got-before)
		}
	})
}

func TestAColdPeerLoadsWhatItsFirstReaderAsksFor(t *testing.T) {
	caches(t, func(t *testing.T, p peer.Peer) {
		s := store.New(store.Config{Latency: time.Millisecond})
		names := store.Names(12)
		c := open(t, p, peer.Setup{Names: names, Store: s, Cold: true})
		for i, name := range names {
			got, err := c.Read(t.Context(), i)
			if err != nil || got != store.Value(name) {
				t.Fatalf("Read(%d) = %q, %v, want %q", i, got, err, store.Value(name))
			}
		}
		if s.Calls() == 0 {
			t.Error("no call was made")
		}
	})
}

func TestRefreshAsksForEveryName(t *testing.T) {
	caches(t, func(t *testing.T, p peer.Peer) {
		s := store.New(store.Config{})
		names := store.Names(25)
		c := open(t, p, peer.Setup{Names: names, Store: s})
		if c.Refresh == nil {
			t.Skip("refreshes by itself, or not at all")
		}
		if err := c.Warm(t.Context()); err != nil {
			t.Fatal(err)
		}
		before := s.Names()
		if err := c.Refresh(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got := s.Names() - before; got != int64(len(names)) {
			t.Errorf("a refresh of %d names asked for %d", len(names), got)
		}
	})
}
