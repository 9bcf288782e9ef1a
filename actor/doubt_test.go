package actor

import (
	"testing"
	"time"
)

func TestAnExplicitRefreshBelievesNotFoundAtOnce(t *testing.T) {
	for _, want := range []want{wantRefresh, wantRetry} {
		d := warm(t, aheadOfMinute, least, "a", "/p*")
		d.texts["/p/x"] = "1"
		d.refreshes()
		d.begins("/p*", "a")
		d.lands()
		d.judges("/p/x", hit)
		delete(d.texts, "a")
		delete(d.texts, "/p/x")
		d.asks(request{want: want})
		d.begins("/p*", "a")
		d.lands()
		d.judges("a", failed)
		d.judges("/p/x", failed)
		d.holding(map[string]string{"a": "", "/p/x": ""})
		if got := d.snap.listings[d.slot("/p*")].slots; len(got) != 0 {
			t.Errorf("the listing still has %d parameters", len(got))
		}
	}
}

func TestABackgroundRefreshBelievesNotFoundOnlyWhenAFetchBegunOneSecondLaterAgrees(t *testing.T) {
	d := warm(t, aheadOfMinute, most, "a", "b", "/p*")
	d.texts["/p/x"], d.texts["/p/y"] = "1", "1"
	d.refreshes()
	d.begins("/p*", "a", "b")
	d.lands()
	delete(d.texts, "a")
	delete(d.texts, "/p/x")
	d.at(54 * time.Second)
	d.begins("/p*", "a", "b")
	d.at(54*time.Second + 300*time.Millisecond)
	d.lands()
	d.holding(map[string]string{"a": "1", "/p/x": "1", "/p/y": "1"})
	d.judges("a", hit)
	if got := d.snap.listings[d.slot("/p*")].slots; len(got) != 2 {
		t.Errorf("the listing has %d parameters, want 2: /p/x is not believed to be gone", len(got))
	}
	if got, want := d.due(d.now), agreed(55*time.Second); got != want {
		t.Errorf("the core is due at %v, want %v: 1 s after the start of the first fetch", got, want)
	}
	d.at(55*time.Second - 1)
	d.begins()
	d.at(55 * time.Second)
	d.begins("/p*", "a") // b is not asked
	d.lands()
	d.holding(map[string]string{"a": "", "/p/x": "", "/p/y": "1"})
	d.judges("a", failed)
	d.judges("/p/x", failed)
	if got := d.snap.listings[d.slot("/p*")].slots; len(got) != 1 {
		t.Errorf("the listing has %d parameters, want 1", len(got))
	}
}

func TestAnOnReadRefreshBelievesNotFoundOnlyWhenAReadOneSecondLaterAgrees(t *testing.T) {
	d := warm(t, onReadMinute, most, "a", "b")
	delete(d.texts, "a")
	d.at(time.Minute)
	d.reads()
	d.begins("a", "b")
	d.lands()
	d.judges("a", hit)
	d.at(61*time.Second - 1)
	d.judges("a", hit)
	d.reads()
	d.begins()
	d.at(61 * time.Second)
	d.judges("a", stale)
	d.judges("b", hit)
	d.begins() // nobody has read
	d.reads()
	d.begins("a")
	d.lands()
	d.judges("a", failed)
}

func TestAParameterThatIsBackIsNeverMissed(t *testing.T) {
	d := warm(t, aheadOfMinute, most, "a", "/p*")
	d.texts["/p/x"] = "1"
	d.refreshes()
	d.begins("/p*", "a")
	d.lands()
	d.texts = map[string]string{}
	d.at(54 * time.Second)
	d.begins("/p*", "a")
	d.lands()
	d.texts = map[string]string{"a": "2", "/p/x": "2"} // deleted and created again
	d.at(55 * time.Second)
	d.begins("/p*", "a")
	d.lands()
	d.begins("/p*", "a") // what has changed is brought by a whole refresh
	d.lands()
	d.holding(map[string]string{"a": "2", "/p/x": "2"})
	if len(d.snap.marks) != 0 {
		t.Errorf("%d slots are still marked", len(d.snap.marks))
	}
}

func TestAParameterThatIsBackWithAnotherValueIsNotMixedWithAnEarlierRefresh(t *testing.T) {
	d := warm(t, aheadOfMinute, most, "password", "user")
	d.texts["password"], d.texts["user"] = "1", "1"
	d.refreshes()
	d.begins("password", "user")
	d.lands()
	delete(d.texts, "user")
	d.at(54 * time.Second)
	d.begins("password", "user")
	d.lands()
	d.texts = map[string]string{"password": "2", "user": "2"}
	d.at(55 * time.Second)
	d.begins("user")
	d.lands()
	d.holding(map[string]string{"password": "1", "user": "1"})
	d.begins("password", "user")
	d.lands()
	d.holding(map[string]string{"password": "2", "user": "2"})
}

func TestADoubtSurvivesAFailedConfirmation(t *testing.T) {
	d := warm(t, aheadOfMinute, most, "a", "b")
	delete(d.texts, "a")
	d.at(54 * time.Second)
	d.begins("a", "b")
	d.lands()
	d.throttles("a")
	d.at(55 * time.Second)
	d.begins("a")
	d.lands()
	d.judges("a", hit)
	d.begins() // it backs off
	d.throttles()
	d.now = d.due(d.now)
	d.begins("a")
	d.lands()
	d.judges("a", failed)
}

func TestANotFoundAmongGatheredPartsIsDoubtedFromItsOwnFetch(t *testing.T) {
	d := warm(t, aheadOfMinute, most, "a", "b")
	delete(d.texts, "a")
	d.throttles("b")
	d.at(54 * time.Second)
	d.begins("a", "b")
	d.lands()
	d.throttles()
	d.at(56 * time.Second)
	d.begins("b")
	d.lands()
	d.holding(map[string]string{"a": "1", "b": "1"})
	d.judges("a", hit)
	if got := d.due(d.now); got != agreed(55*time.Second) {
		t.Errorf("the core is due at %v, want 55 s: 1 s after the fetch that did not find a", got)
	}
	d.begins("a")
}

func TestAListingGatheredTooEarlyDoesNotConfirmADoubt(t *testing.T) {
	d := warm(t, aheadOfMinute, most, "a", "/p*")
	d.texts["/p/x"] = "1"
	d.refreshes()
	d.begins("/p*", "a")
	d.lands()
	delete(d.texts, "/p/x")
	d.at(54 * time.Second)
	d.begins("/p*", "a")
	d.lands()
	d.at(54*time.Second + 200*time.Millisecond)
	d.throttles("a")
	d.rejects("a", "1")
	d.begins("/p*", "a")
	d.lands() // the listing is gathered, 0.2 s after the first
	d.throttles()
	d.at(55 * time.Second)
	d.begins("a")
	d.lands()
	d.holding(map[string]string{"/p/x": "1"})
	d.begins("/p*")
	d.lands()
	d.holding(map[string]string{"/p/x": ""})
}
