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

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

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

// fragile has a decoder that panics.
type fragile struct{}

func (*fragile) UnmarshalText([]byte) error { panic("a bug") }

func TestPanicOfADecoderInAViewIsLogged(t *testing.T) {
	l := open(t, registry.GroupConfig{})
	l.store.Put("/f", "x")
	v := bind[struct {
		F fragile `ssm:"/f"`
	}](l)
	var panicked *fetch.PanicError
	if _, err := v.In(l.view()); !errors.As(err, &panicked) {
		t.Errorf("In: %v", err)
	}
	if text := l.log.String(); !strings.Contains(text, "(*fragile).UnmarshalText") {
		t.Errorf("the log has no stack: %s", text)
	}
}

func TestPanicOfADecoderIsReportedOnceHoweverOftenItsViewIsRead(t *testing.T) {
	l := open(t, registry.GroupConfig{})
	l.store.Put("/f", "x")
	v := bind[struct {
		F fragile `ssm:"/f"`
	}](l)
	_, _ = v.Get(t.Context())
	view := l.view()
	for range 100 {
		if _, err := v.In(view); err == nil {
			t.Fatal("it decodes")
		}
	}
	if n := strings.Count(l.log.String(), "does not decode"); n != 1 {
		t.Errorf("reported %d times", n)
	}
}
