package report

import (
	"bytes"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/ssmcache/ssmcache/bench/figure"
	"github.com/ssmcache/ssmcache/bench/peer"
	"github.com/ssmcache/ssmcache/bench/work"
)

// Chart is one picture.
type Chart struct {
	Name, Title string
	plot        *plot.Plot
	height      vg.Length
}

// File returns the name of the chart's file.
func (c Chart) File(date string) string { return date + "-" + c.Name + ".svg" }

// Save draws the chart as SVG into the folder.
func (c Chart) Save(folder, date string) error {
	drawing, err := c.plot.WriterTo(18*vg.Centimeter, c.height, "svg")
	if err != nil {
		return err
	}
	var svg bytes.Buffer
	if _, err := drawing.WriteTo(&svg); err != nil {
		return err
	}
	// gonum names the font that it measured with. Where that is missing, one
	// of the same widths shall stand in.
	text := strings.ReplaceAll(svg.String(), "font-family:Liberation Sans",
		"font-family:Liberation Sans,Arimo,Arial,Helvetica,sans-serif")
	return os.WriteFile(filepath.Join(folder, c.File(date)), []byte(text), 0o644)
}

// Charts returns the charts that the set has figures for.
func Charts(set *figure.Set) []Chart {
	var charts []Chart
	for _, chart := range []func(*figure.Set) (Chart, bool){readChart, refreshingChart, coldStartChart, memoryChart} {
		if c, ok := chart(set); ok {
			charts = append(charts, c)
		}
	}
	return charts
}

// SaveCharts draws all charts.
func SaveCharts(charts []Chart, folder, date string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, c := range charts {
		if err := c.Save(folder, date); err != nil {
			return err
		}
	}
	return nil
}

// bar is one line of a bar chart.
type bar struct {
	label string
	value figure.Figure
	color color.Color
}

func readChart(set *figure.Set) (Chart, bool) {
	var bars []bar
	for _, p := range peer.All() {
		f := read(set, work.Serial, p.Name)
		if len(f.Samples) > 0 {
			bars = append(bars, bar{p.Name, f, colorOf(p.Kind)})
		}
	}
	sort.SliceStable(bars, func(i, j int) bool { return bars[i].value.Median() > bars[j].value.Median() })
	return barChart("reads", "One cached read, one goroutine", "ns a read, median and range of all runs", bars)
}

func refreshingChart(set *figure.Set) (Chart, bool) {
	var bars []bar
	for _, p := range peer.All() {
		for _, c := range []string{work.Refreshing, work.Quiet} {
			f, ok := set.Get(figure.Key{Work: "latency", Case: c, Peer: p.Name, N: work.LatencyNames(p), Unit: work.P999})
			if !ok {
				continue
			}
			shade := colorOf(p.Kind)
			if c == work.Quiet {
				shade = pale(shade)
			}
			bars = append(bars, bar{p.Name + ", " + c, f, shade})
		}
	}
	for i, j := 0, len(bars)-1; i < j; i, j = i+1, j-1 {
		bars[i], bars[j] = bars[j], bars[i]
	}
	return barChart("refreshing", "p99.9 of 100 reads, 10,000 names, idle and refreshed once a second", "ns", bars)
}

func barChart(name, title, axis string, bars []bar) (Chart, bool) {
	if len(bars) == 0 {
		return Chart{}, false
	}
	p := newPlot(title)
	p.X.Label.Text = axis
	p.X.Scale = plot.LogScale{}
	p.X.Tick.Marker = logTicks{}
	p.Add(rails{})
	labels := make([]string, len(bars))
	low, high := math.Inf(1), 0.0
	for i, b := range bars {
		labels[i] = b.label
		low, high = min(low, b.value.Min()), max(high, b.value.Max())
	}
	low = math.Pow(10, math.Floor(math.Log10(low)))
	high = math.Pow(10, math.Ceil(math.Log10(high*1.5)))
	p.Add(&barPlot{bars: bars, from: low})
	p.NominalY(labels...)
	p.Y.Padding = vg.Points(14) // room for a font that is wider than the one that gonum measures with
	p.X.Min, p.X.Max = low, high
	p.Y.Min, p.Y.Max = -0.6, float64(len(bars))-0.4
	return Chart{name, title, p, vg.Length(len(bars))*0.62*vg.Centimeter + 2.5*vg.Centimeter}, true
}

func coldStartChart(set *figure.Set) (Chart, bool) {
	return lineChart(set, "coldstart", work.Milliseconds, "Cold start at 10 ms a call, ten calls at a time", "ms", 1)
}

func memoryChart(set *figure.Set) (Chart, bool) {
	return lineChart(set, "memory", work.BytesPerName, "Memory of a warm entry, strings included", "bytes a name", 10)
}

