package registry_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
)

// Rule 2.

func TestPinnedVersionIsNotAdvancedByARefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{})
		l.store.Put("/a", "one")
		l.store.Put("/a", "two")
		pinned, latest := l.parameter(g, "/a:1"), l.parameter(g, "/a")
		l.gives(pinned, "one")
		l.gives(latest, "two")
		l.store.Put("/a", "three")
		l.refresh(g)
		l.gives(pinned, "one")
		l.gives(latest, "three")
		if p := l.lookup(pinned); p.Version() != 1 || p.Selector() != "1" || p.Name() != "/a" || pinned.Name() != "/a:1" {
			t.Errorf("the pinned version describes itself as %v", p)
		}
	})
}

func TestLabelIsReadAgainAtEachRefreshAndMayMoveBackwards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{})
		l.store.Put("/a", "one")
		l.store.Put("/a", "two")
		l.store.Label("/a", 2, "live")
		live := l.parameter(g, "/a:live")
		l.gives(live, "two")
		l.store.Label("/a", 1, "live")
		l.gives(live, "two")
		l.refresh(g)
		l.gives(live, "one")
		if p := l.lookup(live); p.Version() != 1 || p.Selector() != "live" {
			t.Errorf("the label describes itself as %v", p)
		}
	})
}

// Rule 3.

func TestBasePathStandsBeforeNamesAndPathsButNotBeforeARNsAndSecrets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{BasePath: "/app/"})
		l.store.Put("/app/db/host", "inside")
		l.store.Put("/db/host", "outside")
		l.store.PutSecret("db", "secret")
		const arn = "arn:aws:ssm:us-east-1:123456789012:parameter/db/host"

		inside, byARN, secret := l.parameter(g, "/db/host"), l.parameter(g, arn), l.secret(g, "db")
		if names := namesOf(g.Handles()); !slices.Equal(names, []string{"/app/db/host", "/aws/reference/secretsmanager/db", arn}) {
			t.Errorf("the names are %q", names)
		}
		l.gives(inside, "inside")
		l.gives(byARN, "outside")
		l.gives(secret, "secret")
		if names := namesOf(l.list(g, "/db", registry.PathOptions{})); !slices.Equal(names, []string{"/app/db/host"}) {
			t.Errorf("the listing has %q", names)
		}
		if _, err := g.Parameter("db"); !errors.Is(err, fetch.ErrInvalidPath) {
			t.Errorf("a name without a slash: %v", err)
		}
	})
}

func TestAskingTwiceForOneNameGivesTheSameHandle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		l.store.Put("/app/a", "x")
		g := l.group(registry.GroupConfig{BasePath: "/app"})
		a := l.parameter(g, "/a")
		if l.parameter(g, "/a") != a || l.parameter(g, "/a:1") == a {
			t.Error("a group's parameters")
		}
		if l.secret(g, "s") != l.secret(g, "/aws/reference/secretsmanager/s") {
			t.Error("a group's secrets")
		}
		if !slices.Equal(l.list(g, "/", registry.PathOptions{}), l.list(g, "/", registry.PathOptions{})) {
			t.Error("a group's listings")
		}
		if l.list(g, "/", registry.PathOptions{})[0] != l.parameter(g, "/a") {
			t.Error("a listing and a name")
		}
		single := func(name string, cfg registry.GroupConfig) any {
			h, err := l.Parameter(name, cfg)
			if err != nil {
				t.Fatal(err)
			}
			return h
		}
		cfg := registry.GroupConfig{BasePath: "/app", Client: l.store.Client()}
		if single("/a", cfg) != single("/a", cfg) {
			t.Error("a registry's parameters")
		}
		if single("/a", cfg) == single("/a", registry.GroupConfig{BasePath: "/app"}) {
			t.Error("another configuration has the same handle")
		}
		one, err := l.Secret("s", registry.GroupConfig{})
		two, err2 := l.Secret("s", registry.GroupConfig{})
		if err != nil || err2 != nil || one != two {
			t.Error("a registry's secrets")
		}
	})
}

func TestListingFilteredByLabelHasHandlesOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{})
		l.store.Put("/p/a", "labelled")
		l.store.Label("/p/a", 1, "live")
		l.store.Put("/p/a", "latest")
		plain := l.parameter(g, "/p/a")
		listed := l.list(g, "/p", registry.PathOptions{Filters: []fetch.Filter{fetch.LabelFilter("live")}})
		if len(listed) != 1 || listed[0] == plain || listed[0].Name() != "/p/a" {
			t.Fatalf("the listing has %q", namesOf(listed))
		}
		for range 2 {
			l.gives(listed[0], "labelled")
			l.gives(plain, "latest")
			l.refresh(g)
		}
	})
}

