package handle_test

import (
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

func TestValueIsDecodedOncePerValue(t *testing.T) {
	for _, mode := range []registry.RefreshMode{registry.RefreshAhead, registry.RefreshOnRead} {
		synctest.Test(t, func(t *testing.T) {
			l := open(t, registry.GroupConfig{MaxAge: time.Minute, Mode: mode})
			h := l.put("/n", "1")
			var decoded atomic.Int32
			v := handle.As(h, func(p fetch.Parameter) (int, error) {
				decoded.Add(1)
				return strconv.Atoi(p.Text())
			})
			read := func(want int) {
				var all sync.WaitGroup
				for range 100 {
					all.Go(func() {
						if n, err := v.Get(t.Context()); err != nil || n != want {
							t.Errorf("%d, %v", n, err)
						}
						if n, err := v.In(l.view()); err != nil || n != want {
							t.Errorf("in a view: %d, %v", n, err)
						}
					})
				}
				all.Wait()
			}
			read(1)
			l.refresh()
			read(1)
			time.Sleep(time.Hour)
			read(1)
			if n := decoded.Load(); n != 1 {
				t.Errorf("%v: one value was decoded %d times", mode, n)
			}
			l.store.Put("/n", "2")
			l.refresh()
			read(2)
			if n := decoded.Load(); n != 2 {
				t.Errorf("%v: two values were decoded %d times", mode, n)
			}
		})
	}
}

func TestValueReturnsTheHandlesError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{})
		v := handle.Int(l.parameter("/none"))
		if _, err := v.Get(t.Context()); !errors.Is(err, fetch.ErrNotFound) {
			t.Error(err)
		}
		if _, err := v.Get(ended()); !errors.Is(err, fetch.ErrNotFound) {
			t.Error(err)
		}
		if err := v.Err(); err != nil {
			t.Errorf("Err: %v, and no earlier value is served", err)
		}
	})
}

// Rule 20.

func TestBadValueKeepsTheLastGoodOneUntilItsLimitAndIsReportedOnce(t *testing.T) {
	for _, mode := range []registry.RefreshMode{registry.RefreshAhead, registry.RefreshOnRead} {
		synctest.Test(t, func(t *testing.T) {
			l := open(t, registry.GroupConfig{MaxAge: time.Minute, MaxStale: time.Minute, Mode: mode})
			h := l.put("/n", "1")
			v := handle.Int(h)
			start := time.Now()
			serves := func(when string) {
				t.Helper()
				if n, err := v.Get(t.Context()); err != nil || n != 1 {
					t.Errorf("%v: %s: %d, %v", mode, when, n, err)
				}
			}
			serves("at first")
			if v.Err() != nil {
				t.Errorf("%v: Err of a good value: %v", mode, v.Err())
			}
			l.store.Put("/n", "hunter2")
			for i := range 11 { // each refresh brings the bad value anew
				time.Sleep(10 * time.Second)
				l.refresh()
				serves("after " + strconv.Itoa(i))
				var fact *fetch.Error
				if !errors.As(v.Err(), &fact) || fact.Op != fetch.OpDecode || fact.Name != "/n" {
					t.Errorf("%v: Err: %v", mode, v.Err())
				}
			}
			time.Sleep(time.Until(start.Add(2*time.Minute - time.Nanosecond)))
			serves("before the limit of the good value's own fetch")
			time.Sleep(time.Nanosecond)
			var fact *fetch.Error
			if n, err := v.Get(t.Context()); !errors.As(err, &fact) || fact.Op != fetch.OpDecode {
				t.Errorf("%v: at the limit: %d, %v", mode, n, err)
			}
			if text := l.get(h); text != "hunter2" {
				t.Errorf("%v: the handle has %q", mode, text)
			}
			if text := l.log.String(); strings.Count(text, "does not decode") != 1 || !strings.Contains(text, "/n") || strings.Contains(text, "hunter2") {
				t.Errorf("%v: the log is %s", mode, text)
			}
			l.store.Put("/n", "1")
			l.refresh()
			serves("when it is good again")
			if v.Err() != nil {
				t.Errorf("%v: Err of a value that is good again: %v", mode, v.Err())
			}
		})
	}
}

func TestValueThatNeverDecodedSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{})
		h := l.put("/n", "hunter2")
		v := handle.Int(h)
		for range 3 {
			var fact *fetch.Error
			if _, err := v.Get(t.Context()); !errors.As(err, &fact) || fact.Op != fetch.OpDecode || fact.Name != "/n" {
				t.Error(err)
			}
		}
		if err := v.Err(); err != nil {
			t.Errorf("Err: %v, and no earlier value is served", err)
		}
		if n := strings.Count(l.log.String(), "does not decode"); n != 1 {
			t.Errorf("it is reported %d times", n)
		}
		l.store.Put("/n", "other")
		l.refresh()
		_, _ = v.Get(t.Context())
		if n := strings.Count(l.log.String(), "does not decode"); n != 2 {
			t.Errorf("two bad values are reported %d times", n)
		}
	})
}

func TestPanicOfADecoderIsAnErrorWithItsStackInTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{})
		h := l.put("/n", "hunter2")
		v := handle.As(h, func(p fetch.Parameter) (int, error) { panic(errors.New(p.Text())) })
		for _, try := range []func() (int, error){
			func() (int, error) { return v.Get(t.Context()) },
			func() (int, error) { return v.In(l.view()) },
		} {
			_, err := try()
			var panicked *fetch.PanicError
			if !errors.As(err, &panicked) || panicked.Type != "*errors.errorString" || strings.Contains(err.Error(), "hunter2") {
				t.Error(err)
			}
		}
		log := l.log.String()
		for _, word := range []string{"*errors.errorString", "TestPanicOfADecoder"} {
			if !strings.Contains(log, word) {
				t.Errorf("the log does not have %q: %s", word, log)
			}
		}
		if strings.Contains(log, "hunter2") {
			t.Errorf("the log has the value: %s", log)
		}
		if l.get(h) != "hunter2" {
			t.Error("the group does not live on")
		}
	})
}

func TestInDecodesWhatTheViewHasAndNeverAnEarlierValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{})
		v := handle.Int(l.put("/n", "1"))
		first := l.view()
		if n, err := v.Get(t.Context()); err != nil || n != 1 {
			t.Fatalf("%d, %v", n, err)
		}
		l.store.Put("/n", "2")
		l.refresh()
		second := l.view()
		if n, err := v.Get(t.Context()); err != nil || n != 2 {
			t.Fatalf("%d, %v", n, err)
		}
		l.store.Put("/n", "none")
		l.refresh()
		third := l.view()
		if n, err := v.Get(t.Context()); err != nil || n != 2 {
			t.Errorf("Get: %d, %v", n, err)
		}
		if n, err := v.In(first); err != nil || n != 1 {
			t.Errorf("in the first view: %d, %v", n, err)
		}
		if n, err := v.In(second); err != nil || n != 2 {
			t.Errorf("in the second view: %d, %v", n, err)
		}
		var fact *fetch.Error
		if n, err := v.In(third); !errors.As(err, &fact) || fact.Op != fetch.OpDecode {
			t.Errorf("in the third view: %d, %v", n, err)
		}
		if n, err := v.In(handle.View{}); err == nil {
			t.Errorf("in the zero View: %d", n)
		}
	})
}

func TestValueAfterCloseIsErrClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{})
		v := handle.Int(l.put("/n", "1"))
		if _, err := v.Get(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := l.group.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Get(t.Context()); !errors.Is(err, registry.ErrClosed) {
			t.Error(err)
		}
	})
}

func TestOldViewIsDecodedOnceNotOncePerRead(t *testing.T) {
	l := open(t, registry.GroupConfig{})
	h := l.put("/n", "1")
	decoded := 0
	v := handle.As(h, func(p fetch.Parameter) (*string, error) {
		decoded++
		text := p.Text()
		return &text, nil
	})
	old := []handle.View{l.view()}
	l.refresh()
	old = append(old, l.view()) // the same value of another fetch
	l.store.Put("/n", "2")
	l.refresh()
	second := l.view()
	l.store.Put("/n", "3")
	l.refresh()
	reads := func(want string) {
		t.Helper()
		if got, err := v.Get(t.Context()); err != nil || *got != want {
			t.Fatalf("Get: %v, want %s", err, want)
		}
	}
	reads("3")
	first, err := v.In(old[0])
	for i := range 100 {
		if got, _ := v.In(old[i%2]); err != nil || *got != "1" || got != first {
			t.Fatalf("In: %v, %v", got, err)
		}
	}
	if decoded != 2 {
		t.Errorf("two values were decoded %d times", decoded)
	}
	if got, err := v.In(second); err != nil || *got != "2" {
		t.Errorf("a third value: %v", err)
	}
	reads("3")
	if decoded != 3 {
		t.Errorf("three values were decoded %d times", decoded)
	}
}