// lineChart draws a line for each peer over the number of names. The legend
// stands at the top left; headroom is how many times higher the axis reaches
// to leave room for it.
func lineChart(set *figure.Set, w, unit, title, y string, headroom float64) (Chart, bool) {
	p := newPlot(title)
	p.X.Label.Text, p.Y.Label.Text = "names", y
	p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, logTicks{}
	p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, logTicks{}
	p.Legend.Top, p.Legend.Left = true, true
	p.Legend.Padding = vg.Points(2)
	p.Add(rails{})
	drawn := 0
	for _, name := range append(peerNames(), work.Python) {
		figures := set.Select(func(k figure.Key) bool { return k.Work == w && k.Peer == name && k.Unit == unit })
		if len(figures) == 0 {
			continue
		}
		sort.Slice(figures, func(i, j int) bool { return figures[i].N < figures[j].N })
		points := make(plotter.XYs, len(figures))
		for i, f := range figures {
			points[i] = plotter.XY{X: float64(f.N), Y: f.Median()}
		}
		line, dots, err := plotter.NewLinePoints(points)
		if err != nil {
			continue // an empty or infinite figure has no line
		}
		line.Color, dots.Color = palette[drawn%len(palette)], palette[drawn%len(palette)]
		line.Width, dots.Shape, dots.Radius = vg.Points(1.5), shapes[drawn%len(shapes)], vg.Points(3)
		if name == peer.OursGet {
			line.Width = vg.Points(3)
		}
		p.Add(line, dots)
		p.Legend.Add(name, line, dots)
		drawn++
	}
	p.Y.Min = math.Pow(10, math.Floor(math.Log10(p.Y.Min)))
	p.Y.Max = math.Pow(10, math.Ceil(math.Log10(p.Y.Max))) * headroom
	return Chart{w, title, p, 11 * vg.Centimeter}, drawn > 0
}

func newPlot(title string) *plot.Plot {
	p := plot.New()
	p.Title.Text = title
	p.Title.Padding = vg.Points(6)
	p.BackgroundColor = color.White
	for _, style := range []*draw.TextStyle{
		&p.Title.TextStyle, &p.X.Label.TextStyle, &p.Y.Label.TextStyle,
		&p.X.Tick.Label, &p.Y.Tick.Label, &p.Legend.TextStyle,
	} {
		style.Font.Variant = "Sans"
	}
	return p
}

func peerNames() []string {
	var names []string
	for _, p := range peer.All() {
		names = append(names, p.Name)
	}
	return names
}

// logTicks ticks a logarithmic axis, with labels at the powers of ten that
// read like the numbers in the tables.
type logTicks struct{}

// Ticks implements plot.Ticker.
func (logTicks) Ticks(low, high float64) []plot.Tick {
	ticks := plot.LogTicks{Prec: -1}.Ticks(low, high)
	for i := range ticks {
		if ticks[i].Label != "" {
			ticks[i].Label = figure.Number(ticks[i].Value)
		}
	}
	return ticks
}

var (
	ourColor     = color.RGBA{R: 0x0b, G: 0x6e, B: 0x4f, A: 0xff}
	libraryColor = color.RGBA{R: 0x3b, G: 0x6e, B: 0xa5, A: 0xff}
	floorColor   = color.RGBA{R: 0x99, G: 0x99, B: 0x99, A: 0xff}
	palette      = []color.Color{
		ourColor, libraryColor,
		color.RGBA{R: 0xc4, G: 0x5a, B: 0x1b, A: 0xff},
		color.RGBA{R: 0x8a, G: 0x4f, B: 0x9e, A: 0xff},
		color.RGBA{R: 0xb0, G: 0x8d, B: 0x00, A: 0xff},
		color.RGBA{R: 0xb0, G: 0x1e, B: 0x45, A: 0xff},
		color.RGBA{R: 0x22, G: 0x99, B: 0xaa, A: 0xff},
		floorColor,
	}
	shapes = []draw.GlyphDrawer{
		draw.CircleGlyph{},
		draw.SquareGlyph{},
		draw.TriangleGlyph{},
		draw.PyramidGlyph{},
		draw.BoxGlyph{},
		draw.RingGlyph{},
		draw.CrossGlyph{},
		draw.PlusGlyph{},
	}
)

func colorOf(k peer.Kind) color.Color {
	switch k {
	case peer.Ours:
		return ourColor
	case peer.Floor:
		return floorColor
	case peer.Library, peer.Option:
	}
	return libraryColor
}

// pale mixes c with white.
func pale(c color.Color) color.Color {
	r, g, b, _ := c.RGBA()
	mix := func(v uint32) uint8 { return uint8((v>>8 + 2*0xff) / 3) }
	return color.RGBA{R: mix(r), G: mix(g), B: mix(b), A: 0xff}
}
