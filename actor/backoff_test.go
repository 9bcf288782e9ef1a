package actor

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
)

func TestBackOffHasFullJitterDoublesAndIsCappedBy30SecondsAndMaxAge(t *testing.T) {
	const ms = time.Millisecond
	for _, test := range []struct {
		maxAge time.Duration
		n      int
		want   time.Duration // the most
	}{
		{time.Hour, 0, 100 * ms},
		{time.Hour, 1, 200 * ms},
		{time.Hour, 2, 400 * ms},
		{time.Hour, 8, 25600 * ms},
		{time.Hour, 9, 30 * time.Second},
		{time.Hour, 1 << 40, 30 * time.Second},
		{0, 9, 30 * time.Second},
		{time.Second, 3, 800 * ms},
		{time.Second, 4, time.Second},
		{time.Second, 100, time.Second},
	} {
		p := Policy{MaxAge: test.maxAge}
		if got := p.backoff(test.n, most); got != test.want {
			t.Errorf("MaxAge %v, n %d: the longest delay is %v, want %v", test.maxAge, test.n, got, test.want)
		}
		if got := p.backoff(test.n, least); got != 1 {
			t.Errorf("MaxAge %v, n %d: the shortest delay is %v, want 1 ns: it is not 0", test.maxAge, test.n, got)
		}
	}
}

func TestFailedFetchesBackOffAndTheFirstSuccessEndsIt(t *testing.T) {
	d := drive(t, aheadOfMinute, most, "a")
	d.throttles("a")
	for _, delay := range []time.Duration{100, 200, 400, 800} {
		d.reads()
		d.begins("a")
		d.lands()
		d.now = d.now.add(delay*time.Millisecond - 1)
		d.reads()
		d.begins()
		d.now = d.now.add(1)
	}
	d.throttles()
	d.reads()
	d.begins("a")
	d.lands()
	if d.snap.outage != (outage{}) {
		t.Errorf("after a success the outage is %+v", d.snap.outage)
	}
	d.throttles("a")
	d.refreshes()
	d.begins("a")
	d.lands()
	if got, want := d.snap.outage.retryAt, d.now.add(100*time.Millisecond); got != want {
		t.Errorf("the next outage's first delay ends at %v, want %v", got, want)
	}
}

func TestAnExplicitRefreshDoesNotWaitForTheBackOff(t *testing.T) {
	for _, test := range []struct {
		name string
		ask  func(*driven) chan reply
	}{
		{"Refresh", (*driven).refreshes},
		{"Refresh for Retry", func(d *driven) chan reply { return d.asks(request{want: wantRetry}) }},
		{"Reject", func(d *driven) chan reply { return d.rejects("a", "1") }},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := warm(t, aheadOfMinute, most, "a")
			d.throttles("a")
			d.at(54 * time.Second)
			d.begins("a")
			d.lands()
			d.reads()
			d.begins()
			replies := test.ask(d)
			d.begins("a")
			unanswered(t, replies)
			d.lands()
			answered(t, replies)
		})
	}
}

func TestWhileTheGroupBacksOffStaleValuesAreServedAtOnceAndErrorsGivenAtOnce(t *testing.T) {
	d := warm(t, onReadMinute, most, "a", "gone")
	d.throttles("a", "gone")
	d.at(time.Minute)
	d.judges("a", stale)
	d.reads()
	d.begins("a", "gone")
	d.lands()
	slot := d.add("late")
	d.at(time.Minute + 100*time.Millisecond - 1)
	d.judges("a", hit)
	d.judges("late", failed)
	var e *fetch.Error
	if err := d.snap.errorOf(slot, d.roster.entry(slot)); !errors.Is(err, errThrottled) || !errors.As(err, &e) || e.Name != "late" {
		t.Errorf("the error is %v, want the last fetch's, of late", err)
	}
	d.at(time.Minute + 100*time.Millisecond)
	d.judges("a", stale)
	d.judges("late", miss)
}

