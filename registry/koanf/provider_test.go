package koanf_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/knadh/koanf/v2"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
	ssmkoanf "github.com/ssmcache/ssmcache/registry/koanf"
)

func TestAGroupsNamesBecomeNestedKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{}, "/app/db/host", "/app/db/password:1", "/app/db/replicas", "/apple", "plain")
		if _, err := l.Secret("payments/key"); err != nil {
			t.Fatal(err)
		}
		l.store.Put("/app/db/host", "db.internal,not a list")
		l.store.PutSecure("/app/db/password", "hunter2")
		l.store.PutList("/app/db/replicas", "one", "two")
		l.store.Put("/apple", "3")
		l.store.Put("plain", "4")
		l.store.PutSecret("payments/key", "s3cr3t")
		l.reads(l.provider(ssmkoanf.Config{Below: "/app"}), tree{
			"db":       tree{"host": "db.internal,not a list", "password": "hunter2", "replicas": []string{"one", "two"}},
			"apple":    "3",
			"plain":    "4",
			"payments": tree{"key": "s3cr3t"},
		})
		if n := l.store.CallCount(); n != 1 {
			t.Errorf("%d API calls", n)
		}
	})
}

func TestAPathIsListedAndCutFromTheKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{}, "/elsewhere")
		l.store.Put("/elsewhere", "0")
		l.store.Put("/app/host", "1")
		l.store.Put("/app/db/host", "2")
		l.store.Put("/application", "3")
		for _, path := range []string{"/app", "/app/"} {
			l.reads(l.provider(ssmkoanf.Config{Path: path}), tree{"host": "1", "db": tree{"host": "2"}})
		}
		l.reads(l.provider(ssmkoanf.Config{Path: "/app", List: registry.PathOptions{OneLevel: true}}), tree{"host": "1"})
		l.reads(l.provider(ssmkoanf.Config{Path: "/none"}), tree{})
	})
}

func TestBelowCutsTheBasePathToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{BasePath: "/prod"})
		l.store.Put("/prod/app/host", "1")
		l.reads(l.provider(ssmkoanf.Config{Path: "/app"}), tree{"prod": tree{"app": tree{"host": "1"}}})
		l.reads(l.provider(ssmkoanf.Config{Path: "/app", Below: "/prod/app"}), tree{"host": "1"})
		l.reads(l.provider(ssmkoanf.Config{Path: "/app", Below: "/prod/"}), tree{"app": tree{"host": "1"}})
		l.reads(l.provider(ssmkoanf.Config{Path: "/", Below: "/prod"}), tree{"app": tree{"host": "1"}})
	})
}

func TestAKeyFunctionRenamesAndLeavesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{}, "/a:1", "/b")
		l.store.Put("/a", "1")
		l.store.Put("/b", "2")
		l.reads(l.provider(ssmkoanf.Config{Key: func(name string) string {
			if name == "/b" {
				return ""
			}
			return "x." + strings.TrimPrefix(name, "/")
		}}), tree{"x": tree{"a": "1"}})
	})
}

func TestTheDelimiterSeparatesTheLevels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{}, "/a.b/c")
		l.store.Put("/a.b/c", "1")
		l.reads(l.provider(ssmkoanf.Config{}), tree{"a": tree{"b": tree{"c": "1"}}})
		l.reads(l.provider(ssmkoanf.Config{Delim: "/"}), tree{"a.b": tree{"c": "1"}})
	})
}

func TestAKoanfLoadsAProvider(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{})
		l.store.Put("/app/db/host", "db.internal")
		l.store.Put("/app/db/port", "5432")
		l.store.Put("/app/timeout", "3s")
		l.store.PutList("/app/replicas", "one", "two")
		k := koanf.New(".")
		if err := k.Load(l.provider(ssmkoanf.Config{Path: "/app"}), nil); err != nil {
			t.Fatal(err)
		}
		if k.String("db.host") != "db.internal" || k.Int("db.port") != 5432 || k.Duration("timeout") != 3*time.Second ||
			!reflect.DeepEqual(k.Strings("replicas"), []string{"one", "two"}) {
			t.Errorf("loaded %v", k.All())
		}
		var cfg struct {
			DB struct {
				Host string
				Port int
			}
			Replicas []string
		}
		if err := k.Unmarshal("", &cfg); err != nil || cfg.DB.Host != "db.internal" || cfg.DB.Port != 5432 || len(cfg.Replicas) != 2 {
			t.Errorf("unmarshalled %+v, %v", cfg, err)
		}
	})
}

