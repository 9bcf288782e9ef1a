package work

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/ssmcache/ssmcache/bench/figure"
	"github.com/ssmcache/ssmcache/bench/peer"
	"github.com/ssmcache/ssmcache/bench/store"
)

// The cases of the work "read".
const (
	Serial   = "serial"   // one goroutine reads one name
	Parallel = "parallel" // a goroutine a processor, each through all 100 names
	Crowd    = "crowd"    // 64 goroutines read one name
)

// Units of the work "read".
const (
	PerRead      = "ns/op"
	AllocPerRead = "allocs/op"
)

const (
	readNames = 100
	crowd     = 64
)

// reader is a peer that is open and warm.
type reader struct {
	peer.Peer
	cache *peer.Cache
	count map[string]int // by case: how many reads fill a window
}

// Reads measures cached reads: elapsed time over reads done, of all
// goroutines together, so that on two processors the best possible parallel
// figure is half of the serial one.
func (l *Lab) Reads(ctx context.Context) error {
	var readers []reader
	defer func() {
		for _, r := range readers {
			r.cache.Close()
		}
	}()
	for _, p := range peer.All() {
		cache, err := openWarm(ctx, p, peer.Setup{Names: store.Names(readNames), Store: swift()})
		if err != nil {
			return err
		}
		readers = append(readers, reader{Peer: p, cache: cache, count: make(map[string]int)})
	}

	const turns = 10                         // of each peer in one run
	window := 150 * time.Millisecond / turns // of one turn
	if l.Quick {
		window = 2 * time.Millisecond / turns
	}
	cases := []string{Serial, Parallel, Crowd}
	for _, r := range readers {
		for _, c := range cases {
			r.count[c] = calibrate(window, func(n int) time.Duration { return timeReads(r.cache, c, n) })
		}
	}
	for range l.Runs {
		for _, c := range cases {
			settle()
			took := map[string]time.Duration{}
			for range turns { // a processor changes its speed within a second: all peers get the same
				for _, r := range shuffled(l, readers) {
					took[r.Name] += timeReads(r.cache, c, r.count[c])
				}
			}
			for _, r := range readers {
				l.Figures.Add(readKey(c, r.Name, PerRead), float64(took[r.Name].Nanoseconds())/float64(turns*r.count[c]))
			}
		}
		for _, r := range readers {
			l.Figures.Add(readKey(Serial, r.Name, AllocPerRead), allocations(r.cache))
		}
	}
	return nil
}

func readKey(c, name, unit string) figure.Key {
	return figure.Key{Work: "read", Case: c, Peer: name, Unit: unit}
}

// calibrate returns how many operations fill a window.
func calibrate(window time.Duration, run func(n int) time.Duration) int {
	for n := 1 << 10; ; n *= 2 {
		if took := run(n); took >= window/8 {
			return max(n/8, int(float64(n)*float64(window)/float64(took)))
		}
	}
}

// timeReads returns how long n reads take in case c.
func timeReads(cache *peer.Cache, c string, n int) time.Duration {
	switch c {
	case Serial:
		start := time.Now()
		cache.One(n)
		return time.Since(start)
	case Parallel:
		procs := runtime.GOMAXPROCS(0)
		return timeTogether(procs, nil, func(g int) { cache.Each(g*readNames/procs, n/procs) })
	default:
		return timeTogether(crowd, nil, func(int) { cache.One(n / crowd) })
	}
}

// timeTogether runs do(0) to do(goroutines-1) at once and returns how long
// all of them took, and first before them, if it is not nil.
func timeTogether(goroutines int, first func(), do func(g int)) time.Duration {
	var ready, done sync.WaitGroup
	begin := make(chan struct{})
	for g := range goroutines {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-begin
			do(g)
		})
	}
	ready.Wait()
	start := time.Now()
	if first != nil {
		first()
	}
	close(begin)
	done.Wait()
	return time.Since(start)
}

// allocations returns how many objects one read allocates: the least of three
// tries, since background goroutines allocate too.
func allocations(cache *peer.Cache) float64 {
	const n = 10_000
	least := -1.0
	var before, after runtime.MemStats
	for range 3 {
		runtime.ReadMemStats(&before)
		cache.One(n)
		runtime.ReadMemStats(&after)
		each := float64((after.Mallocs-before.Mallocs)*100/n) / 100
		if least < 0 || each < least {
			least = each
		}
	}
	return least
}
