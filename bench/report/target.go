package report

import (
	"fmt"
	"math"

	"github.com/ssmcache/ssmcache/bench/figure"
	"github.com/ssmcache/ssmcache/bench/peer"
	"github.com/ssmcache/ssmcache/bench/work"
)

// Target is a line of the table of targets.
type Target struct {
	What    string
	Limit   string
	Figure  string
	Verdict Verdict
}

// Verdict says whether a target is met.
type Verdict string

// The verdicts. A target is met if its median meets it; if single runs did
// not, the verdict says so, since then the spread decides.
const (
	Met        Verdict = "met"
	MetMostly  Verdict = "met by the median, not by every run"
	Undecided  Verdict = "undecided: within twice the fit's error"
	NotMet     Verdict = "**not met**"
	Unmeasured Verdict = "not measured"
)

// judge says whether f stays at or below limit.
func judge(f figure.Figure, limit float64) Verdict {
	switch {
	case len(f.Samples) == 0:
		return Unmeasured
	case f.Max() <= limit:
		return Met
	case f.Median() <= limit:
		return MetMostly
	}
	return NotMet
}

// judgeLeast says whether f stays at or above limit.
func judgeLeast(f figure.Figure, limit float64) Verdict {
	switch {
	case len(f.Samples) == 0:
		return Unmeasured
	case f.Min() >= limit:
		return Met
	case f.Median() >= limit:
		return MetMostly
	}
	return NotMet
}

// The limits of the design, "What must be fast".
const (
	getPerNow       = 4.0 / 55 // a Get takes 4 ns where time.Now() takes 55
	fasterThanAge   = 8
	fasterThanOther = 6
	onReadPerClock  = 1.25
	valuePerGet     = 2
	coldCalls       = 100
	coldWall        = 115 // ms
	stampedeCalls   = 10
	refreshingP999  = 2
	overheadBytes   = 400
	constantGrowth  = 0.02 // the exponent that noise may give to what does not grow
)

// Virtual is the outcome of the tests that run in virtual time, by name.
type Virtual map[string]bool

// Targets returns every target of the design beside its figure.
func Targets(set *figure.Set, virtual Virtual) []Target {
	var targets []Target
	targets = append(targets, readTargets(set)...)
	targets = append(targets, fetchTargets(set, virtual)...)
	return append(targets, growthTargets(set)...)
}

func readTargets(set *figure.Set) []Target {
	get := read(set, work.Serial, peer.OursGet)
	now := read(set, work.Serial, peer.FloorNow)
	targets := []Target{
		noAllocation(set, "Handle.Get, RefreshAhead", peer.OursGet),
		noAllocation(set, "Handle.Get, RefreshOnRead", peer.OursOnRead),
		noAllocation(set, "Value[T].Get", peer.OursValue),
		{
			"Handle.Get, RefreshAhead, serial",
			fmt.Sprintf("4 ns where time.Now() costs 55 ns, so here %s ns", figure.Number(getPerNow*now.Median())),
			get.String() + " ns",
			judge(get.Ratio(now), getPerNow),
		},
	}
	for _, c := range []string{work.Serial, work.Parallel, work.Crowd} {
		targets = append(targets,
			faster(set, c, "each peer that checks age", fasterThanAge, func(p peer.Peer) bool { return p.Kind == peer.Library && p.ChecksAge }),
			faster(set, c, "each other peer", fasterThanOther, func(p peer.Peer) bool { return p.Kind == peer.Library && !p.ChecksAge }),
			faster(set, c, "(for the record) options that documentations mention", fasterThanAge, func(p peer.Peer) bool { return p.Kind == peer.Option }),
		)
	}
	onRead := read(set, work.Serial, peer.OursOnRead).Ratio(read(set, work.Serial, peer.FloorClock))
	value := read(set, work.Serial, peer.OursValue).Ratio(get)
	return append(targets,
		Target{"Handle.Get, RefreshOnRead", "at most 1.25 × clock.Now()", onRead.String() + " ×", judge(onRead, onReadPerClock)},
		Target{"Value[T].Get", "at most 2 × Handle.Get", value.String() + " ×", judge(value, valuePerGet)},
	)
}

func read(set *figure.Set, c, name string) figure.Figure {
	f, _ := set.Get(figure.Key{Work: "read", Case: c, Peer: name, Unit: work.PerRead})
	return f
}

func noAllocation(set *figure.Set, what, name string) Target {
	f, _ := set.Get(figure.Key{Work: "read", Case: work.Serial, Peer: name, Unit: work.AllocPerRead})
	return Target{what, "0 allocations", f.String(), judge(f, 0)}
}

