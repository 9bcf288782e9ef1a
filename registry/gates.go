package registry

import (
	"reflect"
	"sync"

	"github.com/ssmcache/ssmcache/fetch"
)

// gates finds the gate of a client, so that all groups that use one client
// share its slots.
type gates struct {
	size int // constant

	mu sync.Mutex
	of map[fetch.Client]*sharedGate // comparable clients only
}

// sharedGate is a gate with the number of groups that use it.
type sharedGate struct {
	*fetch.Gate
	groups int
}

// take returns the gate of a client. A client that cannot be compared gets a
// gate of its own. drop gives it back.
func (g *gates) take(client fetch.Client) (gate *fetch.Gate, drop func()) {
	if !reflect.ValueOf(client).Comparable() {
		return fetch.NewGate(g.size), func() {}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	shared := g.of[client]
	if shared == nil {
		shared = &sharedGate{Gate: fetch.NewGate(g.size)}
		if g.of == nil {
			g.of = map[fetch.Client]*sharedGate{}
		}
		g.of[client] = shared
	}
	shared.groups++
	return shared.Gate, sync.OnceFunc(func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if shared.groups--; shared.groups == 0 {
			delete(g.of, client)
		}
	})
}
