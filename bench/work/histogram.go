package work

import "math/bits"

// histogram counts durations in nanoseconds: each below 4,096 ns on its own,
// longer ones in buckets that are at most 1/64 wide. The zero histogram is
// empty; it stays a few pages large, so that recording disturbs no cache.
type histogram struct {
	counts [buckets]uint32
	total  uint64
	max    int64
}

const (
	exact   = 1 << 12                        // below this each value has a bucket
	perStep = 64                             // buckets for each doubling above it
	buckets = exact + (63-12+1)*perStep      // up to the largest int64
	stepLog = 6                              // log2 of perStep
	exactLn = 12                             // log2 of exact
	_       = uint(perStep - (1 << stepLog)) // both say the same
)

func bucket(ns int64) int {
	if ns < exact {
		return int(max(ns, 0))
	}
	exponent := bits.Len64(uint64(ns)) - 1
	return exact + (exponent-exactLn)*perStep + int(ns>>(exponent-stepLog)) - perStep
}

// lowest returns the smallest duration of bucket i.
func lowest(i int) int64 {
	if i < exact {
		return int64(i)
	}
	i -= exact
	exponent, rest := i/perStep+exactLn, i%perStep
	return int64(perStep+rest) << (exponent - stepLog)
}

func (h *histogram) add(ns int64) {
	h.counts[bucket(ns)]++
	h.total++
	h.max = max(h.max, ns)
}

// quantile returns the duration below which a share q of the samples lies.
func (h *histogram) quantile(q float64) float64 {
	if q >= 1 || h.total == 0 {
		return float64(h.max)
	}
	left := int64(q * float64(h.total))
	for i, c := range h.counts {
		if left -= int64(c); left < 0 {
			return float64(lowest(i))
		}
	}
	return float64(h.max)
}
