package work

import (
	"context"
	"runtime"
	"time"

	"github.com/ssmcache/ssmcache/bench/figure"
	"github.com/ssmcache/ssmcache/bench/peer"
	"github.com/ssmcache/ssmcache/bench/store"
)

// growth is the work of that name; its cases are what grows, and its figures
// are all our own.
const growth = "growth"

// The cases of the work "growth" and what their N is.
var growthCases = []struct {
	Case, Of string
	Constant bool // a read, which must not grow at all
}{
	{"register names", "names", false},
	{"warm names", "names", false},
	{"refresh names", "names", false},
	{"hold names", "names", false},
	{"read one of names", "names", true},
	{"open groups", "groups", false},
	{"warm groups", "groups", false},
	{"close groups", "groups", false},
	{"read one of groups", "groups", true},
	{"read by goroutines", "goroutines", true},
	{"stampede of goroutines", "goroutines", false},
}

// decades returns the sizes of a growth: four of them, three decades apart.
func (l *Lab) decades(from int) []int {
	if l.Quick {
		return []int{from, 3 * from, 10 * from}
	}
	return []int{from, 10 * from, 100 * from, 1000 * from}
}

// Growth measures ssmcache's own costs at sizes three decades apart, on a
// store that answers at once: names in one group, groups in one registry, and
// goroutines that read one name.
func (l *Lab) Growth(ctx context.Context) error {
	ours, err := peer.Named(peer.OursGet)
	if err != nil {
		return err
	}
	if cache, err := openWarm(ctx, ours, peer.Setup{Names: store.Names(100), Store: swift()}); err == nil {
		cache.Close() // what is paid once for a process is not a group's
	}
	for range l.Runs {
		for _, n := range shuffled(l, l.decades(100)) {
			if err := l.growNames(ctx, ours, n); err != nil {
				return err
			}
		}
		for _, n := range shuffled(l, l.decades(10)) {
			if err := l.growGroups(ctx, ours, n); err != nil {
				return err
			}
		}
		if err := l.growReaders(ctx, ours); err != nil {
			return err
		}
	}
	return nil
}

func (l *Lab) grown(c string, n int, unit string, v float64) {
	l.Figures.Add(figure.Key{Work: growth, Case: c, Peer: peer.OursGet, N: n, Unit: unit}, v)
}

// repeats says how often a measurement of n things is repeated, so that a
// small one is not the length of one tick.
func repeats(n int) int { return max(1, 5_000/n) }

func (l *Lab) growNames(ctx context.Context, ours peer.Peer, n int) error {
	names := store.Names(n)
	times := repeats(n)
	caches := make([]*peer.Cache, 0, times)
	before := heldBytes()

	took, err := timed(times, func() error {
		cache, err := ours.Open(peer.Setup{Names: names, Store: swift()})
		caches = append(caches, cache)
		return err
	})
	if err != nil {
		return err
	}
	l.grown("register names", n, Milliseconds, took)

	next := each(caches)
	if took, err = timed(times, func() error { return next().Warm(ctx) }); err != nil {
		return err
	}
	l.grown("warm names", n, Milliseconds, took)

	next = each(caches)
	if took, err = timed(times, func() error { return next().Refresh(ctx) }); err != nil {
		return err
	}
	l.grown("refresh names", n, Milliseconds, took)
	l.grown("read one of names", n, PerRead, l.readOne(caches[0]))

	for _, c := range caches {
		c.Forget()
	}
	held := float64(int64(heldBytes())-int64(before)) / float64(times)
	l.grown("hold names", n, "B", held)
	for _, c := range caches {
		c.Close()
	}
	runtime.KeepAlive(names)
	return nil
}

func (l *Lab) growGroups(ctx context.Context, ours peer.Peer, n int) error {
	setup := peer.Setup{Names: store.Names(idleNames), Store: swift()}
	settle()
	var caches []*peer.Cache
	took, err := timed(1, func() (err error) {
		caches, err = ours.Groups(setup, n)
		return err
	})
	if err != nil {
		return err
	}
	l.grown("open groups", n, Milliseconds, took)
	took, err = timed(1, func() error {
		for _, c := range caches {
			if err := c.Warm(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	l.grown("warm groups", n, Milliseconds, took)
	l.grown("read one of groups", n, PerRead, l.readOne(caches[n/2]))
	took, err = timed(1, func() error {
		caches[0].Close() // the registry, and with it all groups
		return nil
	})
	l.grown("close groups", n, Milliseconds, took)
	return err
}

func (l *Lab) growReaders(ctx context.Context, ours peer.Peer) error {
	cache, err := openWarm(ctx, ours, peer.Setup{Names: store.Names(readNames), Store: swift()})
	if err != nil {
		return err
	}
	defer cache.Close()
	reads := 20_000_000
	if l.Quick {
		reads = 200_000
	}
	settle()
	for _, n := range shuffled(l, l.decades(10)) {
		took := timeTogether(n, nil, func(int) { cache.One(reads / n) })
		l.grown("read by goroutines", n, PerRead, float64(took.Nanoseconds())/float64(reads))
	}
	for _, n := range shuffled(l, l.decades(100)) {
		cold, err := ours.Open(peer.Setup{Names: store.Names(readNames), Store: swift(), Cold: true})
		if err != nil {
			return err
		}
		var failure firstError
		took := timeTogether(n, nil, func(g int) {
			_, err := cold.Read(ctx, g%readNames)
			failure.note(err)
		})
		cold.Close()
		if failure.err != nil {
			return failure.err
		}
		l.grown("stampede of goroutines", n, Milliseconds, milliseconds(took))
	}
	return nil
}

// readOne returns the nanoseconds of a serial read.
func (l *Lab) readOne(cache *peer.Cache) float64 {
	reads := 5_000_000
	if l.Quick {
		reads = 100_000
	}
	start := time.Now()
	cache.One(reads)
	return float64(time.Since(start).Nanoseconds()) / float64(reads)
}

// timed runs do so many times and returns the milliseconds of one.
func timed(times int, do func() error) (float64, error) {
	start := time.Now()
	for range times {
		if err := do(); err != nil {
			return 0, err
		}
	}
	return milliseconds(time.Since(start)) / float64(times), nil
}

// each returns a function that returns one element after the other.
func each[T any](vs []T) func() T {
	i := -1
	return func() T {
		i++
		return vs[i]
	}
}
