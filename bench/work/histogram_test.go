package work

import (
	"math"
	"testing"
)

func TestEveryDurationFallsIntoABucketThatIsAtMostA64thWide(t *testing.T) {
	for _, ns := range []int64{0, 1, 99, 4095, 4096, 4097, 5000, 65_535, 65_536, 1e6, 1e9, 3.6e12, math.MaxInt64} {
		i := bucket(ns)
		low := lowest(i)
		if low > ns || float64(ns-low) > float64(ns)/64 {
			t.Errorf("%d ns fell into bucket %d, which begins at %d", ns, i, low)
		}
		if i > 0 && lowest(i-1) >= low {
			t.Errorf("bucket %d begins at %d, the one before it at %d", i, low, lowest(i-1))
		}
	}
}

func TestQuantilesAreThoseOfTheSamples(t *testing.T) {
	var h histogram
	for ns := range int64(1000) {
		h.add(ns)
	}
	for _, c := range []struct{ q, want float64 }{{0, 0}, {0.5, 500}, {0.99, 990}, {0.999, 999}, {1, 999}} {
		if got := h.quantile(c.q); got != c.want {
			t.Errorf("quantile(%g) = %g, want %g", c.q, got, c.want)
		}
	}
	if got := new(histogram).quantile(0.5); got != 0 {
		t.Errorf("the median of nothing is %g", got)
	}
}
