package registry_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
)

// Rule 28.

func TestWarmTriesAgainUntilTheStoreWorks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{MaxAge: time.Hour})
		handles := l.put(g, numbered(25)...)
		l.store.Fault(ssmtest.Fault{Code: "ThrottlingException", Times: 20})
		d := took(func() {
			if err := g.Warm(t.Context()); err != nil {
				t.Error(err)
			}
		})
		if d <= 0 || d > 4*time.Minute { // at most seven tries of three calls each
			t.Errorf("Warm took %v", d)
		}
		for _, h := range handles {
			if text := l.cached(h); text != h.Name() {
				t.Errorf("%s: %q", h.Name(), text)
			}
		}
	})
}

func TestWarmReturnsDefiniteFailuresAllNamedOnceEveryNameHasAnOutcome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		one, two := l.group(registry.GroupConfig{Name: "one"}), l.group(registry.GroupConfig{Name: "two"})
		good := l.put(one, numbered(20)...)
		l.parameter(one, "/none")
		l.put(one, "/denied")
		l.parameter(two, "/gone")
		l.store.Fault(ssmtest.Fault{Name: "/denied", Code: "AccessDeniedException"})
		l.store.Fault(ssmtest.Fault{Name: good[0].Name(), Code: "InternalServerError", Times: 2})
		err := l.Warm(t.Context())
		for _, target := range []error{fetch.ErrNotFound} {
			if !errors.Is(err, target) {
				t.Errorf("%v is not %v", err, target)
			}
		}
		var names []string
		for _, group := range err.(interface{ Unwrap() []error }).Unwrap() {
			names = append(names, failedNames(t, group)...)
		}
		if !slices.Equal(names, []string{"/denied", "/none", "/gone"}) {
			t.Errorf("Warm names %q", names)
		}
		for _, h := range good {
			if text := l.cached(h); text != h.Name() {
				t.Errorf("%s: %q", h.Name(), text)
			}
		}
	})
}

func TestWarmEndsWithItsContextAndTheLastError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		l.put(l.group(registry.GroupConfig{}), "/a")
		l.breakStore()
		ctx, cancel := timeoutAfter(5 * time.Minute)
		defer cancel()
		var err error
		if d := took(func() { err = l.Warm(ctx) }); d != 5*time.Minute {
			t.Errorf("Warm took %v", d)
		}
		var fact *fetch.Error
		if !errors.Is(err, context.DeadlineExceeded) || !isAPIError(err, "InternalServerError") || !errors.As(err, &fact) || fact.Name != "/a" {
			t.Errorf("Warm: %v", err)
		}
	})
}

func TestWarmFetchesOnlyWhatIsNotYetFetched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{})
		l.put(g, "/a")
		warm := func() {
			if err := l.Warm(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		warm()
		l.calls(1)
		warm()
		l.calls(0)
		l.put(g, "/b")
		single, err := l.Parameter("/a", registry.GroupConfig{})
		if err != nil {
			t.Fatal(err)
		}
		warm()
		if asked := l.asked(); !slices.Equal(asked, []string{"GetParameters [/a]", "GetParameters [/b]"}) {
			t.Errorf("Warm asked %q", asked)
		}
		if text := l.cached(single); text != "/a" {
			t.Error(text)
		}
	})
}
