package actor

import (
	"errors"
	"testing"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
)

func TestARefreshIsAnsweredOnlyByAFetchThatStartedAfterIt(t *testing.T) {
	d := warm(t, aheadOfMinute, most, "a")
	first := d.refreshes()
	d.begins("a")
	during := d.refreshes()
	read := d.reads()
	d.lands()
	answered(t, first)
	answered(t, read) // a read is served by the fetch under way
	unanswered(t, during)
	d.begins("a")
	unanswered(t, during)
	d.lands()
	answered(t, during)
	d.begins()
}

func TestAHundredRefreshesDuringAFetchShareExactlyOneMore(t *testing.T) {
	d := warm(t, aheadOfMinute, most, "a")
	d.refreshes()
	d.begins("a")
	var waiting []chan reply
	for range 100 {
		waiting = append(waiting, d.refreshes())
	}
	d.begins() // at most one in flight
	d.lands()
	d.begins("a")
	d.lands()
	for _, replies := range waiting {
		answered(t, replies)
	}
	d.begins()
	if len(d.queue) != 0 {
		t.Errorf("%d requests are still queued", len(d.queue))
	}
}

func TestTheSnapshotWithTheOutcomeIsThereBeforeTheAnswer(t *testing.T) {
	d := warm(t, aheadOfMinute, most, "a")
	before := d.snap
	d.texts["a"] = "2"
	d.refreshes()
	p := d.begins("a")
	d.land(fetch.Result{Names: []fetch.Outcome{d.says("a", origin)}}, d.now)
	if len(d.answers) != 1 || len(p.waiters) != 1 {
		t.Fatalf("%d answers to %d waiters, want 1 to 1", len(d.answers), len(p.waiters))
	}
	if d.snap == before || d.snap.param(0).Text() != "2" {
		t.Error("the answer is due before the snapshot is")
	}
	if before.param(0).Text() != "1" || before.texts[0] != "1" {
		t.Error("the earlier snapshot has been modified")
	}
}

func TestTheQueueIsBoundedByTheWaitersNeverByTime(t *testing.T) {
	d := drive(t, aheadOfMinute, least, "a")
	d.throttles("a")
	for range 1000 {
		read := d.reads()
		d.begins("a")
		refresh := d.refreshes()
		d.lands()
		answered(t, read)
		d.begins("a")
		d.lands()
		answered(t, refresh)
		if n := len(d.queue) + len(d.answers); n != 0 {
			t.Fatalf("%d requests or answers are left", n)
		}
		d.now = d.now.add(time.Minute)
	}
}

func TestARefreshNamesEachNameAndPathWithoutAValue(t *testing.T) {
	d := warm(t, aheadOfMinute, most, "a", "b", "c", "/p*")
	delete(d.texts, "b")
	d.throttles("c", "/p")
	replies := d.refreshes()
	d.begins("/p*", "a", "b", "c")
	d.lands()
	got := map[string]error{}
	for _, err := range answered(t, replies).report.err().(interface{ Unwrap() []error }).Unwrap() {
		var e *fetch.Error
		if !errors.As(err, &e) {
			t.Fatalf("%v is not a *fetch.Error", err)
		}
		got[e.Op+" "+e.Name] = e.Err
	}
	want := map[string]error{"GetParameters b": fetch.ErrNotFound, "GetParameters c": errThrottled, "GetParametersByPath /p": errThrottled}
	if len(got) != len(want) {
		t.Errorf("the error names %v, want %v", got, want)
	}
	for name, err := range want {
		if !errors.Is(got[name], err) {
			t.Errorf("%s: %v, want %v", name, got[name], err)
		}
	}
}

func TestAVanishedMemberIsNoErrorUnlessItWasAskedForByName(t *testing.T) {
	for _, named := range []bool{false, true} {
		d := drive(t, aheadOfMinute, most, "/p*")
		d.texts["/p/x"] = "1"
		d.reads()
		d.begins("/p*")
		d.lands()
		if named {
			d.add("/p/x")
		}
		delete(d.texts, "/p/x")
		replies := d.refreshes()
		d.begins("/p*")
		d.lands()
		if err := answered(t, replies).report.err(); errors.Is(err, fetch.ErrNotFound) != named {
			t.Errorf("asked for by name %t: the refresh fails with %v", named, err)
		}
	}
}

func TestTheLastRefreshsErrorNamesWhatItsEarlierTriesDidNotBring(t *testing.T) {
	d := warm(t, aheadOfMinute, most, "a", "denied", "gone", "/p*")
	d.throttles("a")
	delete(d.texts, "gone")
	d.fails["denied"] = fetch.Outcome{Class: fetch.Definite, Err: errDenied}
	d.fails["/p"] = fetch.Outcome{Class: fetch.Definite, Err: errDenied}
	d.at(54 * time.Second)
	d.begins("/p*", "a", "denied", "gone")
	d.lands()
	delete(d.fails, "a")
	d.now = d.due(d.now)
	d.begins("a")
	d.lands()
	want := `ssmcache: GetParameters "denied": denied
ssmcache: GetParameters "gone": parameter not found
ssmcache: GetParametersByPath "/p": denied`
	if got := d.snap.report.err(); got == nil || got.Error() != want {
		t.Errorf("the refresh failed with\n%v\nwant\n%s", got, want)
	}
}

func TestADeniedListingKeepsItsParameters(t *testing.T) {
	d := warm(t, aheadOfMinute, most, "/p*")
	d.texts["/p/x"] = "1"
	d.refreshes()
	d.begins("/p*")
	d.lands()
	d.fails["/p"] = fetch.Outcome{Class: fetch.Definite, Err: errDenied}
	replies := d.refreshes()
	d.begins("/p*")
	d.lands()
	if err := answered(t, replies).report.err(); !errors.Is(err, errDenied) {
		t.Errorf("the refresh fails with %v, want the listing's error", err)
	}
	d.judges("/p*", hit)
	d.judges("/p/x", hit)
	d.holding(map[string]string{"/p/x": "1"})
	if d.snap.outage.err != nil {
		t.Errorf("the group backs off: %v", d.snap.outage.err)
	}
}

func TestRefreshOfAGroupThatNeverExpiresAsksOnlyForWhatFailed(t *testing.T) {
	d := warm(t, Policy{}, most, "a", "b", "x")
	delete(d.texts, "x")
	d.at(time.Minute)
	d.rejects("x", "1")
	d.begins("a", "b", "x")
	d.lands() // x is doubted
	d.texts["x"] = "2"
	d.at(61 * time.Second)
	d.begins("x")
	d.lands() // only a whole refresh may bring its new value
	d.throttles("b")
	d.begins("a", "b", "x")
	d.lands()
	d.now = d.due(d.now)
	d.begins("b")
}

func TestRefreshDuringWhichValuesPassTheirLimitAsksOnlyForWhatFailed(t *testing.T) {
	d := warm(t, Policy{MaxAge: time.Minute, MaxStale: -1}, most, "a", "b")
	d.at(54 * time.Second)
	d.begins("a", "b")
	d.throttles("b")
	d.at(60 * time.Second)
	d.settles()
	d.holding(map[string]string{"a": "", "b": ""})
	d.at(61 * time.Second)
	d.lands()
	d.holding(map[string]string{"a": "1", "b": ""})
	d.now = d.due(d.now)
	d.begins("b")
}
