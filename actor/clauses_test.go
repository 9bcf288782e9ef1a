package actor

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

func TestARejectionThatChangedNothingHoldsBackTheNextThoughALateNameIsFetchedMeanwhile(t *testing.T) {
	d := warm(t, Policy{}, most, "a")
	d.rejects("a", "1")
	d.begins("a")
	d.lands() // unchanged: the next one is held back for 1 s
	d.at(100 * time.Millisecond)
	d.add("late")
	d.texts["late"] = "1"
	d.reads()
	d.begins("late")
	d.lands()
	d.at(200 * time.Millisecond)
	rejection := d.rejects("a", "1")
	d.begins()
	if r := answered(t, rejection); !errors.Is(r.err, ErrUnchanged) {
		t.Errorf("the rejection ends with %v, want ErrUnchanged", r.err)
	}
}

func TestEachPartIsAskedAnewWhenItsOwnFetchIsOlderThanMaxAge(t *testing.T) {
	d := warm(t, aheadOfMinute, most, "a", "b", "c", "/p*")
	d.throttles("b", "c", "/p")
	d.at(54 * time.Second)
	d.begins("/p*", "a", "b", "c")
	d.lands()
	d.throttles("c")
	d.at(56 * time.Second)
	d.begins("/p*", "b", "c")
	d.lands()
	d.at(54*time.Second + time.Minute)
	d.begins("a", "c") // what the second try brought is younger
}

func TestTheFirstBackgroundRefreshStartsOneSecondAfterTheFetchThatWarmedTheGroup(t *testing.T) {
	d := drive(t, Policy{MaxAge: time.Second, MaxStale: time.Hour}, least, "a")
	d.at(5 * time.Second) // nobody read before
	d.reads()
	d.begins("a")
	d.lands()
	if got, want := d.due(d.now), agreed(6*time.Second); got != want {
		t.Errorf("the first refresh is due at %v, want %v", got, want)
	}
}

func TestALateNameDoesNotPutOffTheRefreshOfAGroupThatFoundNothing(t *testing.T) {
	d := drive(t, aheadOfMinute, least, "a")
	delete(d.texts, "a")
	d.reads()
	d.begins("a")
	d.lands() // the first refresh is due after 6 s
	d.at(5900 * time.Millisecond)
	d.add("late")
	d.texts["late"] = "1"
	d.reads()
	d.begins("late")
	d.at(6100 * time.Millisecond)
	d.lands()
	d.begins("a", "late")
}

func TestAnOutageBeganWithItsFirstFailure(t *testing.T) {
	d := warm(t, aheadOfMinute, most, "a")
	d.throttles("a")
	for _, at := range []time.Duration{54, 60, 70} {
		d.at(at * time.Second)
		d.begins("a")
		d.lands()
		if got, want := d.snap.outage.since, agreed(54*time.Second); got != want {
			t.Errorf("after %v the outage is said to have begun at %v, want %v", d.now.mono, got, want)
		}
	}
}

func TestTheErrorOfTheLastRefreshOutlivesTheFetchOfALateName(t *testing.T) {
	for _, test := range []struct {
		name string
		want error
		end  func(*driven)
	}{
		{"not found", fetch.ErrNotFound, func(d *driven) { delete(d.texts, "b") }},
		{"denied", errDenied, func(d *driven) { d.fails["b"] = fetch.Outcome{Class: fetch.Definite, Err: errDenied} }},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := warm(t, aheadOfMinute, most, "a", "b")
			test.end(d)
			d.refreshes()
			d.begins("a", "b")
			d.lands()
			d.add("late")
			d.texts["late"] = "1"
			d.reads()
			d.begins("late")
			d.lands()
			if err := d.snap.report.err(); !errors.Is(err, test.want) {
				t.Errorf("Err gives %v, want %v: b still has no value", err, test.want)
			}
			delete(d.fails, "b")
			d.texts["b"] = "2"
			d.refreshes()
			d.begins("a", "b", "late")
			d.lands()
			if err := d.snap.report.err(); err != nil {
				t.Errorf("after a success Err gives %v", err)
			}
		})
	}
}

func TestARefreshNamesANameThatADeniedListingWasToBring(t *testing.T) {
	d := drive(t, aheadOfMinute, most, "/p*", "/q*")
	d.texts["/p/x"] = "1"
	d.reads()
	d.begins("/p*", "/q*")
	d.lands()
	d.add("/p/x")
	d.fails["/p"] = fetch.Outcome{Class: fetch.Definite, Err: errDenied}
	replies := d.refreshes()
	d.begins("/p*", "/q*")
	d.lands()
	err := answered(t, replies).report.err()
	for _, name := range []string{"/p", "/p/x"} {
		if !names(err, name) {
			t.Errorf("the refresh fails with %v, which does not name %s", err, name)
		}
	}
}