// Rules 3 and 12.

func TestWhoLoadsANameFirstDecidesTheOperationOfItsRefreshes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		l.store.Put("/p/a", "a")
		l.store.Put("/p/b", "b")

		listedFirst := l.group(registry.GroupConfig{})
		handles := l.list(listedFirst, "/p", registry.PathOptions{})
		if l.parameter(listedFirst, "/p/a") != handles[0] {
			t.Error("the name that a listing brought has another handle")
		}
		l.store.ResetCalls()
		l.refresh(listedFirst)
		if asked := l.asked(); !slices.Equal(asked, []string{"GetParametersByPath /p"}) {
			t.Errorf("listed first, a refresh asks %q", asked)
		}

		namedFirst := l.group(registry.GroupConfig{})
		a := l.parameter(namedFirst, "/p/a")
		l.gives(a, "a")
		if l.list(namedFirst, "/p", registry.PathOptions{})[0] != a {
			t.Error("the listing has another handle for a name that was there before")
		}
		l.store.ResetCalls()
		l.refresh(namedFirst)
		if asked := l.asked(); !slices.Equal(asked, []string{"GetParameters [/p/a]", "GetParametersByPath /p"}) {
			t.Errorf("named first, a refresh asks %q", asked)
		}
		l.store.Fault(ssmtest.Fault{Operation: ssmtest.GetParameters, Name: "/p/a", Code: "AccessDeniedException"})
		if err := a.Refresh(t.Context()); err == nil {
			t.Error("the listing answered for a name whose own operation is denied")
		}
	})
}

// Rule 4.

func TestSecretIsReadByStageAndByVersionID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{})
		id := l.store.PutSecret("db/main", "old")
		l.store.PutSecret("db/main", "new")
		for name, text := range map[string]string{"db/main": "new", "db/main:AWSPREVIOUS": "old", "db/main:" + id: "old"} {
			h := l.secret(g, name)
			l.gives(h, text)
			if want := "/aws/reference/secretsmanager/" + name; h.Name() != want {
				t.Errorf("the name is %q, want %q", h.Name(), want)
			}
			if p := l.lookup(h); p.Version() != 0 || p.Type() != types.ParameterTypeSecureString {
				t.Errorf("%v", p)
			}
		}
		l.calls(3) // each was added to a warm group
	})
}

func TestChangeOfASecretIsRecognisedByItsVersionIDOrItsValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{})
		l.store.PutSecret("db", "same")
		var seen []string
		h := l.secret(g, "db")
		l.gives(h, "same")
		for p := range h.Changes(t.Context()) {
			switch seen = append(seen, p.Text()); len(seen) {
			case 1:
				l.store.PutSecret("db", "same") // only the version id is new
				l.refresh(g)
			case 2:
				l.store.PutSecret("db", "other")
				l.refresh(g)
			}
			if len(seen) == 3 {
				break
			}
		}
		if !slices.Equal(seen, []string{"same", "same", "other"}) {
			t.Errorf("saw %q", seen)
		}
	})
}

func TestGroupWithoutDecryptionShowsCiphertext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		l.store.PutSecure("/a", "plain")
		l.gives(l.parameter(l.group(registry.GroupConfig{}), "/a"), "plain")
		if text := l.get(l.parameter(l.group(registry.GroupConfig{NoDecryption: true}), "/a")); text == "plain" || text == "" {
			t.Errorf("NoDecryption gives %q", text)
		}
	})
}

// Rule 5.

func TestEverySpellingOfOneParameterGetsItsOwnOutcome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.Config{})
		g := l.group(registry.GroupConfig{})
		for _, text := range []string{"one", "two", "three"} {
			l.store.Put("p", text)
		}
		l.store.Label("p", 1, "old")
		const arn = "arn:aws:ssm:us-east-1:123456789012:parameter/p"
		want := map[string]string{"p": "three", "/p": "three", "p:2": "two", "p:old": "one", "/p:1": "one", arn: "three", arn + ":2": "two"}
		for name := range want {
			l.parameter(g, name)
		}
		missing := l.parameter(g, "p:4")
		if g.Len() != len(want)+1 {
			t.Fatalf("the group has %d handles", g.Len())
		}
		for range 2 {
			for name, text := range want {
				h := l.parameter(g, name)
				l.gives(h, text)
				if h.Name() != name {
					t.Errorf("%s is called %s", name, h.Name())
				}
			}
			l.fails(missing, fetch.ErrNotFound)
			if err := g.Refresh(t.Context()); !slices.Equal(failedNames(t, err), []string{"p:4"}) {
				t.Errorf("refresh: %v", err)
			}
		}
	})
}