func TestAReadThatWaitedForAFailedFetchGetsTheStaleValueOrTheError(t *testing.T) {
	d := warm(t, onReadMinute, least, "a")
	slot := d.add("late")
	d.at(time.Minute)
	a, late := d.snap.see(0), d.snap.see(slot)
	d.throttles("a", "late")
	d.reads()
	d.begins("a", "late")
	d.lands()
	d.at(2 * time.Minute) // the reader runs late: the back-off is over
	if got := d.snap.judge(0, d.now, a); got != hit {
		t.Errorf("a stale value that was waited for: %v, want a hit", words[got])
	}
	if got := d.snap.judge(slot, d.now, late); got != failed {
		t.Errorf("a missing value that was waited for: %v, want failed", words[got])
	}
}

func TestNotFoundIsBelievedFor10SecondsDoublingToMaxAgeOr5Minutes(t *testing.T) {
	const s = time.Second
	for _, test := range []struct {
		maxAge time.Duration
		want   []time.Duration
	}{
		{0, []time.Duration{10 * s, 20 * s, 40 * s, 80 * s, 160 * s, 300 * s, 300 * s}},
		{time.Minute, []time.Duration{10 * s, 20 * s, 40 * s, 60 * s, 60 * s}},
		{5 * s, []time.Duration{5 * s, 5 * s}},
		{time.Hour, []time.Duration{10 * s, 20 * s, 40 * s, 80 * s, 160 * s, 320 * s, 640 * s}},
	} {
		d := drive(t, Policy{MaxAge: test.maxAge, OnRead: true}, least, "a")
		delete(d.texts, "a")
		for _, believed := range test.want {
			d.reads()
			d.begins("a")
			d.now = d.now.add(3 * s) // the belief counts from the answer
			d.lands()
			d.now = d.now.add(believed - 1)
			d.judges("a", failed)
			d.reads()
			d.begins()
			d.now = d.now.add(1)
			d.judges("a", miss)
			d.begins() // only a read asks again
		}
		d.texts["a"] = "1"
		d.reads()
		d.begins("a")
		d.lands()
		d.judges("a", hit)
		delete(d.texts, "a")
		d.refreshes()
		d.begins("a")
		d.lands()
		if got, want := d.snap.marks[0].until, d.now.add(test.want[0]); got != want {
			t.Errorf("MaxAge %v: after a success the belief begins anew and ends at %v, want %v", test.maxAge, got, want)
		}
	}
}

func TestAFetchInWhichOnlyCulpritsFailDoesNotBackOff(t *testing.T) {
	d := warm(t, aheadOfMinute, most, "a", "denied")
	d.fails["denied"] = fetch.Outcome{Class: fetch.Definite, Err: errDenied, Culprit: true}
	d.texts["a"] = "2"
	d.at(54 * time.Second)
	d.begins("a", "denied")
	d.lands()
	if d.snap.outage.err != nil || d.pending {
		t.Errorf("the group backs off (%v) or has another try pending (%t)", d.snap.outage.err, d.pending)
	}
	d.holding(map[string]string{"a": "2", "denied": "1"})
}

func TestANameThatFailedAloneIsACulpritUntilTheStoreAnswersForIt(t *testing.T) {
	culprit := func(d *driven, name string) bool {
		d.refreshes()
		req := d.request(d.begins("a", "denied"), true)
		for _, ask := range req.Names {
			if ask.Name.String() == name {
				return ask.Culprit
			}
		}
		t.Fatalf("%s is not asked for", name)
		return false
	}
	denied := fetch.Outcome{Class: fetch.Definite, Err: errDenied, Culprit: true}
	for _, test := range []struct {
		name string
		end  func(*driven)
	}{
		{"found", func(d *driven) { delete(d.fails, "denied") }},
		{"not found", func(d *driven) { delete(d.fails, "denied"); delete(d.texts, "denied") }},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := warm(t, aheadOfMinute, most, "a", "denied")
			d.fails["denied"] = denied
			if culprit(d, "denied") {
				t.Error("a culprit before it has failed")
			}
			d.lands()
			for range 2 {
				if !culprit(d, "denied") {
					t.Error("not kept apart after it has failed")
				}
				d.lands()
			}
			if culprit(d, "a") {
				t.Error("the healthy name is a culprit")
			}
			test.end(d)
			d.lands()
			if culprit(d, "denied") {
				t.Error("still a culprit after an answer")
			}
		})
	}
}

