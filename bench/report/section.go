package report

import (
	"fmt"
	"sort"
	"strings"

	"github.com/ssmcache/ssmcache/bench/figure"
	"github.com/ssmcache/ssmcache/bench/peer"
	"github.com/ssmcache/ssmcache/bench/work"
)

// names returns the peers that have a figure in the work, in order of first
// appearance among all peers, with what is no peer at the end.
func (p Page) names(w string) []string {
	rank := make(map[string]int)
	for i, each := range peer.All() {
		rank[each.Name] = i + 1
	}
	seen := make(map[string]bool)
	var names []string
	for _, f := range p.Set.Select(func(k figure.Key) bool { return k.Work == w }) {
		if !seen[f.Peer] {
			seen[f.Peer] = true
			names = append(names, f.Peer)
		}
	}
	sort.SliceStable(names, func(i, j int) bool {
		a, b := rank[names[i]], rank[names[j]]
		if a == 0 || b == 0 {
			return a > b
		}
		return a < b
	})
	return names
}

// sizes returns the sizes of the work, ascending.
func (p Page) sizes(w string) []int {
	seen := make(map[int]bool)
	var sizes []int
	for _, f := range p.Set.Select(func(k figure.Key) bool { return k.Work == w }) {
		if !seen[f.N] {
			seen[f.N] = true
			sizes = append(sizes, f.N)
		}
	}
	sort.Ints(sizes)
	return sizes
}

func (p Page) get(k figure.Key) figure.Figure {
	f, _ := p.Set.Get(k)
	return f
}

// times is the ratio of k to our own figure of the same kind.
func (p Page) times(k figure.Key) string {
	ours := k
	ours.Peer = peer.OursGet
	if k.Peer == peer.OursGet {
		return "1"
	}
	return figure.Number(p.get(k).Ratio(p.get(ours)).Median())
}

func (p Page) reads() string {
	t := table{head: []string{
		"", "serial, ns", "×", "100 names in parallel, ns", "×", "64 goroutines on one name, ns", "×", "allocations", "checks the age",
	}}
	ages := make(map[string]string)
	for _, each := range peer.All() {
		switch {
		case each.Kind == peer.Floor:
			ages[each.Name] = "floor"
		case each.ChecksAge:
			ages[each.Name] = "yes"
		default:
			ages[each.Name] = "no"
		}
	}
	ages[work.Python] = "yes"
	for _, name := range p.names("read") {
		cells := []string{name}
		for _, c := range []string{work.Serial, work.Parallel, work.Crowd} {
			k := figure.Key{Work: "read", Case: c, Peer: name, Unit: work.PerRead}
			cells = append(cells, p.get(k).String(), p.times(k))
		}
		allocations := figure.Key{Work: "read", Case: work.Serial, Peer: name, Unit: work.AllocPerRead}
		t.row(append(cells, p.get(allocations).String(), ages[name])...)
	}
	return "## Cached reads\n\nElapsed time over the reads of all goroutines together.\n" + p.chart("reads") + "\n" + t.String()
}

func (p Page) latency() string {
	t := table{head: []string{"", "names/s read again"}}
	for _, q := range work.Quantiles {
		t.head = append(t.head, strings.TrimSuffix(q.Unit, "-ns"))
	}
	t.head = append(t.head, "p99.9 × its own idle")
	for _, each := range peer.All() {
		for _, c := range []string{work.Quiet, work.Refreshing} {
			k := figure.Key{Work: "latency", Case: c, Peer: each.Name, N: work.LatencyNames(each), Unit: work.RefreshedPerSecond}
			if len(p.get(k).Samples) == 0 {
				continue
			}
			cells := []string{each.Name + ", " + c, figure.Number(p.get(k).Median())}
			for _, q := range work.Quantiles {
				k.Unit = q.Unit
				cells = append(cells, p.get(k).String())
			}
			ratio := ""
			if c == work.Refreshing {
				k.Unit = work.P999
				idle := k
				idle.Case = work.Quiet
				ratio = p.get(k).Ratio(p.get(idle)).String()
			}
			t.row(append(cells, ratio)...)
		}
	}
	return "## Reads while 10,000 names are refreshed once a second\n\nNanoseconds for a run of 100 reads through all names, one reader. " +
		"runtimevar holds 1,000 names: at 10,000 requests a second of\nits own it leaves the processors to nothing else.\n" +
		p.chart("refreshing") + "\n" + t.String()
}

func (p Page) coldStart() string {
	t := table{head: []string{""}}
	sizes := p.sizes("coldstart")
	for _, n := range sizes {
		t.head = append(t.head, figure.Number(float64(n))+" names, ms", "calls")
	}
	t.head = append(t.head, "× at 1,000", "1,000 names at 40 calls a second, s")
	for _, name := range p.names("coldstart") {
		cells := []string{name}
		for _, n := range sizes {
			k := figure.Key{Work: "coldstart", Peer: name, N: n, Unit: work.Milliseconds}
			cells = append(cells, p.get(k).String())
			k.Unit = work.Calls
			cells = append(cells, p.get(k).String())
		}
		k := figure.Key{Work: "coldstart", Peer: name, N: 1_000, Unit: work.Milliseconds}
		calls := k
		calls.Unit = work.Calls
		t.row(append(cells, p.times(k), figure.Number(p.get(calls).Median()/40))...)
	}
	return "## Cold start\n\nFrom opening to the last value, on a store that takes 10 ms a call and answers ten at a time. " +
		"otter, sturdyc, ristretto and the map fetch\nin batches of ten because the loader that they are given here does; ssmcache does so itself. " +
		"The last column is what the calls alone take at the\nquota that AWS grants by default.\n" +
		p.chart("coldstart") + "\n" + t.String()
}