// parser is a koanf.Parser of JSON.
type parser struct{}

func (parser) Unmarshal(b []byte) (m map[string]any, err error) { return m, json.Unmarshal(b, &m) }
func (parser) Marshal(m map[string]any) ([]byte, error)         { return json.Marshal(m) }

func TestReadBytesIsTheSameInJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{}, "/b/c", "/a")
		l.store.Put("/a", `"quoted" <&>`)
		l.store.PutList("/b/c", "1", "2")
		p := l.provider(ssmkoanf.Config{})
		k := koanf.New(".")
		if err := k.Load(p, parser{}); err != nil || k.String("a") != `"quoted" <&>` || !reflect.DeepEqual(k.Strings("b.c"), []string{"1", "2"}) {
			t.Errorf("%v, %v", k.All(), err)
		}
		l.store.Delete("/a")
		_ = l.Refresh(t.Context())
		if b, err := p.ReadBytes(); b != nil || !errors.Is(err, fetch.ErrNotFound) {
			t.Errorf("%s, %v", b, err)
		}
	})
}

func TestWhatIsReadIsTheCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{}, "/list")
		l.store.PutList("/list", "1", "2")
		p := l.provider(ssmkoanf.Config{})
		got, err := p.Read()
		if err != nil {
			t.Fatal(err)
		}
		got["list"].([]string)[0], got["more"] = "9", "9"
		l.reads(p, tree{"list": []string{"1", "2"}})
	})
}

func TestKeysThatCollideAreAllReportedByName(t *testing.T) {
	for _, test := range []struct {
		names []string
		want  []string
	}{
		{[]string{"/a.b", "/a/b"}, []string{`"/a.b" and "/a/b" have the same key "a.b"`}},
		{[]string{"/p", "/p:1"}, []string{`"/p" and "/p:1" have the same key "p"`}},
		{[]string{"/a", "/a/b", "/a/b/c"}, []string{
			`the key "a.b" of parameter "/a/b" lies within "a" of "/a"`,
			`the key "a.b.c" of parameter "/a/b/c" lies within "a" of "/a"`,
			`the key "a.b.c" of parameter "/a/b/c" lies within "a.b" of "/a/b"`,
		}},
		{[]string{"/a", "/a-/b"}, nil},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := open(t, registry.GroupConfig{}, test.names...)
			for _, name := range test.names {
				l.store.Put(strings.TrimSuffix(name, ":1"), "canary")
			}
			_, err := l.provider(ssmkoanf.Config{}).Read()
			if (err != nil) != (test.want != nil) {
				t.Fatalf("%v: %v", test.names, err)
			}
			if err == nil {
				return
			}
			if n := strings.Count(err.Error(), "\n") + 1; n != len(test.want) {
				t.Errorf("%d errors: %v", n, err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("not reported: %s in %v", want, err)
				}
			}
			if strings.Contains(err.Error(), "canary") {
				t.Errorf("a value: %v", err)
			}
		})
	}
}

func TestAReadFailsAsAWholeAndNamesWhatIsMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{}, "/a", "/b", "/c")
		l.store.Put("/b", "1")
		k := koanf.New(".")
		err := k.Load(l.provider(ssmkoanf.Config{}), nil)
		if !errors.Is(err, fetch.ErrNotFound) || len(k.All()) != 0 {
			t.Errorf("%v, loaded %v", err, k.All())
		}
		for _, name := range []string{`"/a"`, `"/c"`} {
			if !strings.Contains(err.Error(), name) {
				t.Errorf("%s is not named: %v", name, err)
			}
		}
	})
}

