package handle_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

// account has two fields that belong together, and a number that may be malformed.
type account struct {
	User     string `ssm:"/user"`
	Password string `ssm:"/password"`
	Limit    tally  `ssm:"/limit"`
}

// tally counts how often it is decoded.
type tally int

var tallies struct {
	sync.Mutex
	n int
}

func (n *tally) UnmarshalText(text []byte) error {
	tallies.Lock()
	defer tallies.Unlock()
	tallies.n++
	_, err := fmt.Sscan(string(text), (*int)(n))
	return err
}

// decodings returns how many tallies were decoded since it was last asked.
func decodings() int {
	tallies.Lock()
	defer tallies.Unlock()
	defer func() { tallies.n = 0 }()
	return tallies.n
}

// putAccount puts a user and a password that end in the same digit, and a limit.
func putAccount(l *lab, n int, limit string) {
	l.store.Put("/user", fmt.Sprint("u", n))
	l.store.Put("/password", fmt.Sprint("p", n))
	l.store.Put("/limit", limit)
}

// reads fails unless a Get returns want.
func reads[T comparable](l *lab, v *handle.Value[T], want T) {
	l.Helper()
	if got, err := v.Get(l.Context()); err != nil || got != want {
		l.Errorf("Get returns %+v, %v; want %+v", got, err, want)
	}
}

func TestBoundStructIsDecodedOncePerChangeByAnyNumberOfReaders(t *testing.T) {
	l := open(t, registry.GroupConfig{})
	putAccount(l, 1, "5")
	v := bind[account](l)
	decodings()
	var readers sync.WaitGroup
	for range 100 {
		readers.Go(func() { reads(l, v, account{"u1", "p1", 5}) })
	}
	readers.Wait()
	if n := decodings(); n != 1 {
		t.Errorf("decoded %d times, want once", n)
	}
	l.calls(1)
	l.refresh()
	reads(l, v, account{"u1", "p1", 5})
	if n := decodings(); n != 0 {
		t.Errorf("an unchanged refresh decodes %d times", n)
	}
	putAccount(l, 2, "6")
	reads(l, v, account{"u1", "p1", 5})
	l.refresh()
	reads(l, v, account{"u2", "p2", 6})
	reads(l, v, account{"u2", "p2", 6})
	if n := decodings(); n != 1 {
		t.Errorf("decoded %d times after a change, want once", n)
	}
}

func TestBoundStructNeverMixesTwoRefreshes(t *testing.T) {
	l := open(t, registry.GroupConfig{})
	putAccount(l, 0, "0")
	v := bind[account](l)
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for last := tally(0); ; {
				select {
				case <-stop:
					return
				default:
				}
				got, err := v.Get(l.Context())
				if want := (account{fmt.Sprint("u", int(got.Limit)), fmt.Sprint("p", int(got.Limit)), got.Limit}); err != nil || got != want || got.Limit < last {
					l.Errorf("Get returns %+v, %v after limit %d", got, err, last)
					return
				}
				last = got.Limit
			}
		})
	}
	for n := range 100 {
		putAccount(l, n, fmt.Sprint(n))
		l.refresh()
	}
	close(stop)
	readers.Wait()
}

func TestBadNewValueKeepsTheLastGoodStructAndIsReportedOnce(t *testing.T) {
	l := open(t, registry.GroupConfig{})
	putAccount(l, 1, "5")
	v := bind[account](l)
	reads(l, v, account{"u1", "p1", 5})
	if err := v.Err(); err != nil {
		t.Errorf("Err is %v before a bad value", err)
	}

	putAccount(l, 2, canaryText)
	decodings()
	for range 3 {
		l.refresh()
		reads(l, v, account{"u1", "p1", 5})
		reads(l, v, account{"u1", "p1", 5})
	}
	if n := decodings(); n > 3 {
		t.Errorf("a bad value is decoded %d times in 3 refreshes", n)
	}
	if err := v.Err(); err == nil || err.Error() != `ssmcache: bind handle_test.account: field Limit: ssmcache: decode "/limit": the value is not a valid handle_test.tally` {
		t.Errorf("Err is %v", err)
	}
	reports := func() int { return strings.Count(l.log.String(), "a bound struct does not decode") }
	if n := reports(); n != 1 {
		t.Errorf("reported %d times, want once:\n%s", n, l.log)
	}
	if text := l.log.String(); shows(text) || !strings.Contains(text, "struct=handle_test.account kept=true") {
		t.Errorf("the report is\n%s", text)
	}

	putAccount(l, 3, "7")
	l.refresh()
	reads(l, v, account{"u3", "p3", 7})
	if err := v.Err(); err != nil {
		t.Errorf("Err is %v after a good value", err)
	}
	l.store.Put("/limit", "x")
	l.refresh()
	reads(l, v, account{"u3", "p3", 7})
	if n := reports(); n != 2 {
		t.Errorf("another bad value: %d reports, want 2", n)
	}
}

