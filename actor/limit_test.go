package actor

import (
	"math"
	"testing"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
)

func TestTheLimitCountsFromAValuesOwnFetch(t *testing.T) {
	p := Policy{MaxAge: time.Minute, MaxStale: time.Minute, OnRead: true}
	d := warm(t, p, least, "a", "denied")
	d.fails["denied"] = fetch.Outcome{Class: fetch.Definite, Err: errDenied}
	d.at(90 * time.Second)
	d.reads()
	d.begins("a", "denied")
	d.lands()
	d.at(2*time.Minute - 1)
	d.judges("denied", hit)
	d.at(2 * time.Minute)
	d.judges("a", hit)
	d.judges("denied", miss) // its value is that of the first fetch
}

func TestLimitsSaturate(t *testing.T) {
	for _, p := range []Policy{
		{MaxAge: math.MaxInt64, MaxStale: math.MaxInt64},
		{MaxAge: math.MaxInt64, MaxStale: -1},
		{MaxAge: math.MaxInt64 - 1, MaxStale: time.Hour},
		{MaxAge: 0, MaxStale: -1},
	} {
		if got := p.limit(agreed(time.Hour)); got != never {
			t.Errorf("%+v: the limit is %v, want never", p, got)
		}
	}
	p := Policy{MaxAge: math.MaxInt64}
	if got, want := p.refreshAt(agreed(time.Hour), false, least).mono, time.Hour+math.MaxInt64/10*7; got != want {
		t.Errorf("a refresh ahead of the longest MaxAge is at %v, want %v", got, want)
	}
}

func TestAFailedRefreshDoesNotRenewAValue(t *testing.T) {
	for _, onRead := range []bool{false, true} {
		d := warm(t, Policy{MaxAge: time.Minute, MaxStale: time.Minute, OnRead: onRead}, most, "a")
		d.throttles("a")
		for _, at := range []time.Duration{60, 80, 100, 119} {
			d.at(at * time.Second)
			d.reads()
			d.begins("a")
			d.lands()
			d.judges("a", hit)
			if got := d.snap.param(0).FetchedAt(); !got.Equal(origin) {
				t.Fatalf("the value says it was fetched at %v, want %v", got, origin)
			}
		}
		d.at(2 * time.Minute)
		d.settles()
		d.judges("a", miss)
		d.reads()
		d.begins("a")
		d.lands()
		d.judges("a", failed)
	}
}

func TestAReadThatWaitedGetsWhatTheFetchBroughtWhateverItsAge(t *testing.T) {
	d := drive(t, Policy{MaxAge: time.Minute, MaxStale: -1, OnRead: true}, least, "a", "/p*")
	before := d.snap.see(d.slot("a"))
	listingBefore := d.snap.see(d.slot("/p*"))
	d.reads()
	d.begins("/p*", "a")
	d.at(time.Hour)
	d.lands()
	if got := d.snap.judge(d.slot("a"), d.now, before); got != hit {
		t.Errorf("the read that waited is judged %v, want a hit", words[got])
	}
	if got := d.snap.judge(d.slot("/p*"), d.now, listingBefore); got != hit {
		t.Errorf("the listing that waited is judged %v, want a hit", words[got])
	}
	d.judges("a", miss) // one that begins now
	d.judges("/p*", miss)
}
