package koanf

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/ssmcache/ssmcache/registry"
)

// lookEvery is how often a watch looks whether the group has fetched: two
// refreshes of a group start at least a second apart.
const lookEvery = time.Second

var errWatched = errors.New("ssmcache: koanf: the provider is being watched already")

// watch is a goroutine that tells of changes.
type watch struct {
	stop context.CancelFunc // constant
	done sync.WaitGroup     // of the goroutine
}

// Watch has cb called after each change of what Read returns, from the last Read
// on, about a second after the fetch that brought it. As koanf's providers do, it
// passes no event. When what the group has can no longer be read as a whole, cb
// is called with that error, once until it can. Calls are one at a time, on a
// goroutine that ends with the provider's context, with Unwatch, or with the
// group, of which cb is told by an error that matches [registry.ErrClosed]. A
// panic in cb is not recovered.
//
// Load merges what it reads into what the Koanf has, so that the keys of deleted
// parameters stay: load into a new Koanf where that matters.
//
// Watch itself neither blocks nor fetches. It returns an error if the provider
// is being watched already.
func (p *Provider) Watch(cb func(event any, err error)) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.watch != nil {
		return errWatched
	}
	ctx, stop := context.WithCancel(p.ctx)
	p.watch = &watch{stop: stop}
	teller := &teller{provider: p, cb: cb, told: p.last}
	if teller.told == nil {
		teller.told, _ = p.read(ended())
	}
	p.watch.done.Go(func() { teller.run(ctx) })
	return nil
}

// Unwatch ends the watch, and waits for a call of its callback to return: it is
// not to be called from there. It does nothing if there is no watch.
func (p *Provider) Unwatch() error {
	p.mu.Lock()
	w := p.watch
	p.mu.Unlock()
	if w == nil {
		return nil
	}
	w.stop()
	w.done.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.watch == w {
		p.watch = nil
	}
	return nil
}

// teller is what a watch's goroutine owns.
type teller struct {
	provider *Provider
	cb       func(any, error)
	told     *reading // what the callback knows; nil: nothing
	failing  bool     // the callback knows that reads fail
	fetches  int64    // of the group, at the last look
}

func (t *teller) run(ctx context.Context) {
	clock := t.provider.cfg.Clock
	t.fetches = -1
	for ctx.Err() == nil && t.look() {
		timer := clock.Timer(lookEvery)
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

// look calls the callback if there is something to tell. It reports false when
// the group is closed.
func (t *teller) look() bool {
	p := t.provider
	fetches := p.group.Stats().Fetches
	if _, err := p.group.View(ended()); errors.Is(err, registry.ErrClosed) {
		t.cb(nil, err)
		return false
	}
	if fetches == t.fetches {
		return true
	}
	t.fetches = fetches
	r, err := p.read(ended())
	switch {
	case errors.Is(err, context.Canceled), errors.As(err, new(unsettled)): // something has not been fetched yet
	case err != nil:
		if !t.failing {
			t.failing = true
			t.cb(nil, err)
		}
	default:
		t.failing = false
		if !r.same(t.told) {
			t.told = r
			t.cb(nil, nil)
		}
	}
	return true
}

// ended returns a context that has ended: a read with it takes what there is.
func ended() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}