func TestCulpritsAreAskedAloneInTurnWhenThereAreMoreThanOneFetchTakes(t *testing.T) {
	var names []string
	for i := range 2 * fetch.MaxAlone {
		names = append(names, fmt.Sprintf("n%02d", i))
	}
	d := warm(t, aheadOfMinute, most, names...)
	for _, name := range names {
		d.fails[name] = fetch.Outcome{Class: fetch.Definite, Err: errDenied, Culprit: true}
	}
	turn := func() int {
		d.refreshes()
		req := d.request(d.begins(names...), true)
		d.lands()
		return req.Turn
	}
	turn() // the names become culprits
	first := turn()
	if got := turn(); got != first+fetch.MaxAlone {
		t.Errorf("the turn goes from %d to %d, want %d", first, got, first+fetch.MaxAlone)
	}
	late := d.add("late")
	d.texts["late"] = "1"
	d.reads()
	d.begins("late")
	d.lands() // a fetch without culprits is nobody's turn
	names = append(names, "late")
	if got := turn(); d.snap.param(late).IsZero() || got != first+2*fetch.MaxAlone {
		t.Errorf("the turn goes on with %d, want %d", got, first+2*fetch.MaxAlone)
	}
}

func TestOneAnswerOfNotFoundCountsOnceHoweverOftenTheRestIsTried(t *testing.T) {
	d := warm(t, Policy{MaxAge: time.Hour, MaxStale: time.Hour}, most, "a", "none")
	delete(d.texts, "none")
	d.at(time.Minute)
	d.refreshes()
	d.begins("a", "none")
	d.lands()
	d.at(2 * time.Minute)
	d.throttles("a")
	d.refreshes()
	d.begins("a", "none")
	d.lands()
	want := d.now.add(2 * belief) // it is the second answer
	for range 4 {
		d.now = d.due(d.now)
		d.begins("a")
		d.lands()
	}
	if got := d.snap.marks[d.slot("none")].until; got != want {
		t.Errorf("the answer is believed until %v, want %v", got.mono, want.mono)
	}
	d.throttles()
	d.now = d.due(d.now)
	d.begins("a")
	d.lands()
	if got := d.snap.marks[d.slot("none")].until; got != want {
		t.Errorf("in the whole refresh it is believed until %v, want %v", got.mono, want.mono)
	}
}

func TestCulpritsKeepTheirTurnWhileTheyAreNotAsked(t *testing.T) {
	names := make([]string, 1+2*fetch.MaxAlone)
	for i := range names {
		names[i] = fmt.Sprintf("n%02d", i)
	}
	d := warm(t, aheadOfMinute, most, names...)
	denied := map[string]fetch.Outcome{}
	for _, n := range names[1:] {
		denied[n] = fetch.Outcome{Class: fetch.Definite, Err: errDenied, Culprit: true}
	}
	d.fails = denied
	d.refreshes()
	d.begins(names...)
	d.lands()
	for turn := range 5 {
		d.throttles(names...) // of the healthy one; the culprits are left
		d.refreshes()
		d.begins(names...)
		d.lands()
		d.fails = denied
		d.refreshes()
		if got, want := d.request(d.begins(names...), true).Turn, turn*fetch.MaxAlone; got != want {
			t.Errorf("refresh %d has turn %d, want %d", turn, got, want)
		}
		d.lands()
	}
}
