package actor

import (
	"testing"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
)

func TestTheFirstBackgroundRefreshIsAt10To90PercentOfMaxAgeAndLaterOnesAt70To90(t *testing.T) {
	const s = time.Second
	for _, test := range []struct {
		name            string
		random          draw
		first, thenPlus time.Duration
	}{
		{"least", least, 10 * s, 70 * s},
		{"most", most, 90 * s, 90 * s},
		{"middle", func(n int64) int64 { return n / 2 }, 50 * s, 80 * s},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := warm(t, Policy{MaxAge: 100 * s, MaxStale: time.Hour}, test.random, "a")
			at := test.first
			for range 3 {
				if got := d.due(d.now); got != agreed(at) {
					t.Fatalf("the next refresh is due at %v, want %v", got, at)
				}
				d.at(at - 1)
				d.begins()
				d.at(at)
				d.begins("a")
				d.lands()
				at += test.thenPlus
			}
		})
	}
}

func TestTheMomentOfARefreshIsDrawnAnewEachTime(t *testing.T) {
	draws := 0
	d := warm(t, aheadOfMinute, func(n int64) int64 { draws++; return 0 }, "a")
	for want := 1; want <= 3; want++ {
		if draws != want {
			t.Fatalf("%d draws after %d fetches", draws, want)
		}
		d.now = d.due(d.now)
		d.begins("a")
		d.lands()
	}
}

func TestTwoRefreshesStartAtLeastOneSecondApartHoweverSlowTheStore(t *testing.T) {
	d := warm(t, Policy{MaxAge: time.Second, MaxStale: time.Hour}, least, "a")
	if got, want := d.due(d.now), agreed(time.Second); got != want {
		t.Fatalf("the first refresh is due at %v, want %v: 1 s after the first fetch began", got, want)
	}
	d.at(time.Second)
	d.begins("a")
	d.at(1900 * time.Millisecond)
	d.lands()
	d.begins()
	if got, want := d.refreshAt, agreed(2*time.Second); got != want {
		t.Fatalf("the next refresh is at %v, want %v", got, want)
	}
	d.at(2 * time.Second)
	d.begins("a")
	d.at(5 * time.Second)
	d.lands()
	d.begins("a") // due already, and long after the start of the last
}

func TestARefreshThatTookSeveralTriesIsFollowedNoSoonerThanOneSecondAfterTheLastTry(t *testing.T) {
	d := warm(t, Policy{MaxAge: time.Second, MaxStale: time.Hour}, most, "a", "b")
	d.throttles("b")
	d.at(time.Second)
	d.begins("a", "b")
	d.at(1500 * time.Millisecond)
	d.lands()
	d.throttles()
	d.at(1600 * time.Millisecond)
	d.begins("b")
	d.lands()
	if got, want := d.refreshAt, agreed(2600*time.Millisecond); got != want {
		t.Errorf("the next refresh is at %v, want %v", got, want)
	}
}

func TestValuesAreTakenAwayAtMaxAgePlusMaxStale(t *testing.T) {
	d := warm(t, Policy{MaxAge: time.Minute, MaxStale: 30 * time.Second}, most, "a", "/p*")
	d.add("late")
	d.texts["late"] = "1"
	d.at(10 * time.Second)
	d.reads()
	d.begins("late")
	d.lands()
	d.at(54 * time.Second)
	d.begins("/p*", "a", "late") // and hangs
	d.at(90*time.Second - 1)
	d.settles()
	d.judges("a", hit)
	if got, want := d.due(d.now), agreed(90*time.Second); got != want {
		t.Errorf("the core is due at %v, want %v", got, want)
	}
	d.at(90 * time.Second)
	d.settles()
	d.judges("a", miss)
	d.judges("/p*", miss)
	d.judges("late", hit) // its own fetch began 10 s later
	if got, want := d.due(d.now), agreed(100*time.Second); got != want {
		t.Errorf("the core is due at %v, want %v", got, want)
	}
	d.at(100 * time.Second)
	d.settles()
	d.judges("late", miss)
	d.lands()
	d.judges("a", hit)
	d.judges("/p*", hit)
	d.judges("late", hit)
}

func TestANegativeMaxStaleServesNothingPastMaxAge(t *testing.T) {
	for _, onRead := range []bool{false, true} {
		d := warm(t, Policy{MaxAge: time.Minute, MaxStale: -1, OnRead: onRead}, most, "a")
		d.at(time.Minute - 1)
		d.settles()
		d.judges("a", hit)
		d.at(time.Minute)
		d.settles()
		d.judges("a", miss)
	}
}

func TestAGroupWithoutMaxAgeIsNeverRefreshedInTheBackground(t *testing.T) {
	d := warm(t, Policy{MaxStale: time.Hour}, least, "a")
	for _, after := range []time.Duration{0, time.Hour, 1000 * 24 * time.Hour} {
		d.at(after)
		d.begins()
		d.judges("a", hit)
		if got := d.due(d.now); got != never {
			t.Errorf("after %v the core is due at %v, want never", after, got)
		}
	}
	d.refreshes()
	d.begins("a")
	d.throttles("a")
	d.lands()
	d.begins()
	if got := d.due(d.now); got != never {
		t.Errorf("after a failed refresh the core is due at %v, want never", got)
	}
}

func TestAnErrorThatOutlivesItsValueIsAskedAboutAgainAfterTheBackOff(t *testing.T) {
	d := warm(t, Policy{MaxAge: time.Minute, MaxStale: -1}, most, "a", "denied")
	d.fails["denied"] = fetch.Outcome{Class: fetch.Definite, Err: errDenied}
	d.at(54 * time.Second)
	d.begins("a", "denied")
	d.lands()
	d.judges("denied", hit) // the earlier value, kept
	d.at(time.Minute)
	d.settles()
	d.holding(map[string]string{"a": "1", "denied": ""})
	d.judges("denied", miss) // 54.1 s has passed
	d.reads()
	d.begins("denied")
}

func TestAPartIsNotPublishedPastItsOwnLimit(t *testing.T) {
	d := warm(t, Policy{MaxAge: 2 * time.Second, MaxStale: -1}, most, "a", "b")
	d.throttles("b")
	d.at(1800 * time.Millisecond)
	d.begins("a", "b")
	d.lands()
	d.at(1900 * time.Millisecond)
	d.begins("b") // and hangs
	d.at(2 * time.Second)
	d.settles()
	d.holding(map[string]string{"a": "1", "b": ""}) // a is cold: what has been gathered is published
	if got, want := d.due(d.now), agreed(3800*time.Millisecond); got != want {
		t.Errorf("the core is due at %v, want %v: a's limit", got, want)
	}
	d.at(3800 * time.Millisecond)
	d.settles()
	d.holding(map[string]string{"a": "", "b": ""})
	if got := d.due(d.now); got != never {
		t.Errorf("the core is due at %v, want never: there is nothing left to take away", got)
	}
	d.at(4 * time.Second)
	d.lands()
	d.holding(map[string]string{"a": "", "b": ""})
}

func TestGroupThatFoundNothingIsRefreshedAhead(t *testing.T) {
	d := drive(t, aheadOfMinute, least, "a")
	delete(d.texts, "a")
	d.reads()
	d.begins("a")
	d.lands()
	d.texts["a"] = "1"
	d.at(6*time.Second - 1)
	d.begins()
	if at := d.due(d.now); at.mono != 6*time.Second {
		t.Errorf("due at %v, want 10 %% of MaxAge", at.mono)
	}
	d.at(6 * time.Second)
	d.begins("a")
	d.lands()
	d.judges("a", hit)
}