// faster judges the peer that comes closest.
func faster(set *figure.Set, c, whom string, times float64, among func(peer.Peer) bool) Target {
	get := read(set, c, peer.OursGet)
	var closest figure.Figure
	for _, p := range peer.All() {
		if !among(p) {
			continue
		}
		r := read(set, c, p.Name).Ratio(get)
		r.Peer = p.Name
		if len(r.Samples) > 0 && (len(closest.Samples) == 0 || r.Median() < closest.Median()) {
			closest = r
		}
	}
	return Target{
		fmt.Sprintf("Handle.Get, %s, against %s", c, whom),
		fmt.Sprintf("at least %g × faster", times),
		fmt.Sprintf("%s × (%s)", closest, closest.Peer),
		judgeLeast(closest, times),
	}
}

func fetchTargets(set *figure.Set, virtual Virtual) []Target {
	figureOf := func(w, c string, n int, unit string) figure.Figure {
		f, _ := set.Get(figure.Key{Work: w, Case: c, Peer: peer.OursGet, N: n, Unit: unit})
		return f
	}
	wall := figureOf("coldstart", "", 1_000, work.Milliseconds)
	calls := figureOf("coldstart", "", 1_000, work.Calls)
	stampede := figureOf("stampede", "", 10_000, work.Calls)
	tail := figureOf("latency", work.Refreshing, 10_000, work.P999).Ratio(figureOf("latency", work.Quiet, 10_000, work.P999))
	overhead := figureOf("memory", "", 100_000, work.OverheadPerName)
	million := figureOf("memory", "", 1_000_000, work.OverheadPerName)
	return []Target{
		{"cold start, 1,000 names, API calls", "exactly 100", calls.String(), exactly(calls, coldCalls)},
		inVirtualTime(virtual, "cold start, 1,000 names, virtual time", "exactly 100 ms", ColdStartTest),
		{"cold start, 1,000 names, wall clock", "at most 115 ms", wall.String() + " ms", judge(wall, coldWall)},
		noPeerBetter(set, work.Milliseconds, "no peer faster"),
		noPeerBetter(set, work.Calls, "no peer with fewer calls"),
		{"stampede, 10,000 goroutines, API calls", "exactly 10", stampede.String(), exactly(stampede, stampedeCalls)},
		inVirtualTime(virtual, "stampede, virtual time", "exactly one call's latency", StampedeTest),
		{"99.9th percentile of 100 reads, refreshing / idle", "at most 2 ×", tail.String() + " ×", judge(tail, refreshingP999)},
		{"memory a handle, 100,000, beyond names, values and ARNs", "at most 400 B", overhead.String() + " B", judge(overhead, overheadBytes)},
		{"one million handles", "work", million.String() + " B each", worked(million)},
	}
}

func exactly(f figure.Figure, want float64) Verdict {
	switch {
	case len(f.Samples) == 0:
		return Unmeasured
	case f.Min() == want && f.Max() == want:
		return Met
	}
	return NotMet
}

func worked(f figure.Figure) Verdict {
	if len(f.Samples) == 0 {
		return Unmeasured
	}
	return Met
}

// inVirtualTime reports a test that asserts the target exactly.
func inVirtualTime(virtual Virtual, what, limit, test string) Target {
	t := Target{what, limit, "`" + test + "`", Unmeasured}
	if passed, ran := virtual[test]; ran {
		t.Verdict = NotMet
		if passed {
			t.Verdict = Met
		}
	}
	return t
}

// noPeerBetter looks for a peer that beats a cold start of 1,000 names by
// more than the spread.
func noPeerBetter(set *figure.Set, unit, limit string) Target {
	k := figure.Key{Work: "coldstart", Peer: peer.OursGet, N: 1_000, Unit: unit}
	ours, ok := set.Get(k)
	t := Target{"cold start, 1,000 names, " + unit, limit, "–", Unmeasured}
	if !ok {
		return t
	}
	t.Verdict = Met
	best := math.Inf(1)
	for _, p := range peer.All() {
		k.Peer = p.Name
		f, ok := set.Get(k)
		if !ok || p.Kind == peer.Ours {
			continue
		}
		if f.Median() < best {
			best = f.Median()
			t.Figure = fmt.Sprintf("%s; best peer %s (%s)", ours, f, p.Name)
		}
		if f.Max() < ours.Min() {
			t.Verdict = NotMet
		}
	}
	return t
}

func growthTargets(set *figure.Set) []Target {
	var targets []Target
	for _, g := range work.Grown(set) {
		t := Target{What: "growth: " + g.Case + ", over " + g.Of}
		t.Figure = fmt.Sprintf("N^%.3f ± %.3f", g.Exponent, g.Error)
		limit := g.Limit
		t.Limit = fmt.Sprintf("at most N log N, here N^%.2f", limit)
		if g.Constant {
			limit = constantGrowth
			t.Limit = "does not grow"
		}
		switch {
		case g.Exponent <= limit:
			t.Verdict = Met
		case g.Exponent-2*g.Error <= limit:
			t.Verdict = Undecided
		default:
			t.Verdict = NotMet
		}
		targets = append(targets, t)
	}
	return targets
}
