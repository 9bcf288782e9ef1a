package figure

import "math"

// Exponent fits y = c·x^e by least squares on logarithms and returns e and
// its standard error. It needs three points or more.
func Exponent(xs, ys []float64) (e, stderr float64) {
	n := float64(len(xs))
	var sx, sy, sxx, sxy float64
	for i := range xs {
		x, y := math.Log(xs[i]), math.Log(ys[i])
		sx, sy, sxx, sxy = sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	d := n*sxx - sx*sx
	e = (n*sxy - sx*sy) / d
	c := (sy - e*sx) / n
	var rest float64
	for i := range xs {
		r := math.Log(ys[i]) - c - e*math.Log(xs[i])
		rest += r * r
	}
	if n <= 2 {
		return e, math.NaN()
	}
	return e, math.Sqrt(rest / (n - 2) * n / d)
}

// NLogN returns the exponent that [Exponent] fits to x·log x at xs: what a
// quantity may show that grows no faster than that.
func NLogN(xs []float64) float64 {
	ys := make([]float64, len(xs))
	for i, x := range xs {
		ys[i] = x * math.Log(x)
	}
	e, _ := Exponent(xs, ys)
	return e
}
