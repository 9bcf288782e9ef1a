package status_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ssmcache/ssmcache/registry"
	"github.com/ssmcache/ssmcache/registry/status"
)

var start = time.Date(2026, 3, 4, 5, 6, 7, 8_999_999, time.UTC)

// told tells an observer an event at some seconds after start.
type told struct {
	*registry.Observer
	group string
}

func (o told) done(second int, e registry.FetchDone) {
	e.Group, e.Time = o.group, start.Add(time.Duration(second)*time.Second)
	o.FetchDone(context.Background(), e)
}

func (o told) changed(second int, name string, version int64) {
	o.ValueChanged(registry.ValueChanged{Group: o.group, Time: start.Add(time.Duration(second) * time.Second), Name: name, Version: version})
}

// listed returns the events that a page shows, each as one line.
func listed(t *testing.T, l *lab, query string) string {
	t.Helper()
	l.group(registry.GroupConfig{Name: "a"}).Close()
	var lines []string
	for _, e := range report(t, l.page(status.Config{}), query).Events {
		if e.Kind != "closed" && e.Kind != "opened" {
			lines = append(lines, fmt.Sprintf("%s %s %s %dx %s", e.Time.Format("05.000"), e.Group, e.Kind, e.Times, e.Text))
		}
	}
	return strings.Join(lines, "\n")
}