func TestMissingFieldKeepsTheLastGoodStruct(t *testing.T) {
	l := open(t, registry.GroupConfig{})
	putAccount(l, 1, "5")
	v := bind[account](l)
	reads(l, v, account{"u1", "p1", 5})
	for _, name := range []string{"/password", "/user", "/limit"} { // in the end the group holds nothing
		l.store.Delete(name)
		if err := l.group.Refresh(t.Context()); !errors.Is(err, fetch.ErrNotFound) {
			t.Fatal(err)
		}
		reads(l, v, account{"u1", "p1", 5})
		if err := v.Err(); !errors.Is(err, fetch.ErrNotFound) || !strings.Contains(err.Error(), "field Password: ") {
			t.Errorf("Err is %v", err)
		}
	}
	putAccount(l, 2, "6")
	l.refresh()
	reads(l, v, account{"u2", "p2", 6})
}

func TestLastGoodStructIsServedUntilTheLimitOfItsOldestFetch(t *testing.T) {
	for _, mode := range []registry.RefreshMode{registry.RefreshAhead, registry.RefreshOnRead} {
		synctest.Test(t, func(t *testing.T) {
			l := open(t, registry.GroupConfig{MaxAge: time.Minute, MaxStale: time.Minute, Mode: mode})
			putAccount(l, 1, "5")
			v := bind[account](l)
			start := time.Now()
			reads(l, v, account{"u1", "p1", 5})
			l.store.Put("/limit", "x")
			l.refresh()
			for time.Since(start) < 2*time.Minute {
				reads(l, v, account{"u1", "p1", 5})
				time.Sleep(time.Second)
			}
			_, err := v.Get(t.Context())
			if want := `ssmcache: bind handle_test.account: field Limit: ssmcache: decode "/limit": the value is not a valid handle_test.tally`; err == nil || err.Error() != want {
				t.Errorf("%v after %v: %v", mode, time.Since(start), err)
			}
		})
	}
}

func TestBoundStructIsServedThroughAnOutageUntilItsLimit(t *testing.T) {
	for _, mode := range []registry.RefreshMode{registry.RefreshAhead, registry.RefreshOnRead} {
		synctest.Test(t, func(t *testing.T) {
			l := open(t, registry.GroupConfig{MaxAge: time.Minute, MaxStale: time.Minute, Mode: mode})
			putAccount(l, 1, "5")
			v := bind[account](l)
			start := time.Now()
			reads(l, v, account{"u1", "p1", 5})
			mend := l.breakStore()
			for time.Since(start) < 2*time.Minute {
				reads(l, v, account{"u1", "p1", 5})
				if err := v.Err(); err != nil {
					t.Fatalf("Err is %v: an outage is not a value that does not decode", err)
				}
				time.Sleep(time.Second)
				synctest.Wait()
			}
			if _, err := v.Get(t.Context()); !isAPIError(err, "InternalServerError") || !strings.Contains(err.Error(), "field User: ") {
				t.Errorf("%v after %v: %v", mode, time.Since(start), err)
			}
			mend()
			time.Sleep(time.Minute)
			putAccount(l, 2, "6")
			l.refresh()
			reads(l, v, account{"u2", "p2", 6})
		})
	}
}

func TestBoundStructRefreshesOnReadAndAhead(t *testing.T) {
	for _, mode := range []registry.RefreshMode{registry.RefreshAhead, registry.RefreshOnRead} {
		synctest.Test(t, func(t *testing.T) {
			l := open(t, registry.GroupConfig{MaxAge: time.Minute, Mode: mode})
			putAccount(l, 1, "5")
			v := bind[account](l)
			reads(l, v, account{"u1", "p1", 5})
			putAccount(l, 2, "6")
			time.Sleep(time.Minute)
			synctest.Wait()
			reads(l, v, account{"u2", "p2", 6})
		})
	}
}

