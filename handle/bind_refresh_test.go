package handle_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
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

func TestGetOfAWarmBoundStructNeverWaitsForWhatIsOptionalAndNotFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{MaxAge: time.Hour, Mode: registry.RefreshAhead})
		l.store.Put("/host", "h")
		v := bind[struct {
			Host string `ssm:"/host"`
			Port int    `ssm:"/port,default=1"`
		}](l)
		if _, err := v.Get(t.Context()); err != nil {
			t.Fatal(err)
		}
		l.store.SetLatency(5 * time.Second)
		for range 24 {
			time.Sleep(10 * time.Minute)
			synctest.Wait()
			before, start := l.store.CallCount(), time.Now()
			if got, err := v.Get(t.Context()); err != nil || got.Port != 1 {
				t.Errorf("Get returns %+v, %v", got, err)
			}
			if n := l.store.CallCount() - before; n != 0 || time.Since(start) != 0 {
				t.Errorf("Get made %d calls and took %v", n, time.Since(start))
			}
		}
	})
}

func TestBoundStructThatFoundNothingSeesItsFieldsAppear(t *testing.T) {
	for _, mode := range []registry.RefreshMode{registry.RefreshAhead, registry.RefreshOnRead} {
		synctest.Test(t, func(t *testing.T) {
			type config struct {
				Limit int `ssm:"/limit,default=7"`
			}
			l := open(t, registry.GroupConfig{MaxAge: time.Minute, Mode: mode})
			v := bind[config](l)
			reads(l, v, config{7})
			l.store.Put("/limit", "3")
			time.Sleep(time.Minute)
			synctest.Wait()
			reads(l, v, config{3})
		})
	}
}

func TestBoundParameterHasTheTimeOfItsFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type config struct {
			N fetch.Parameter   `ssm:"/n"`
			P **fetch.Parameter `ssm:"/n"`
			M string            `ssm:"/n"`
		}
		l := open(t, registry.GroupConfig{MaxAge: time.Minute, Mode: registry.RefreshOnRead})
		h := l.put("/n", "1")
		v := bind[*config](l)
		for range 3 {
			got, err := v.Get(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if again, err := v.Get(t.Context()); err != nil || again != got {
				t.Errorf("decoded twice: %v", err)
			}
			in, err := v.In(l.view())
			if p, lookupErr := h.Lookup(t.Context()); err != nil || lookupErr != nil || got.N != p || **got.P != p || in != got {
				t.Errorf("fetched at %v, by the handle at %v: %v", got.N.FetchedAt(), p.FetchedAt(), err)
			}
			time.Sleep(time.Hour)
		}
	})
}
