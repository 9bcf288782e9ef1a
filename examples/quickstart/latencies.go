package main

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// latencies counts durations in buckets an eighth of a power of two wide. It is
// safe for concurrent use; the zero value is ready.
type latencies struct {
	shards [16]struct { // so that readers seldom write to one word
		buckets [64 * 8]atomic.Int64
		slowest atomic.Int64
	}
}

func (l *latencies) add(reader int, d time.Duration) {
	shard := &l.shards[reader%len(l.shards)]
	shard.buckets[bucket(d)].Add(1)
	for {
		slowest := shard.slowest.Load()
		if int64(d) <= slowest || shard.slowest.CompareAndSwap(slowest, int64(d)) {
			return
		}
	}
}

// bucket returns the index of the bucket that d falls in.
func bucket(d time.Duration) int {
	n := uint64(max(d, 1))
	power := bits.Len64(n) - 1
	eighth := n << 3 >> power & 7
	return power*8 + int(eighth)
}

// floor returns the shortest duration that falls in a bucket.
func floor(bucket int) time.Duration {
	return time.Duration((8 + uint64(bucket%8)) << (bucket / 8) >> 3)
}

// within returns a duration that the given share of all durations does not
// exceed, to an eighth.
func (l *latencies) within(share float64) time.Duration {
	var buckets [64 * 8]int64
	var all int64
	for s := range l.shards {
		for i := range buckets {
			n := l.shards[s].buckets[i].Load()
			buckets[i] += n
			all += n
		}
	}
	left := int64(share * float64(all))
	for i, n := range buckets {
		if left -= n; left <= 0 && n > 0 {
			return min(floor(i+1), l.slowest())
		}
	}
	return l.slowest()
}

func (l *latencies) slowest() time.Duration {
	var slowest int64
	for s := range l.shards {
		slowest = max(slowest, l.shards[s].slowest.Load())
	}
	return time.Duration(slowest)
}
