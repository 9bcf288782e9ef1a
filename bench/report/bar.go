package report

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/ssmcache/ssmcache/bench/figure"
)

// barPlot draws horizontal bars from a left edge above zero, which a
// logarithmic axis needs and plotter.BarChart does not offer, each with a
// whisker from its smallest to its largest sample and its median in words.
type barPlot struct {
	bars []bar
	from float64
}

// Plot implements plot.Plotter.
func (b *barPlot) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	thick := (y(1) - y(0)) * 0.7
	for i, each := range b.bars {
		middle := y(float64(i))
		low, high := middle-thick/2, middle+thick/2
		left, right := x(b.from), x(each.value.Median())
		c.FillPolygon(each.color, []vg.Point{{X: left, Y: low}, {X: right, Y: low}, {X: right, Y: high}, {X: left, Y: high}})
		whisker := draw.LineStyle{Color: color.Black, Width: vg.Points(0.8)}
		c.StrokeLine2(whisker, x(each.value.Min()), middle, x(each.value.Max()), middle)
		label := p.X.Tick.Label
		label.XAlign, label.YAlign = draw.XLeft, draw.YCenter
		c.FillText(label, vg.Point{X: x(each.value.Max()) + vg.Points(4), Y: middle}, figure.Number(each.value.Median()))
	}
}

// rails draws a thin vertical and horizontal line at every tick that has a
// label.
type rails struct{}

// Plot implements plot.Plotter.
func (rails) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	style := draw.LineStyle{Color: color.Gray{Y: 0xdd}, Width: vg.Points(0.5)}
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		if t.Label != "" && t.Value >= p.X.Min && t.Value <= p.X.Max {
			c.StrokeLine2(style, x(t.Value), c.Min.Y, x(t.Value), c.Max.Y)
		}
	}
	if _, nominal := p.Y.Tick.Marker.(plot.ConstantTicks); nominal {
		return
	}
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if t.Label != "" && t.Value >= p.Y.Min && t.Value <= p.Y.Max {
			c.StrokeLine2(style, c.Min.X, y(t.Value), c.Max.X, y(t.Value))
		}
	}
}
