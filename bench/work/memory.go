package work

import (
	"context"
	"runtime"

	"github.com/ssmcache/ssmcache/bench/figure"
	"github.com/ssmcache/ssmcache/bench/peer"
	"github.com/ssmcache/ssmcache/bench/store"
)

// Units of the work "memory".
const (
	BytesPerName    = "B/name"          // everything
	OverheadPerName = "overhead-B/name" // beyond the strings that the peer has to hold
)

// MemorySizes returns the numbers of names whose memory is measured.
func (l *Lab) MemorySizes() []int {
	if l.Quick {
		return []int{1_000}
	}
	return []int{1_000, 100_000, 1_000_000}
}

// Memory measures what a warm entry holds, each in a process of its own:
// live objects and stacks after a garbage collection, less those before
// opening. The names are made within the measurement and let go by the
// caller, so that a library pays for them exactly if it keeps them.
func (l *Lab) Memory(ctx context.Context) error {
	var children []Child
	for _, n := range l.MemorySizes() {
		for _, p := range groupPeers() {
			if p.Goroutines && n > p.Most && !l.Full {
				continue // a goroutine a name, and minutes of requests
			}
			children = append(children, Child{Kind: "memory", Peer: p.Name, N: n})
		}
	}
	for range l.Runs {
		samples, err := runAll(ctx, children, 2)
		if err != nil {
			return err
		}
		for i, c := range children {
			for unit, v := range samples[i] {
				l.Figures.Add(figure.Key{Work: "memory", Peer: c.Peer, N: c.N, Unit: unit}, v)
			}
		}
	}
	return nil
}

func measureMemory(ctx context.Context, c Child) (map[string]float64, error) {
	p, err := peer.Named(c.Peer)
	if err != nil {
		return nil, err
	}
	names := make([]string, c.N) // the caller's own, counted before and after
	source := swift()
	warmUp, err := openWarm(ctx, p, peer.Setup{Names: store.Names(10), Store: source})
	if err != nil {
		return nil, err
	}
	warmUp.Close() // what a library keeps for the whole process is not an entry's
	before := heldBytes()

	store.Fill(names)
	nameBytes, valueBytes, arnBytes := store.Size(names[0])
	cache, err := openWarm(ctx, p, peer.Setup{Names: names, Store: source})
	if err != nil {
		return nil, err
	}
	cache.Forget()
	clear(names)
	held := float64(int64(heldBytes())-int64(before)) / float64(c.N)
	runtime.KeepAlive(names)
	cache.Close()

	needed := nameBytes + valueBytes
	if p.KeepsARN {
		needed += arnBytes
	}
	return map[string]float64{BytesPerName: held, OverheadPerName: held - float64(needed)}, nil
}