func (p Page) stampede() string {
	t := table{head: []string{"", "ms", "×", "API calls"}}
	for _, name := range p.names("stampede") {
		k := figure.Key{Work: "stampede", Peer: name, N: 10_000, Unit: work.Milliseconds}
		calls := k
		calls.Unit = work.Calls
		t.row(name, p.get(k).String(), p.times(k), p.get(calls).String())
	}
	return "## Stampede\n\n10,000 goroutines read a cold group of 100 names, each one name, on a store that takes 10 ms a call.\n\n" + t.String()
}

func (p Page) refresh() string {
	t := table{head: []string{"", "CPU ms", "×", "allocations", "MB allocated", "API calls"}}
	for _, name := range p.names("refresh") {
		at := func(unit string) figure.Key { return figure.Key{Work: "refresh", Peer: name, N: 10_000, Unit: unit} }
		megabytes := p.get(at(work.AllocatedBytes))
		megabytes.Samples = append([]float64(nil), megabytes.Samples...)
		for i := range megabytes.Samples {
			megabytes.Samples[i] /= 1e6
		}
		t.row(name, p.get(at(work.CPUMilliseconds)).String(), p.times(at(work.CPUMilliseconds)),
			p.get(at(work.Allocations)).String(), megabytes.String(), p.get(at(work.Calls)).String())
	}
	through := p.get(figure.Key{Work: "sdk", Peer: work.ThroughSDK, N: 10, Unit: work.PerRead})
	bare := p.get(figure.Key{Work: "sdk", Peer: work.BareStore, N: 10, Unit: work.PerRead})
	allocations := p.get(figure.Key{Work: "sdk", Peer: work.ThroughSDK, N: 10, Unit: work.AllocPerRead})
	return "## A refresh of 10,000 unchanged names\n\nOn a store that answers at once; its own work is in every figure, and alone in the last line.\n\n" +
		t.String() + fmt.Sprintf("\nThe AWS SDK's own share, which a real store adds to all of them: one call for ten names through an ssm.Client whose requests are answered in\n"+
		"process takes %s µs and %s allocations, of which the store and the encoding of its answer are a part; the store itself takes %s µs.\n",
		figure.Number(through.Median()/1e3), figure.Number(allocations.Median()), figure.Number(bare.Median()/1e3))
}

func (p Page) memory() string {
	t := table{head: []string{""}}
	sizes := p.sizes("memory")
	for _, n := range sizes {
		t.head = append(t.head, figure.Number(float64(n))+" names, B each", "beyond the strings")
	}
	for _, name := range p.names("memory") {
		cells := []string{name}
		for _, n := range sizes {
			k := figure.Key{Work: "memory", Peer: name, N: n, Unit: work.BytesPerName}
			cells = append(cells, p.get(k).String())
			k.Unit = work.OverheadPerName
			cells = append(cells, p.get(k).String())
		}
		t.row(cells...)
	}
	return "## Memory\n\nLive objects and stacks of a warm cache, in a process of its own. The strings are a name and a value, and the ARN where a peer keeps it (ssmcache and\nruntimevar do).\n" +
		p.chart("memory") + "\n" + t.String()
}

func (p Page) idle() string {
	units := []string{work.Goroutines, work.Timers, work.CPUPerMinute, work.WakesPerMin, work.HeldMegabytes}
	t := table{head: append([]string{""}, "goroutines", "timers", "CPU s a minute", "wake-ups a minute", "MB held")}
	groups := 0
	for _, name := range p.names("idle") {
		cells := []string{name}
		for _, unit := range units {
			for _, n := range p.sizes("idle") {
				groups = n
				cells = append(cells, p.get(figure.Key{Work: "idle", Peer: name, N: n, Unit: unit}).String())
			}
		}
		t.row(cells...)
	}
	return fmt.Sprintf("## %s idle groups\n\nTen names each, warm, not due, not read, in a process of its own.\n\n%s",
		figure.Number(float64(groups)), t.String())
}

func (p Page) growth() string {
	t := table{head: []string{"", "N", "", "", "", "", "fitted", "last decade", "N log N"}}
	for _, g := range work.Grown(p.Set) {
		sizes, figures := make([]string, 0, 4), make([]string, 0, 4)
		for _, f := range g.Figures {
			sizes = append(sizes, figure.Number(float64(f.N)))
			figures = append(figures, fmt.Sprintf("%s %s", f, f.Unit))
		}
		for len(figures) < 4 {
			figures = append(figures, "")
		}
		limit := fmt.Sprintf("N^%.2f", g.Limit)
		if g.Constant {
			limit = "N^0"
		}
		t.row(append(append([]string{g.Case, strings.Join(sizes, ", ") + " " + g.Of}, figures...),
			fmt.Sprintf("N^%.3f ± %.3f", g.Exponent, g.Error), fmt.Sprintf("N^%.2f", g.Last), limit)...)
	}
	return "## Growth of our own costs\n\nOn a store that answers at once. The exponent is fitted to the samples of all runs; beside it what N log N would show at the same sizes.\n\n" + t.String()
}

func (p Page) peers() string {
	t := table{head: []string{"peer", "set up as in", "to know"}, words: true}
	for _, each := range peer.All() {
		t.row(each.Name, each.Page, each.Notes)
	}
	t.row(work.Python, "its README", "3.0.0 with boto3, on the same store over HTTP, in a process of its own")
	return "## Peers\n\n" + t.String()
}
