package main

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ssmcache/ssmcache/registry"
)

// readers are goroutines that read as the requests of a busy server would.
type readers struct {
	every time.Duration // constant; between two rounds of one reader

	reads  atomic.Int64
	failed atomic.Int64
	warm   latencies // of all rounds but each reader's first

	ready sync.WaitGroup // each reader's first round
	ended sync.WaitGroup
}

// firstRound is how many reads a reader's first round has: its sample and the
// listing.
const firstRound = 10 + 1

// start starts n goroutines that read until ctx ends. Each lists the features
// and reads its sample, then its sample again and again.
func (r *readers) start(ctx context.Context, n int, group *registry.Group, s *stock) {
	r.ready.Add(n)
	for i := range n {
		r.ended.Go(func() { r.read(ctx, i, group, s.sample(i)) })
	}
}

func (r *readers) read(ctx context.Context, n int, group *registry.Group, sample []func(context.Context) error) {
	list := func(ctx context.Context) error {
		_, err := group.Parameters(ctx, feature, registry.PathOptions{})
		return err
	}
	r.count(list(ctx)) // first, so that the path is part of the cold start
	for _, one := range sample {
		r.count(one(ctx))
	}
	r.ready.Done()

	tick := time.NewTimer(rand.N(r.every)) // out of step with the others
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			tick.Reset(r.every)
		case <-ctx.Done():
			return
		}
		for _, one := range sample {
			start := time.Now()
			err := one(ctx)
			r.warm.add(n, time.Since(start))
			r.count(err)
		}
	}
}

func (r *readers) count(err error) {
	r.reads.Add(1)
	if err != nil {
		r.failed.Add(1)
	}
}
