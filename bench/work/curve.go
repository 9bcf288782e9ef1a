package work

import (
	"slices"

	"github.com/ssmcache/ssmcache/bench/figure"
)

// Curve is how one of our costs grows.
type Curve struct {
	Case, Of string
	Constant bool // a read: it must not grow
	Sizes    []float64
	Figures  []figure.Figure // by size
	Exponent float64         // of a power of N, fitted to the samples of all runs
	Error    float64         // its standard error, in which the runs' spread shows
	Last     float64         // the exponent between the last two sizes
	Limit    float64         // what N log N gives over these sizes
}

// Grown returns the curves that set holds, in the order of the cases.
func Grown(set *figure.Set) []Curve {
	var curves []Curve
	for _, c := range growthCases {
		curve := Curve{Case: c.Case, Of: c.Of, Constant: c.Constant}
		curve.Figures = set.Select(func(k figure.Key) bool { return k.Work == growth && k.Case == c.Case })
		if len(curve.Figures) < 3 {
			continue
		}
		slices.SortFunc(curve.Figures, func(a, b figure.Figure) int { return a.N - b.N })
		var medians, xs, ys []float64
		for _, f := range curve.Figures {
			curve.Sizes = append(curve.Sizes, float64(f.N))
			medians = append(medians, f.Median())
			for _, y := range f.Samples {
				xs, ys = append(xs, float64(f.N)), append(ys, y)
			}
		}
		curve.Exponent, curve.Error = figure.Exponent(xs, ys)
		last := len(medians) - 2
		curve.Last, _ = figure.Exponent(curve.Sizes[last:], medians[last:])
		curve.Limit = figure.NLogN(curve.Sizes)
		curves = append(curves, curve)
	}
	return curves
}