func TestGetOfABoundStructGetsWhatItWaitedForFromASlowStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{MaxAge: time.Second, MaxStale: -1, Mode: registry.RefreshOnRead})
		putAccount(l, 1, "5")
		l.store.SetLatency(3 * time.Second)
		v := bind[account](l)
		start := time.Now()
		for n := 1; n <= 2; n++ {
			reads(l, v, account{"u1", "p1", 5})
			if waited := time.Since(start); waited != time.Duration(n)*3*time.Second {
				t.Errorf("read %d ends after %v", n, waited)
			}
		}
	})
}

func TestFieldPastItsLimitIsNoStructThatDoesNotDecode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{MaxAge: time.Minute, MaxStale: -1, Mode: registry.RefreshOnRead})
		putAccount(l, 1, "5")
		l.get(l.parameter("/user"))
		time.Sleep(30 * time.Second)
		v := bind[account](l)
		l.view() // fetches the other two, which are 30 s younger
		time.Sleep(35 * time.Second)
		l.store.SetLatency(3 * time.Second)
		_, err := v.Get(t.Context()) // has patience for 1 s
		if want := `ssmcache: bind handle_test.account: field User: ssmcache: "/user" in a view: the value was past MaxAge and MaxStale when the view was made`; err == nil || err.Error() != want {
			t.Errorf("with one field past its limit, Get says %v", err)
		}
		if v.Err() != nil || strings.Contains(l.log.String(), "does not decode") {
			t.Errorf("an age is reported: %v\n%s", v.Err(), l.log)
		}
		l.refresh()
		reads(l, v, account{"u1", "p1", 5})
	})
}

// delayed is a source whose views may arrive late.
type delayed struct {
	*registry.Group
	view *handle.View // nil: the group's
}

func (d *delayed) View(ctx context.Context) (handle.View, error) {
	if d.view != nil {
		return *d.view, nil
	}
	return d.Group.View(ctx)
}

func TestViewThatArrivesLateDoesNotReplaceALaterOne(t *testing.T) {
	l := open(t, registry.GroupConfig{})
	putAccount(l, 1, "x")
	source := &delayed{Group: l.group}
	v, err := handle.Bind[account](source)
	if err != nil {
		t.Fatal(err)
	}
	bad := l.view()
	putAccount(l, 2, "6")
	l.refresh()
	reads(l, v, account{"u2", "p2", 6})
	l.refresh()
	source.view = &bad
	reads(l, v, account{"u2", "p2", 6})
	if v.Err() != nil || strings.Contains(l.log.String(), "does not decode") {
		t.Errorf("an earlier view is reported: %v\n%s", v.Err(), l.log)
	}
}

func TestColdBoundStructWaitsForItsContextAlone(t *testing.T) {
	l := open(t, registry.GroupConfig{})
	putAccount(l, 1, "5")
	v := bind[account](l)
	if _, err := v.Get(ended()); !errors.Is(err, context.Canceled) {
		t.Errorf("a cold Get with an ended context returns %v", err)
	}
	l.calls(0)
	if text := l.log.String(); strings.Contains(text, "does not decode") {
		t.Errorf("an ended context is reported:\n%s", text)
	}
	reads(l, v, account{"u1", "p1", 5})
	if got, err := v.Get(ended()); err != nil || got.User != "u1" {
		t.Errorf("a hit looks at its context: %v", err)
	}
}

func TestBoundStructOfAClosedGroupIsErrClosed(t *testing.T) {
	l := open(t, registry.GroupConfig{})
	putAccount(l, 1, "5")
	v := bind[account](l)
	reads(l, v, account{"u1", "p1", 5})
	if err := l.group.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := v.Get(t.Context()); !errors.Is(err, registry.ErrClosed) || got != (account{}) {
		t.Errorf("Get returns %+v, %v", got, err)
	}
	for got := range v.Changes(t.Context()) {
		t.Errorf("Changes yields %+v", got)
	}
}

func TestDoubtedFieldIsNotTakenForAnAbsentOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type config struct {
			Host string `ssm:"/host"`
			Port int    `ssm:"/port,default=1"`
		}
		l := open(t, registry.GroupConfig{MaxAge: time.Minute, Mode: registry.RefreshOnRead})
		l.store.Put("/host", "h")
		l.store.Put("/port", "2")
		v := bind[config](l)
		reads(l, v, config{"h", 2})
		l.store.Delete("/port")
		time.Sleep(time.Minute)
		reads(l, v, config{"h", 2}) // one fetch did not find it
		time.Sleep(time.Second)
		reads(l, v, config{"h", 1}) // another confirms it
	})
}