func TestAReadFailsIfTheLastRefreshOfANameWasRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{}, "/user", "/password")
		l.store.Put("/user", "1")
		l.store.Put("/password", "1")
		p := l.provider(ssmkoanf.Config{})
		l.reads(p, tree{"user": "1", "password": "1"})
		l.store.Put("/user", "2")
		l.store.Put("/password", "2")
		l.store.Fault(ssmtest.Fault{Code: "AccessDeniedException", Name: "/password"})
		_ = l.Refresh(t.Context())
		if got, err := p.Read(); err == nil || !strings.Contains(err.Error(), `"/password"`) {
			t.Errorf("%v, %v", got, err)
		}
	})
}

// Each read waits for a fetch of the listing, which has been taken away by the
// time it is looked at again.
func TestAReadOfAStoreSlowerThanMaxAgeEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{MaxAge: time.Second, MaxStale: -1, Mode: registry.RefreshAhead})
		l.store.Put("/app/a", "1")
		l.store.SetLatency(3 * time.Second)
		p := l.provider(ssmkoanf.Config{Path: "/app"})
		began := time.Now()
		l.reads(p, tree{"a": "1"})
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

func TestAReadGetsTheLastGoodValuesInAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{MaxAge: time.Minute, Mode: registry.RefreshOnRead}, "/a")
		l.store.Put("/a", "1")
		l.store.Put("/list/b", "2")
		p, q := l.provider(ssmkoanf.Config{Path: "/list"}), l.provider(ssmkoanf.Config{})
		l.reads(p, tree{"b": "2"})
		l.store.Fault(ssmtest.Fault{Code: "InternalServerError"})
		time.Sleep(10 * time.Minute)
		l.reads(p, tree{"b": "2"})
		l.reads(q, tree{"a": "1", "list": tree{"b": "2"}})
		time.Sleep(time.Hour)
		if got, err := p.Read(); err == nil {
			t.Errorf("past MaxAge and MaxStale: %v", got)
		}
	})
}

func TestAReadWaitsUntilTheProvidersContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{}, "/a")
		l.store.Fault(ssmtest.Fault{Hang: true})
		time.AfterFunc(3*time.Second, l.cancel)
		began := time.Now()
		_, err := l.provider(ssmkoanf.Config{}).Read()
		if took := time.Since(began); !errors.Is(err, l.ctx.Err()) || took != 3*time.Second {
			t.Errorf("%v after %v", err, took)
		}
	})
}

// It runs on the real clock, so that reads and refreshes meet anywhere.
func TestAReadNeverMixesTwoRefreshes(t *testing.T) {
	l := open(t, registry.GroupConfig{})
	put := func(i int) {
		l.store.Put("/app/user", strconv.Itoa(i))
		l.store.Put("/app/password", strconv.Itoa(i))
		l.store.Put(fmt.Sprint("/app/marker", i%2), strconv.Itoa(i))
		l.store.Delete(fmt.Sprint("/app/marker", 1-i%2))
	}
	put(0)
	p := l.provider(ssmkoanf.Config{Path: "/app"})
	if _, err := p.Read(); err != nil {
		t.Fatal(err)
	}
	var reads sync.WaitGroup
	var stop atomic.Bool
	for range 2 {
		reads.Go(func() {
			for !stop.Load() {
				got, err := p.Read()
				if err != nil {
					t.Error(err)
					return
				}
				i, _ := strconv.Atoi(fmt.Sprint(got["user"]))
				if got["password"] != got["user"] || len(got) != 3 || got[fmt.Sprint("marker", i%2)] != got["user"] {
					t.Errorf("mixed: %v", got)
					return
				}
			}
		})
	}
	for i := range 1000 {
		put(i)
		l.refresh()
	}
	stop.Store(true)
	reads.Wait()
}

func TestNoValueIsInAPrintedProvider(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, registry.GroupConfig{Name: "db"}, "/a")
		l.store.PutSecure("/a", "canary")
		p := l.provider(ssmkoanf.Config{})
		l.reads(p, tree{"a": "canary"})
		if got := p.String(); got != `koanf.Provider of group "db"` {
			t.Error(got)
		}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
			for _, text := range []string{fmt.Sprintf(verb, p), fmt.Sprintf(verb, struct{ p *ssmkoanf.Provider }{p})} {
				if strings.Contains(text, "canary") || strings.Contains(text, fmt.Sprintf("%x", "canary")) {
					t.Errorf("%s: %s", verb, text)
				}
			}
		}
	})
}
