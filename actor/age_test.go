package actor

import (
	"testing"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
)

func TestAGroupComesDueAsAWholeMaxAgeAfterItsOldestFetch(t *testing.T) {
	d := warm(t, onReadMinute, least, "a")
	d.add("late")
	d.texts["late"] = "1"
	d.at(50 * time.Second)
	d.reads()
	d.begins("late")
	d.lands()
	d.at(time.Minute - 1)
	d.judges("a", hit)
	d.judges("late", hit)
	d.at(time.Minute)
	d.judges("a", stale)
	d.judges("late", stale)
	d.reads()
	d.begins("a", "late")
}

func TestADefiniteFailureNeitherAgesTheGroupNorFailsOthers(t *testing.T) {
	d := warm(t, onReadMinute, least, "a", "denied", "gone")
	d.texts["a"] = "2"
	delete(d.texts, "gone")
	d.fails["denied"] = fetch.Outcome{Class: fetch.Definite, Err: errDenied, Culprit: true}
	d.at(time.Minute)
	d.reads()
	d.begins("a", "denied", "gone")
	d.lands()
	d.holding(map[string]string{"a": "2", "denied": "1", "gone": "1"})
	if got, want := d.snap.oldest, agreed(time.Minute); got != want {
		t.Errorf("the group's age counts from %v, want %v", got, want)
	}
	if d.snap.outage.err != nil {
		t.Errorf("the group backs off: %v", d.snap.outage.err)
	}
	d.at(2*time.Minute - 1)
	d.judges("a", hit)
}

func TestAPartlyFailedRefreshIsGatheredAndPublishedWholeWithTheAgeOfItsFirstTry(t *testing.T) {
	d := warm(t, aheadOfMinute, most, "a", "b", "/p*")
	d.texts = map[string]string{"a": "2", "b": "2", "/p/x": "2"}
	d.throttles("b")
	d.at(54 * time.Second)
	d.begins("/p*", "a", "b")
	d.at(55 * time.Second)
	d.lands()
	d.holding(map[string]string{"a": "1", "b": "1"})
	d.begins() // it backs off
	if got, want := d.due(d.now), agreed(55*time.Second+100*time.Millisecond); got != want {
		t.Errorf("the next try is due at %v, want %v", got, want)
	}

	d.at(55*time.Second + 100*time.Millisecond)
	d.begins("b") // only what failed
	d.lands()
	d.begins()
	d.holding(map[string]string{"a": "1", "b": "1"})

	d.throttles()
	d.at(56 * time.Second)
	d.texts["a"] = "3" // not asked again
	d.begins("b")
	d.lands()
	d.holding(map[string]string{"a": "2", "b": "2", "/p/x": "2"})
	if got, want := d.snap.oldest, agreed(54*time.Second); got != want {
		t.Errorf("the whole's age counts from %v, want the first try's start, %v", got, want)
	}
	if got, want := d.refreshAt, agreed(54*time.Second+54*time.Second); got != want {
		t.Errorf("the next refresh is at %v, want %v", got, want)
	}
}

func TestPartsOlderThanMaxAgeAreAskedAnew(t *testing.T) {
	for _, test := range []struct {
		name string
		at   time.Duration
		want []string
	}{
		{"just younger", 54*time.Second + time.Minute - 1, []string{"b"}},
		{"as old", 54*time.Second + time.Minute, []string{"a", "b", "c"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := warm(t, aheadOfMinute, most, "a", "b", "c")
			d.throttles("b")
			d.at(54 * time.Second)
			d.begins("a", "b", "c")
			d.lands()
			d.at(test.at)
			d.begins(test.want...)
		})
	}
}

func TestRefreshAndRejectDiscardPartsGatheredSoFar(t *testing.T) {
	for _, test := range []struct {
		name string
		ask  func(*driven) chan reply
	}{
		{"Refresh", (*driven).refreshes},
		{"Reject", func(d *driven) chan reply { return d.rejects("a", "1") }},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := warm(t, aheadOfMinute, most, "a", "b")
			d.throttles("b")
			d.texts["a"] = "2"
			d.at(54 * time.Second)
			d.begins("a", "b")
			d.lands()
			d.texts["a"] = "3"
			d.throttles()
			d.at(55 * time.Second)
			test.ask(d)
			d.begins("a", "b")
			d.lands()
			d.holding(map[string]string{"a": "3", "b": "1"})
			if got, want := d.snap.oldest, agreed(55*time.Second); got != want {
				t.Errorf("the group's age counts from %v, want %v", got, want)
			}
		})
	}
}

func TestAGroupThatLostItsValuesGathersAgainOnlyWhatIsMissing(t *testing.T) {
	d := warm(t, Policy{MaxAge: time.Minute, MaxStale: -1}, most, "a", "b")
	d.throttles("a", "b")
	d.at(54 * time.Second)
	d.begins("a", "b")
	d.lands()
	d.at(time.Minute)
	d.settles()
	d.holding(map[string]string{"a": "", "b": ""})
	d.throttles("b")
	d.at(61 * time.Second)
	d.begins("a", "b")
	d.lands()
	d.holding(map[string]string{"a": "1", "b": ""})
	d.throttles()
	d.at(62 * time.Second)
	d.begins("b")
	d.lands()
	d.holding(map[string]string{"a": "1", "b": "1"})
	if got, want := d.snap.oldest, agreed(61*time.Second); got != want {
		t.Errorf("the group's age counts from %v, want %v", got, want)
	}
}
