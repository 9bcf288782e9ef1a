package peer

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/benbjohnson/clock"

	"github.com/ssmcache/ssmcache/bench/store"
)

// The names of the floors that targets are stated in.
const (
	FloorAtomic = "atomic.Pointer load"
	FloorNow    = "time.Now()"
	FloorSince  = "time.Since"
	FloorClock  = "clock.Now()"
)

// floors are not caches: they are what a read cannot be faster than, with and
// without a look at the time.
func floors() []Peer {
	floor := func(name, notes string, one func(*atomic.Pointer[string]) func(int)) Peer {
		return Peer{Name: name, Kind: Floor, Notes: notes, Open: func(s Setup) (*Cache, error) {
			value := store.Value(s.Names[0])
			published := new(atomic.Pointer[string])
			published.Store(&value)
			loop := one(published)
			return &Cache{
				One:    loop,
				Each:   func(_, n int) { loop(n) },
				Warm:   func(context.Context) error { return nil },
				Forget: func() {},
				Close:  func() {},
			}, nil
		}}
	}
	return []Peer{
		floor(FloorAtomic, "one value, no age", loadPointer),
		floor(FloorNow, "no value at all", now),
		floor(FloorSince, "no value at all", since),
		floor(FloorClock, "time.Now through clock.Clock", clockNow),
	}
}

func loadPointer(published *atomic.Pointer[string]) func(int) {
	return func(n int) {
		sum := 0
		for range n {
			sum += len(*published.Load())
		}
		Sink.Add(int64(sum))
	}
}

func now(*atomic.Pointer[string]) func(int) {
	return func(n int) {
		var sum int64
		for range n {
			sum += int64(time.Now().Nanosecond())
		}
		Sink.Add(sum)
	}
}

func since(*atomic.Pointer[string]) func(int) {
	start := time.Now()
	return func(n int) {
		var sum int64
		for range n {
			sum += int64(time.Since(start))
		}
		Sink.Add(sum)
	}
}

func clockNow(*atomic.Pointer[string]) func(int) {
	var c clock.Clock = clock.New()
	return func(n int) {
		var sum int64
		for range n {
			sum += int64(c.Now().Nanosecond())
		}
		Sink.Add(sum)
	}
}
