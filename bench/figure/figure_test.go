package figure_test

import (
	"math"
	"testing"

	"github.com/ssmcache/ssmcache/bench/figure"
)

func TestAFigureShowsItsMedianAndItsRange(t *testing.T) {
	for _, c := range []struct {
		samples []float64
		want    string
	}{
		{nil, "–"},
		{[]float64{100, 100, 100}, "100"},
		{[]float64{3.51, 3.4, 3.6}, "3.51 (3.40–3.60)"},
		{[]float64{1, 2}, "1.50 (1–2)"},
		{[]float64{1234567, 1234567}, "1,234,567"},
		{[]float64{0.01234}, "0.0123"},
		{[]float64{-1234.5}, "-1,234"},
	} {
		if got := (figure.Figure{Samples: c.samples}).String(); got != c.want {
			t.Errorf("%v: got %q, want %q", c.samples, got, c.want)
		}
	}
}

func TestARatioIsTakenRunByRun(t *testing.T) {
	a := figure.Figure{Samples: []float64{10, 40, 90}}
	b := figure.Figure{Samples: []float64{1, 2, 3, 4}}
	if got, want := a.Ratio(b).String(), "20 (10–30)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTheExponentOfAPowerIsFoundExactly(t *testing.T) {
	xs := []float64{10, 100, 1000, 10000}
	for _, e := range []float64{0, 0.5, 1, 2} {
		ys := make([]float64, len(xs))
		for i, x := range xs {
			ys[i] = 3 * math.Pow(x, e)
		}
		got, stderr := figure.Exponent(xs, ys)
		if math.Abs(got-e) > 1e-9 || stderr > 1e-6 {
			t.Errorf("of x^%g: %g ± %g", e, got, stderr)
		}
	}
	if got := figure.NLogN(xs); got < 1.1 || got > 1.3 {
		t.Errorf("NLogN = %g", got)
	}
}

func TestASetKeepsSamplesByKeyAndRowsByAllButTheUnit(t *testing.T) {
	var s figure.Set
	k := figure.Key{Work: "read", Peer: "a", Unit: "ns/op"}
	other := k
	other.Unit = "allocs/op"
	s.Add(k, 1)
	s.Add(other, 0)
	s.Add(k, 2)
	if f, ok := s.Get(k); !ok || len(f.Samples) != 2 {
		t.Errorf("Get = %v, %v", f, ok)
	}
	if _, ok := s.Get(figure.Key{}); ok {
		t.Error("a key that was never added was found")
	}
	if rows := s.Rows(); len(rows) != 1 || len(rows[0]) != 2 {
		t.Errorf("Rows = %v", rows)
	}
}
