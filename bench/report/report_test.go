package report_test

import (
	"bytes"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ssmcache/ssmcache/bench/figure"
	"github.com/ssmcache/ssmcache/bench/peer"
	"github.com/ssmcache/ssmcache/bench/report"
	"github.com/ssmcache/ssmcache/bench/work"
)

// measured returns a set in which every reader takes its place in the list,
// ours the first: 1 ns, then 10, 20 and so on.
func measured() *figure.Set {
	set := new(figure.Set)
	for i, p := range peer.All() {
		ns := float64(10 * i)
		if i == 0 {
			ns = 1
		}
		for _, c := range []string{work.Serial, work.Parallel, work.Crowd} {
			for run := range 3 {
				set.Add(figure.Key{Work: "read", Case: c, Peer: p.Name, Unit: work.PerRead}, ns*(1+float64(run)/100))
			}
		}
		for _, n := range []int{100, 1_000} {
			set.Add(figure.Key{Work: "coldstart", Peer: p.Name, N: n, Unit: work.Milliseconds}, float64(n)/10+float64(i))
			set.Add(figure.Key{Work: "coldstart", Peer: p.Name, N: n, Unit: work.Calls}, float64(n)/10)
		}
	}
	return set
}

func find(t *testing.T, targets []report.Target, what string) report.Target {
	t.Helper()
	for _, target := range targets {
		if strings.HasPrefix(target.What, what) {
			return target
		}
	}
	t.Fatalf("no target %q", what)
	return report.Target{}
}

func TestATargetIsJudgedByItsFigureAndWithoutOneNotAtAll(t *testing.T) {
	targets := report.Targets(measured(), report.Virtual{report.ColdStartTest: true})
	for what, want := range map[string]report.Verdict{
		"Handle.Get, serial, against each peer that checks age": report.Met,
		"cold start, 1,000 names, API calls":                    report.Met,
		"cold start, 1,000 names, virtual time":                 report.Met,
		"cold start, 1,000 names, wall clock":                   report.Met,
		"cold start, 1,000 names, calls":                        report.Met,
		"stampede, virtual time":                                report.Unmeasured,
		"Value[T].Get":                                          report.Unmeasured, // its allocations
		"memory a handle":                                       report.Unmeasured,
	} {
		if got := find(t, targets, what).Verdict; got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
}

func TestARunThatMissesATargetShowsInItsVerdict(t *testing.T) {
	set := new(figure.Set)
	wall := figure.Key{Work: "coldstart", Peer: peer.OursGet, N: 1_000, Unit: work.Milliseconds}
	for _, ms := range []float64{101, 102, 130} {
		set.Add(wall, ms)
	}
	if got := find(t, report.Targets(set, nil), "cold start, 1,000 names, wall clock").Verdict; got != report.MetMostly {
		t.Errorf("with one run of three above the limit: %s", got)
	}
	set.Add(wall, 131)
	set.Add(wall, 132)
	if got := find(t, report.Targets(set, nil), "cold start, 1,000 names, wall clock").Verdict; got != report.NotMet {
		t.Errorf("with three runs of five above the limit: %s", got)
	}
}

func TestAGrowthWhoseErrorSpansTheLimitIsUndecided(t *testing.T) {
	for want, exponent := range map[report.Verdict]float64{report.Met: 1, report.Undecided: 1.2, report.NotMet: 1.5} {
		set := new(figure.Set)
		for _, n := range []int{100, 1_000, 10_000} {
			for _, noise := range []float64{0.7, 1, 1.4} {
				k := figure.Key{Work: "growth", Case: "register names", Peer: peer.OursGet, N: n, Unit: work.Milliseconds}
				set.Add(k, noise*math.Pow(float64(n), exponent))
			}
		}
		if got := find(t, report.Targets(set, nil), "growth: register names").Verdict; got != want {
			t.Errorf("N^%g: %s, want %s", exponent, got, want)
		}
	}
}

func TestAPageHasEverySectionAndItsChartsAreDrawn(t *testing.T) {
	set := measured()
	folder := t.TempDir()
	page := report.Page{Date: "2026-01-02", Runs: 3, Took: time.Minute, Set: set, Charts: report.Charts(set)}
	if err := report.SaveCharts(page.Charts, folder, page.Date); err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := page.Write(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"## Targets", "## Cached reads", "## Cold start", "## Memory", "## Growth", "2026-01-02-reads.svg"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the page has no %q", want)
		}
	}
	for _, chart := range page.Charts {
		svg, err := os.ReadFile(folder + "/" + chart.File(page.Date))
		if err != nil || !bytes.Contains(svg, []byte("</svg>")) {
			t.Errorf("%s: %v", chart.Name, err)
		}
	}
}

func TestRawSamplesAreLinesThatBenchstatReads(t *testing.T) {
	set := new(figure.Set)
	k := figure.Key{Work: "read", Case: "serial", Peer: "RWMutex map", N: 100, Unit: "ns/op"}
	set.Add(k, 80.5)
	k.Unit = "allocs/op"
	set.Add(k, 0)
	var raw bytes.Buffer
	if err := report.Raw(&raw, set, report.Machine{Procs: 2, CPU: "a processor"}); err != nil {
		t.Fatal(err)
	}
	want := "BenchmarkRead/case=serial/n=100/peer=RWMutex_map-2\t1\t80.5 ns/op\t0 allocs/op\n"
	if !strings.HasSuffix(raw.String(), want) {
		t.Errorf("got %q, want it to end in %q", raw.String(), want)
	}
}
