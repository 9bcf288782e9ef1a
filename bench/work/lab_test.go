package work

import (
	"io"
	"slices"
	"testing"

	"github.com/ssmcache/ssmcache/bench/figure"
	"github.com/ssmcache/ssmcache/bench/peer"
)

func quick() *Lab {
	return &Lab{Runs: 1, Quick: true, Figures: new(figure.Set), Log: io.Discard}
}

func peersOf(l *Lab, w string) []string {
	var names []string
	for _, f := range l.Figures.Select(func(k figure.Key) bool { return k.Work == w }) {
		if !slices.Contains(names, f.Peer) {
			names = append(names, f.Peer)
		}
	}
	return names
}

func TestReadsMeasureEveryPeer(t *testing.T) {
	l := quick()
	if err := l.Reads(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := len(peersOf(l, "read")), len(peer.All()); got != want {
		t.Errorf("%d peers were measured, want %d", got, want)
	}
}

func TestAColdStartCostsEachPeerTheCallsThatItsBatchesNeed(t *testing.T) {
	l := quick()
	if err := l.ColdStart(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, p := range groupPeers() {
		want := 10.0 // 100 names in tens
		if p.Most > 0 {
			want = 100
		}
		f, _ := l.Figures.Get(figure.Key{Work: "coldstart", Peer: p.Name, N: 100, Unit: Calls})
		if len(f.Samples) != 1 || f.Samples[0] != want {
			t.Errorf("%s made %v calls for 100 names, want %g", p.Name, f.Samples, want)
		}
	}
}

func TestAStampedeIsAnsweredByEveryPeer(t *testing.T) {
	l := quick()
	if err := l.Stampede(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := len(peersOf(l, "stampede")), len(groupPeers()); got != want {
		t.Errorf("%d peers were measured, want %d", got, want)
	}
}

func TestMemoryOfAnEntryIsAtLeastItsStrings(t *testing.T) {
	for _, p := range groupPeers() {
		n := 10_000 // beside which the garbage of other tests, which may go meanwhile, is little
		if p.Goroutines {
			n = 500 // of kilobytes each
		}
		samples, err := measureMemory(t.Context(), Child{Peer: p.Name, N: n})
		if err != nil {
			t.Fatal(err)
		}
		if samples[OverheadPerName] <= 0 {
			t.Errorf("%s holds %g bytes an entry, %g beyond its strings", p.Name, samples[BytesPerName], samples[OverheadPerName])
		}
	}
}

func TestGrowthHasACurveForEachCase(t *testing.T) {
	l := quick()
	if err := l.Growth(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := len(Grown(l.Figures)), len(growthCases); got != want {
		t.Errorf("%d curves, want %d", got, want)
	}
}