func same(t *testing.T, got string, want ...string) {
	t.Helper()
	if got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

func TestEventsThatRepeatEachOtherAreCountedTogether(t *testing.T) {
	l := open(t)
	a, b := told{l.events.Observer(), "x"}, told{l.events.Observer(), "y"}
	quiet := registry.FetchDone{Refresh: true, Found: 12, Calls: 2, Duration: 34 * time.Millisecond}
	a.done(0, registry.FetchDone{Found: 1, Calls: 1})
	a.done(1, quiet)
	b.done(2, quiet)
	a.done(3, quiet)
	a.done(4, quiet)
	busy, throttled := quiet, quiet
	busy.Changed, busy.NotFound, busy.Failed = 1234, 2, 3
	throttled.Throttled = 1
	a.done(5, busy)
	a.done(6, throttled)
	a.done(7, throttled)
	a.done(8, busy)
	a.done(9, quiet)
	same(t, listed(t, l, ""),
		"16.008 x refreshed 1x 12 names or paths by 2 calls in 34 ms",
		"15.008 x refreshed 1x 17 names or paths by 2 calls in 34 ms, 1,234 changed, 2 not found, 3 failed",
		"14.008 x refreshed 1x 12 names or paths by 2 calls in 34 ms, 1 throttled",
		"13.008 x refreshed 1x 12 names or paths by 2 calls in 34 ms, 1 throttled",
		"12.008 x refreshed 1x 17 names or paths by 2 calls in 34 ms, 1,234 changed, 2 not found, 3 failed",
		"11.008 x refreshed 3x 12 names or paths by 2 calls in 34 ms",
		"09.008 y refreshed 1x 12 names or paths by 2 calls in 34 ms",
		"07.008 x fetched 1x 1 name or path by 1 call in 0 ms")
}

func TestAnOutageIsOneEventAndItsEndSaysHowLong(t *testing.T) {
	l := open(t)
	a := told{l.events.Observer(), "x"}
	a.done(0, registry.FetchDone{Refresh: true, Err: errors.New("first\nreason")})
	a.done(10, registry.FetchDone{Refresh: true, Err: errors.New("last reason")})
	a.StaleBegan(registry.StaleBegan{Group: "x", Time: start.Add(11 * time.Second)})
	a.done(12, registry.FetchDone{Refresh: true, Err: errors.New("last reason")})
	a.done(13, registry.FetchDone{Refresh: true, Found: 1, Calls: 1})
	a.StaleEnded(registry.StaleEnded{Group: "x", Time: start.Add(14 * time.Second), Lasted: 90 * time.Second})
	a.done(15, registry.FetchDone{Refresh: true, Found: 1, Calls: 1})
	same(t, listed(t, l, ""),
		"22.008 x refreshed 1x 1 name or path by 1 call in 0 ms",
		"21.008 x stale ended 1x after 1 min",
		"20.008 x recovered 1x after 13 s and 3 failures; 1 name or path by 1 call in 0 ms",
		"19.008 x failed 1x last reason",
		"18.008 x stale 1x values older than MaxAge are served",
		"17.008 x failed 2x last reason")
}

func TestValuesThatChangeTogetherAreOneEvent(t *testing.T) {
	l := open(t)
	a := told{l.events.Observer(), "x"}
	a.changed(0, "/one", 7)
	a.done(1, registry.FetchDone{Refresh: true, Found: 1, Calls: 1, Changed: 1})
	a.changed(1, "/aws/reference/secretsmanager/s", 0)
	a.done(2, registry.FetchDone{Refresh: true, Found: 5000, Calls: 500, Changed: 5000})
	for i := range 5000 {
		a.changed(2, fmt.Sprintf("/p/%04d", i), 2)
	}
	same(t, listed(t, l, ""),
		"09.008 x changed 5000x /p/0000, /p/0001, /p/0002 and 4,997 more",
		"09.008 x refreshed 1x 5,000 names or paths by 500 calls in 0 ms, 5,000 changed",
		"08.008 x changed 1x /aws/reference/secretsmanager/s",
		"08.008 x refreshed 1x 1 name or path by 1 call in 0 ms, 1 changed",
		"07.008 x changed 1x /one is at version 7")
}

func TestTheLatestHundredEventsAreKept(t *testing.T) {
	l := open(t)
	for i := range 1000 {
		told{l.events.Observer(), fmt.Sprintf("g%d", i)}.done(i, registry.FetchDone{Found: 1, Calls: 1})
	}
	l.events.Observer().GroupOpened(registry.GroupOpened{Group: "new", Time: start})
	got := report(t, l.page(status.Config{}), "").Events
	if len(got) != 100 || got[0].Group != "new" || got[1].Group != "g999" || got[99].Group != "g901" {
		t.Errorf("%d events, from %+v to %+v", len(got), got[0], got[len(got)-1])
	}
}

func TestAGroupsPageShowsItsOwnEvents(t *testing.T) {
	l := open(t)
	l.group(registry.GroupConfig{Name: "mine"})
	told{l.events.Observer(), "mine"}.done(1, registry.FetchDone{Found: 1, Calls: 1})
	told{l.events.Observer(), "other"}.done(2, registry.FetchDone{Found: 1, Calls: 1})
	same(t, listed(t, l, "?group=mine"), "08.008 mine fetched 1x 1 name or path by 1 call in 0 ms")
}

func TestWithoutEventsThePageHasNoPlaceForThem(t *testing.T) {
	l := open(t)
	p, err := status.New(status.Config{Registry: l.Registry})
	if err != nil {
		t.Fatal(err)
	}
	if html := get(t, p, "/"); strings.Contains(html, "Recent events") {
		t.Error("events that nobody observes are announced")
	}
	if html := get(t, l.page(status.Config{}), "/"); !strings.Contains(html, "Recent events") || !strings.Contains(html, "None yet.") {
		t.Error("an empty list of events is not announced")
	}
}

func TestWithoutLiveUpdatesThePageHasNoScript(t *testing.T) {
	l := open(t)
	if html := get(t, l.page(status.Config{Every: -1}), "/"); strings.Contains(html, "<script") || strings.Contains(html, "<template") {
		t.Error("there is a script")
	}
	for every, want := range map[time.Duration]string{0: `data-every="2000"`, 15 * time.Second: `data-every="15000"`} {
		if html := get(t, l.page(status.Config{Every: every}), "/"); !strings.Contains(html, want) {
			t.Errorf("%v: the page does not say %s", every, want)
		}
	}
}
