package actor

import (
	"testing"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
)

// withListing returns a driven core that has fetched a name and a path with two parameters.
func withListing(t *testing.T, p Policy) *driven {
	d := warm(t, p, most, "a", "/p*")
	d.texts["/p/x"], d.texts["/p/y"] = "1", "1"
	d.refreshes()
	d.begins("/p*", "a")
	d.lands()
	return d
}

// holdsMembers fails unless the listing of /p holds so many parameters.
func (d *driven) holdsMembers(want int) {
	d.t.Helper()
	if got := len(d.snap.listings[d.slot("/p*")].slots); got != want {
		d.t.Errorf("after %v the listing has %d parameters, want %d", d.now.mono, got, want)
	}
}

func TestListingOfAnUnfinishedRefreshKeepsWhatHasItsValue(t *testing.T) {
	d := withListing(t, aheadOfMinute)
	delete(d.texts, "/p/y") // as a tool does that replaces it
	d.throttles("a")
	d.at(54 * time.Second)
	d.begins("/p*", "a")
	d.lands()
	d.holding(map[string]string{"/p/y": "1"})
	d.holdsMembers(2)
	d.throttles()
	d.now = d.due(d.now)
	d.begins("a")
	d.lands()
	d.holding(map[string]string{"/p/y": "1"}) // doubted
	d.holdsMembers(2)
}

func TestListingOfAConfirmationKeepsWhatIsNotDoubtedYet(t *testing.T) {
	d := withListing(t, aheadOfMinute)
	delete(d.texts, "/p/x")
	d.at(54 * time.Second)
	d.begins("/p*", "a")
	d.lands()
	d.texts["/p/x"] = "1"
	delete(d.texts, "/p/y") // the next to be replaced
	d.at(55 * time.Second)
	d.begins("/p*")
	d.lands()
	d.holding(map[string]string{"/p/x": "1", "/p/y": "1"})
	d.holdsMembers(2)
}

func TestLateNameIsFetchedAloneDespiteAVanishedParameter(t *testing.T) {
	d := withListing(t, Policy{MaxAge: time.Hour, MaxStale: time.Hour})
	delete(d.texts, "/p/x")
	d.refreshes()
	d.begins("/p*", "a")
	d.lands()
	d.at(20 * time.Second)
	d.add("late")
	d.reads()
	d.begins("late")
	d.lands()
	d.judges("/p/x", miss)
	d.reads()
	d.begins("/p*") // for who reads it
}

func TestRecreatedParameterThatItsListingHasIsNotGone(t *testing.T) {
	d := withListing(t, aheadOfMinute)
	delete(d.texts, "/p/x")
	d.at(54 * time.Second)
	d.begins("/p*", "a")
	d.lands()
	d.texts["/p/x"] = "2"
	d.at(55 * time.Second)
	d.begins("/p*")
	d.lands()
	d.judges("/p/x", hit)
	d.holding(map[string]string{"/p/x": "1"}) // until a whole refresh
}

func TestParameterThatKeptItsValueAndIsListedAgainIsNotGone(t *testing.T) {
	d := withListing(t, Policy{MaxAge: time.Minute, MaxStale: time.Hour})
	d.fails = map[string]fetch.Outcome{"/p": {Class: fetch.Definite, Err: errDenied}}
	d.at(54 * time.Second)
	d.begins("/p*", "a")
	d.lands()
	d.at(100 * time.Second)
	d.throttles("a") // the listing is allowed again
	d.refreshes()
	d.begins("/p*", "a")
	d.lands()
	d.judges("/p/x", hit)
}

func TestDoubtOfAListedParameterCountsFromItsOwnListing(t *testing.T) {
	d := withListing(t, Policy{MaxAge: time.Minute, MaxStale: time.Hour})
	d.throttles("/p")
	d.at(54 * time.Second)
	d.begins("/p*", "a")
	d.lands() // a is gathered
	for d.now.mono < 56*time.Second {
		d.now = d.snap.outage.retryAt
		d.begins("/p*")
		d.lands()
	}
	d.throttles()
	delete(d.texts, "/p/x") // as a tool does that replaces it
	d.now = d.snap.outage.retryAt
	d.begins("/p*")
	d.lands()
	d.begins() // a confirmation may not begin yet
	d.holding(map[string]string{"/p/x": "1"})
	d.now = d.now.add(doubt)
	d.begins("/p*")
	d.lands()
	d.judges("/p/x", failed)
}