func TestARetryThatIsHeldBackSharesAnExplicitRefreshThatWaitsWithIt(t *testing.T) {
	d := warm(t, Policy{}, least, "a")
	d.rejects("a", "1")
	d.begins("a")
	retry, refresh := d.asks(request{want: wantRetry}), d.refreshes()
	d.lands() // unchanged: refreshes for Retry are held back
	d.begins("a")
	unanswered(t, retry)
	d.lands()
	answered(t, retry)
	answered(t, refresh)
}

func TestTheActorSleepsUntilItsRefreshWhileALateNameBacksOff(t *testing.T) {
	d := warm(t, aheadOfMinute, most, "a")
	d.add("late")
	d.throttles("late")
	d.at(time.Second)
	d.reads()
	d.begins("late")
	d.lands()
	for _, at := range []time.Duration{1, 2, 53} { // backing off, and later: nobody asks for the name
		d.at(at * time.Second)
		d.begins()
		if got, want := d.due(d.now), agreed(54*time.Second); got != want {
			t.Errorf("after %v the core is due at %v, want %v: its refresh", d.now.mono, got, want)
		}
	}
}

func TestAFetchIsToldWhatTheGroupHoldsSoThatAnUnchangedRefreshMakesNoGarbage(t *testing.T) {
	d := withListing(t, aheadOfMinute)
	d.refreshes()
	req := d.request(d.begins("/p*", "a"), true)
	if got, want := req.Names[0].Known, d.snap.param(d.slot("a")); got != want || got.IsZero() {
		t.Errorf("of a the fetch knows %v, want %v", got, want)
	}
	if got, want := req.Paths[0].Known("/p/x"), d.snap.param(d.slot("/p/x")); got != want || got.IsZero() {
		t.Errorf("of /p/x the fetch knows %v, want %v", got, want)
	}
	if got := req.Paths[0].Known("/p/new"); !got.IsZero() {
		t.Errorf("of /p/new the fetch knows %v, want nothing", got)
	}
}

func TestAListingDoesNotAnswerForANameWhoseOwnOperationIsDenied(t *testing.T) {
	for what, ask := range map[string]func(*driven) chan reply{"a read": (*driven).reads, "a refresh": (*driven).refreshes} {
		d := drive(t, aheadOfMinute, most, "/p/x", "/p*")
		d.fails["/p/x"] = fetch.Outcome{Class: fetch.Definite, Err: errDenied}
		ask(d)
		d.begins("/p*", "/p/x")
		d.lands() // the listing has /p/x
		d.holding(map[string]string{"/p/x": ""})
		slot := d.slot("/p/x")
		if err := d.snap.errorOf(slot, d.roster.entry(slot)); !errors.Is(err, errDenied) {
			t.Errorf("after %s the error of /p/x is %v, want that of its own operation", what, err)
		}
	}
}

func TestErrIsNilOnceAListingThatFailedHasBeenBrought(t *testing.T) {
	d := drive(t, aheadOfMinute, most, "a", "/p*")
	d.throttles("/p")
	d.reads()
	d.begins("/p*", "a")
	d.lands()
	d.throttles()
	d.at(time.Second)
	d.reads()
	d.begins("/p*")
	d.lands()
	if err := d.snap.report.err(); err != nil {
		t.Errorf("Err gives %v, want nil: all has been answered", err)
	}
}

func TestAReadThatWaitedGetsTheAnswerNotFoundHoweverLateItLooks(t *testing.T) {
	d := drive(t, onReadMinute, most, "a")
	delete(d.texts, "a")
	before := d.snap.see(d.slot("a"))
	d.reads()
	d.begins("a")
	d.lands()
	d.at(time.Hour) // long past the belief in that answer
	if got := d.snap.judge(d.slot("a"), d.now, before); got != failed {
		t.Errorf("the read that waited is judged %v, want failed", words[got])
	}
	d.judges("a", miss) // one that begins now
}

func TestAProcessThatWasFrozenPastMaxAgeRefreshesAtItsNextReadOfWhateverKind(t *testing.T) {
	for name, read := range map[string]func(*group) string{
		"WaitText": func(g *group) string { text, _ := g.WaitText(g.t.Context(), 0); return text },
		"TimedParam": func(g *group) string {
			p, ok := g.TimedParam(0)
			if !ok {
				p, _ = g.Read(g.t.Context(), 0)
			}
			return p.Text()
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			at := newJumpyClock()
			store := ssmtest.New(ssmtest.Config{Clock: at})
			store.Put("a", "1")
			g := onClock(t, onReadMinute, store.Client(), at)
			g.add("a")
			g.reads("a", "1")
			store.Put("a", "2")
			at.jump(time.Minute - time.Second)
			if text := read(g); text != "1" {
				t.Errorf("%s within MaxAge gives %q", name, text)
			}
			at.jump(time.Second) // the monotonic clock stood still
			if text := read(g); text != "2" {
				t.Errorf("%s after the process was frozen gives %q, want the new value", name, text)
			}
		})
	}
}
