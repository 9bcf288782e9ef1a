package handle_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
)

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

func TestErrOfABoundStructIsNilWhenNoStructIsServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{MaxAge: time.Minute, MaxStale: time.Minute, Mode: registry.RefreshOnRead})
		putAccount(l, 1, "5")
		v := bind[account](l)
		reads(l, v, account{"u1", "p1", 5})
		l.store.Put("/limit", "x")
		l.refresh()
		reads(l, v, account{"u1", "p1", 5})
		if v.Err() == nil {
			t.Error("Err is nil while an earlier struct is served")
		}
		time.Sleep(2 * time.Minute)
		if _, err := v.Get(t.Context()); err == nil || v.Err() != nil {
			t.Errorf("Get fails with %v, and Err is %v", err, v.Err())
		}
	})
}
