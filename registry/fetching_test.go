package registry_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
)

// Rule 6.

func Test95NamesCostTenCallsColdAndTenARefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{})
		handles := l.put(g, numbered(95)...)
		for _, h := range handles {
			l.gives(h, h.Name())
		}
		l.calls(10)
		for range 3 {
			l.refresh(g)
			l.calls(10)
		}
		l.put(g, "/late")
		l.gives(l.parameter(g, "/late"), "/late")
		l.calls(1)
		l.refresh(g)
		l.calls(10) // 96 names
	})
}

func TestCallsOfAllGroupsOfOneClientShareItsSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{MaxInFlight: 4})
		l.store.SetLatency(10 * time.Millisecond)
		for range 3 {
			l.put(l.group(registry.GroupConfig{}), numbered(100)...)
		}
		l.put(l.group(registry.GroupConfig{Client: l.store.Client()}), numbered(80)...)
		if d := took(func() { _ = l.Warm(t.Context()) }); d != 100*time.Millisecond {
			t.Errorf("38 calls of 10 ms, 4 at once, took %v", d)
		}
		if n := l.store.MaxInFlight(); n != 4 {
			t.Errorf("%d calls at once", n)
		}
	})
}

// Rule 7.

func TestFirstReadFetchesAllNamesAndPathsOfTheGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{})
		handles := l.put(g, "/a", "/b", "/c")
		l.store.Put("/p/x", "x")
		if _, err := g.Parameters(ended(), "/p", registry.PathOptions{}); !errors.Is(err, context.Canceled) {
			t.Fatalf("a listing for a caller who has left: %v", err)
		}
		l.calls(0)
		l.gives(handles[1], "/b")
		if asked := l.asked(); !slices.Equal(asked, []string{"GetParameters [/a /b /c]", "GetParametersByPath /p"}) {
			t.Errorf("the first read asked %q", asked)
		}
		l.gives(handles[0], "/a")
		l.gives(l.list(g, "/p", registry.PathOptions{})[0], "x")
		l.calls(0)
	})
}

func TestNamesAddedToAWarmGroupAreFetchedTogetherAndAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{})
		l.put(g, numbered(30)...)
		if err := g.Warm(t.Context()); err != nil {
			t.Fatal(err)
		}
		l.calls(3)
		late := l.put(g, "/late/1", "/late/2")
		l.gives(late[0], "/late/1")
		if asked := l.asked(); !slices.Equal(asked, []string{"GetParameters [/late/1 /late/2]"}) {
			t.Errorf("the read of a late name asked %q", asked)
		}
		l.gives(late[1], "/late/2")
		l.calls(0)
	})
}

func TestNameAddedWhileTheGroupBacksOffGetsItsErrorUntried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{MaxAge: time.Minute, Mode: registry.RefreshOnRead})
		early := l.put(g, "/early")[0]
		l.gives(early, "/early")
		mend := l.breakStore()
		outage := g.Refresh(t.Context())
		if outage == nil {
			t.Fatal("the store is broken, and Refresh succeeds")
		}
		l.store.ResetCalls()
		late := l.put(g, "/late")[0]
		var fact *fetch.Error
		if _, err := late.Get(t.Context()); !errors.As(err, &fact) || fact.Name != "/late" || !isAPIError(err, "InternalServerError") {
			t.Errorf("the late name: %v", err)
		}
		l.gives(early, "/early")
		l.calls(0)
		mend()
		time.Sleep(100 * time.Millisecond) // the longest first delay
		l.gives(late, "/late")
		l.calls(1)
	})
}

// Rule 8.

func TestUnknownNameFailsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{})
		known := l.put(g, "/a", "/b")
		unknown := l.parameter(g, "/none")
		l.fails(unknown, fetch.ErrNotFound)
		l.fails(unknown, fetch.ErrInvalidParameter)
		for _, h := range known {
			l.gives(h, h.Name())
		}
		l.calls(1)
		_, err := unknown.Get(t.Context())
		var fact *fetch.Error
		if !errors.As(err, &fact) || fact.Op != fetch.OpGetParameters || fact.Name != "/none" {
			t.Errorf("the error is %v", err)
		}
	})
}

func TestRefreshAndWarmNameEachNameAndPathWithoutAValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{})
		l.put(g, "/a", "/denied")
		l.parameter(g, "/none/1")
		l.parameter(g, "/none/2")
		l.store.Fault(ssmtest.Fault{Name: "/denied", Code: "AccessDeniedException"})
		l.store.Fault(ssmtest.Fault{Name: "/p", Code: "AccessDeniedException"})
		_, _ = g.Parameters(ended(), "/p", registry.PathOptions{})
		want := []string{"/denied", "/none/1", "/none/2", "/p"}
		for what, try := range map[string]func(context.Context) error{"Warm": g.Warm, "Refresh": g.Refresh} {
			if names := failedNames(t, try(t.Context())); !slices.Equal(names, want) {
				t.Errorf("%s names %q", what, names)
			}
		}
		if names := failedNames(t, g.Err()); !slices.Equal(names, want) {
			t.Errorf("Err names %q", names)
		}
	})
}

func TestErrIsNilAfterASuccessfulRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{})
		l.gives(l.put(g, "/a")[0], "/a")
		mend := l.breakStore()
		if err := g.Refresh(t.Context()); err == nil || g.Err() == nil || g.Err().Error() != err.Error() {
			t.Errorf("Refresh: %v; Err: %v", err, g.Err())
		}
		mend()
		l.refresh(g)
		if err := g.Err(); err != nil {
			t.Error(err)
		}
	})
}

func TestNameThatAListingBringsIsNamedWhenItVanishes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{})
		l.store.Put("/p/a", "a")
		l.store.Put("/p/b", "b")
		l.list(g, "/p", registry.PathOptions{})
		a := l.parameter(g, "/p/a") // asked for by name as well
		l.store.Delete("/p/a")
		l.store.Delete("/p/b")
		if names := failedNames(t, g.Refresh(t.Context())); !slices.Equal(names, []string{"/p/a"}) {
			t.Errorf("Refresh names %q", names)
		}
		if err := a.Refresh(t.Context()); !errors.Is(err, fetch.ErrNotFound) {
			t.Errorf("the handle's Refresh: %v", err)
		}
		if names := namesOf(g.Handles()); !slices.Equal(names, []string{"/p/a"}) {
			t.Errorf("the group has %q", names)
		}
	})
}

func TestParameterThatVanishesFromAListingIsNoErrorOfARefreshAndRevives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{})
		l.store.Put("/p/a", "a")
		l.store.Put("/p/b", "b")
		b := l.list(g, "/p", registry.PathOptions{})[1]
		l.put(g, "/named")
		if g.Len() != 3 {
			t.Errorf("Len: %d", g.Len())
		}
		l.store.Delete("/p/b")
		l.refresh(g)
		l.fails(b, fetch.ErrNotFound)
		if names := namesOf(g.Handles()); g.Len() != 2 || !slices.Equal(names, []string{"/named", "/p/a"}) {
			t.Errorf("the group has %d handles, %q", g.Len(), names)
		}
		l.store.Put("/p/b", "again")
		l.refresh(g)
		l.gives(b, "again")
		if names := namesOf(g.Handles()); !slices.Equal(names, []string{"/named", "/p/a", "/p/b"}) {
			t.Errorf("the group has %q", names)
		}
	})
}

// Rule 10.

func TestRefreshListsAgainAndParametersThatAppearedJoin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{})
		l.store.SetPages(2, 3)
		for _, name := range []string{"/p/e", "/p/c", "/p/a", "/p/b/deep"} {
			l.store.Put(name, name)
		}
		if names := namesOf(l.list(g, "/p/", registry.PathOptions{})); !slices.Equal(names, []string{"/p/a", "/p/b/deep", "/p/c", "/p/e"}) {
			t.Errorf("the listing has %q", names)
		}
		if names := namesOf(l.list(g, "/p", registry.PathOptions{OneLevel: true})); !slices.Equal(names, []string{"/p/a", "/p/c", "/p/e"}) {
			t.Errorf("one level has %q", names)
		}
		l.store.ResetCalls()
		l.store.Put("/p/d", "/p/d")
		l.list(g, "/p", registry.PathOptions{})
		l.calls(0) // the group is fresh
		l.refresh(g)
		handles := l.list(g, "/p", registry.PathOptions{})
		if names := namesOf(handles); !slices.Equal(names, []string{"/p/a", "/p/b/deep", "/p/c", "/p/d", "/p/e"}) {
			t.Errorf("after a refresh the listing has %q", names)
		}
		l.gives(handles[3], "/p/d")
	})
}

func TestListingThatFailsIsAnErrorOfItsPath(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{})
		a := l.put(g, "/a")[0]
		l.store.Fault(ssmtest.Fault{Name: "/p", Code: "AccessDeniedException"})
		var fact *fetch.Error
		if _, err := g.Parameters(t.Context(), "/p", registry.PathOptions{}); !errors.As(err, &fact) || fact.Op != fetch.OpGetParametersByPath || fact.Name != "/p" {
			t.Errorf("the error is %v", err)
		}
		l.gives(a, "/a")
	})
}

// Rule 21.

func TestStampedeOnAColdGroupOf100NamesCausesTenCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		l.store.SetLatency(50 * time.Millisecond)
		g := l.group(registry.GroupConfig{MaxAge: time.Minute, Mode: registry.RefreshOnRead})
		handles := l.put(g, numbered(100)...)
		stampede := func() {
			var all sync.WaitGroup
			for i := range 10_000 {
				all.Go(func() {
					h := handles[i%len(handles)]
					if text, err := h.Get(t.Context()); err != nil || text != h.Name() {
						t.Errorf("%q, %v", text, err)
					}
				})
			}
			all.Wait()
		}
		if d := took(stampede); d != 50*time.Millisecond {
			t.Errorf("10,000 readers of a cold group waited %v", d)
		}
		l.calls(10)
		time.Sleep(time.Minute)
		if d := took(stampede); d != 50*time.Millisecond {
			t.Errorf("10,000 readers of an expired group waited %v", d)
		}
		l.calls(10)
	})
}