func TestDeniedOptionalFieldIsNotTakenForAnAbsentOne(t *testing.T) {
	l := open(t, registry.GroupConfig{})
	l.store.Put("/v", "x")
	l.store.Put("/other", "x")
	l.parameter("/other")
	l.store.Fault(ssmtest.Fault{Name: "/v", Code: "AccessDeniedException"})
	type config struct {
		V string `ssm:"/v,default=y"`
	}
	if got, err := bind[config](l).Get(t.Context()); !isAPIError(err, "AccessDeniedException") {
		t.Errorf("Get returns %+v, %v", got, err)
	}
}

func TestInOfABoundStructReadsTheViewAndNothingElse(t *testing.T) {
	l := open(t, registry.GroupConfig{})
	putAccount(l, 1, "5")
	v := bind[account](l)
	first := l.view()
	putAccount(l, 2, "x")
	l.refresh()
	bad := l.view()
	putAccount(l, 3, "7")
	l.refresh()
	third := l.view()
	reads(l, v, account{"u3", "p3", 7})
	l.calls(3)

	if got, err := v.In(first); err != nil || got != (account{"u1", "p1", 5}) {
		t.Errorf("the first view has %+v, %v", got, err)
	}
	if got, err := v.In(bad); err == nil || got != (account{}) || !strings.Contains(err.Error(), "field Limit: ") {
		t.Errorf("the bad view has %+v, %v", got, err)
	}
	decodings()
	if got, err := v.In(third); err != nil || got != (account{"u3", "p3", 7}) || decodings() != 0 {
		t.Errorf("the third view has %+v, %v", got, err)
	}
	if _, err := v.In(handle.View{}); err == nil || strings.Count(err.Error(), "the view is the zero View") != 3 {
		t.Errorf("the zero view gives %v", err)
	}
	other := open(t, registry.GroupConfig{})
	other.get(other.put("/user", "x"))
	if _, err := v.In(other.view()); err == nil || strings.Count(err.Error(), "the view is of another group") != 3 {
		t.Errorf("another group's view gives %v", err)
	}
	l.calls(0)
}

func TestChangesOfABoundStructYieldsEachWholeChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{})
		v := bind[account](l)
		ctx, cancel := context.WithCancel(t.Context())
		var got []account
		var reader sync.WaitGroup
		reader.Go(func() {
			for s := range v.Changes(ctx) {
				got = append(got, s)
			}
		})
		saw := func(n int) {
			t.Helper()
			synctest.Wait()
			if len(got) != n || n > 0 && got[n-1] != (account{fmt.Sprint("u", n), fmt.Sprint("p", n), tally(n)}) {
				t.Errorf("it has yielded %+v, want %d", got, n)
			}
		}
		saw(0)
		l.calls(0)
		putAccount(l, 1, "1")
		l.refresh()
		saw(1)
		l.refresh() // nothing has changed
		saw(1)
		putAccount(l, 2, "x") // malformed
		l.refresh()
		saw(1)
		l.store.Delete("/limit")
		_ = l.group.Refresh(t.Context())
		saw(1)
		putAccount(l, 2, "2")
		l.refresh()
		saw(2)
		if n := strings.Count(l.log.String(), "does not decode"); n != 1 {
			t.Errorf("%d reports, want one:\n%s", n, l.log)
		}
		cancel()
		reader.Wait()
	})
}

func TestChangesOfABoundStructEndsWithTheLoop(t *testing.T) {
	l := open(t, registry.GroupConfig{})
	putAccount(l, 1, "1")
	v := bind[account](l)
	reads(l, v, account{"u1", "p1", 1})
	n := 0
	for range v.Changes(t.Context()) {
		n++
		break
	}
	if n != 1 {
		t.Errorf("%d turns, want 1", n)
	}
}

func TestBoundValueHidesItsStruct(t *testing.T) {
	l := open(t, registry.GroupConfig{})
	l.store.PutSecure("/user", canaryText)
	l.store.PutSecure("/password", canaryText)
	l.store.Put("/limit", "5")
	v := bind[account](l)
	reads(l, v, account{canaryText, canaryText, 5})
	l.store.Put("/limit", canaryText)
	l.refresh()
	reads(l, v, account{canaryText, canaryText, 5})
	for _, shown := range []any{v, reflect.ValueOf(v).Elem().Interface()} { // it, and a copy
		for where, holder := range holders(shown) {
			hides(t, "a value in "+where, holder)
		}
	}
	hides(t, "the error", v.Err())
	if shows(l.log.String()) {
		t.Errorf("the log shows it:\n%s", l.log)
	}
}
