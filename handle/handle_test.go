package handle_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
)

func TestRefreshOfAHandleRefreshesTheGroupAndReturnsItsOwnOutcome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{})
		good, other, none, denied := l.put("/good", "old"), l.put("/other", "old"), l.parameter("/none"), l.put("/denied", "old")
		l.store.Fault(ssmtest.Fault{Name: "/denied", Code: "AccessDeniedException"})
		if err := good.Refresh(t.Context()); err != nil {
			t.Errorf("a cold name: %v", err)
		}
		l.store.Put("/good", "new")
		l.store.Put("/other", "new")
		if err := good.Refresh(t.Context()); err != nil {
			t.Errorf("a warm name: %v", err)
		}
		if text := l.get(other); text != "new" {
			t.Errorf("the refresh of another handle left %q", text)
		}
		var fact *fetch.Error
		if err := none.Refresh(t.Context()); !errors.Is(err, fetch.ErrNotFound) || !errors.As(err, &fact) || fact.Name != "/none" {
			t.Errorf("an unknown name: %v", err)
		}
		if err := denied.Refresh(t.Context()); !isAPIError(err, "AccessDeniedException") || errors.Is(err, fetch.ErrNotFound) {
			t.Errorf("a denied name: %v", err)
		}
	})
}

func TestPeekNeverFetchesAndIgnoresMaxAge(t *testing.T) {
	for _, mode := range []registry.RefreshMode{registry.RefreshAhead, registry.RefreshOnRead} {
		synctest.Test(t, func(t *testing.T) {
			l := open(t, registry.GroupConfig{MaxAge: time.Minute, Mode: mode})
			h := l.put("/a", "a")
			if p, ok := h.Peek(); ok || !p.IsZero() {
				t.Errorf("%v: Peek of a cold name: %v", mode, p)
			}
			l.calls(0)
			l.get(h)
			mend := l.breakStore()
			time.Sleep(59 * time.Minute)
			l.store.ResetCalls()
			if p, ok := h.Peek(); !ok || p.Text() != "a" {
				t.Errorf("%v: Peek past MaxAge: %v", mode, ok)
			}
			l.calls(0)
			mend()
		})
	}
}

func TestLookupHasTheMetadataOfTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{})
		l.store.PutSecure("/a", "one")
		put := time.Now()
		l.store.PutSecure("/a", "two")
		time.Sleep(time.Minute)
		h, start := l.parameter("/a"), time.Now()
		l.store.SetLatency(time.Second)
		p, err := h.Lookup(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if p.Text() != "two" || p.Name() != "/a" || p.Version() != 2 || p.Type() != "SecureString" || p.DataType() != "text" || p.Selector() != "" ||
			p.ARN() != "arn:aws:ssm:us-east-1:123456789012:parameter/a" || !p.LastModified().Equal(put) || !p.FetchedAt().Equal(start) {
			t.Errorf("%v, ARN %s, modified %v, fetched %v", p, p.ARN(), p.LastModified(), p.FetchedAt())
		}
	})
}
