package figure

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Key says what was measured.
type Key struct {
	Work string // "read", "coldstart", ...
	Case string // "serial", "parallel", ...; "" if the work has one case
	Peer string
	N    int    // how many names, groups or goroutines; 0 if that does not vary
	Unit string // "ns/op", "calls", ...
}

// Figure is one quantity, measured once in each run.
type Figure struct {
	Key
	Samples []float64 // by run
}

// Median returns the median of the samples, NaN if there is none.
func (f Figure) Median() float64 { return Median(f.Samples) }

// Min returns the smallest sample.
func (f Figure) Min() float64 { return slices.Min(f.Samples) }

// Max returns the largest sample.
func (f Figure) Max() float64 { return slices.Max(f.Samples) }

// String returns the median and, where runs differ, their range.
func (f Figure) String() string {
	if len(f.Samples) == 0 {
		return "–"
	}
	low, high := Number(f.Min()), Number(f.Max())
	if low == high {
		return Number(f.Median())
	}
	return fmt.Sprintf("%s (%s–%s)", Number(f.Median()), low, high)
}

// Ratio divides f by g run by run. Runs that one of them lacks are left out.
func (f Figure) Ratio(g Figure) Figure {
	r := Figure{Key: f.Key}
	r.Unit = f.Unit + " / " + g.Peer
	for i := range min(len(f.Samples), len(g.Samples)) {
		r.Samples = append(r.Samples, f.Samples[i]/g.Samples[i])
	}
	return r
}

// Median returns the median of vs, NaN of none.
func Median(vs []float64) float64 {
	if len(vs) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(vs))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// Number writes v with three significant digits, and whole numbers of more
// digits in full, grouped by thousands.
func Number(v float64) string {
	switch a := math.Abs(v); {
	case math.IsNaN(v):
		return "–"
	case a >= 100 || v == math.Trunc(v):
		return group(fmt.Sprintf("%.0f", v))
	case a >= 10:
		return fmt.Sprintf("%.1f", v)
	case a >= 1:
		return fmt.Sprintf("%.2f", v)
	default:
		return fmt.Sprintf("%.3g", v)
	}
}

func group(digits string) string {
	sign, digits := digits[:len(digits)-len(strings.TrimPrefix(digits, "-"))], strings.TrimPrefix(digits, "-")
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}
