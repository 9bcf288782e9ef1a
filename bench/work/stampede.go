package work

import (
	"context"
	"sync"

	"github.com/ssmcache/ssmcache/bench/figure"
	"github.com/ssmcache/ssmcache/bench/peer"
	"github.com/ssmcache/ssmcache/bench/store"
)

const (
	stampedeNames      = 100
	stampedeGoroutines = 10_000
)

// Stampede measures 10,000 goroutines that at once read a cold group of 100
// names, on a store that takes 10 ms a call and answers any number at a time:
// how long until the last one has its value, and how many API calls.
func (l *Lab) Stampede(ctx context.Context) error {
	for range l.Runs {
		for _, p := range shuffled(l, groupPeers()) {
			if err := l.stampede(ctx, p); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *Lab) stampede(ctx context.Context, p peer.Peer) error {
	source := store.New(store.Config{Latency: callLatency})
	names := store.Names(stampedeNames)
	var (
		cache   *peer.Cache
		failure firstError
	)
	settle()
	// Opening is in the time: some peers begin to fetch right then.
	took := timeTogether(stampedeGoroutines, func() {
		var err error
		cache, err = p.Open(peer.Setup{Names: names, Store: source, Cold: true})
		failure.note(err)
	}, func(g int) {
		if cache == nil {
			return // it could not be opened, and the failure is noted
		}
		_, err := cache.Read(ctx, g%stampedeNames)
		failure.note(err)
	})
	if cache != nil {
		defer cache.Close()
	}
	if failure.err != nil {
		return failure.err
	}
	k := figure.Key{Work: "stampede", Peer: p.Name, N: stampedeGoroutines, Unit: Milliseconds}
	l.Figures.Add(k, milliseconds(took))
	k.Unit = Calls
	l.Figures.Add(k, float64(source.Calls()))
	return nil
}

// firstError keeps the first error that any goroutine notes.
type firstError struct {
	once sync.Once
	err  error // stored under once; read when all goroutines have ended
}

func (f *firstError) note(err error) {
	if err != nil {
		f.once.Do(func() { f.err = err })
	}
}
