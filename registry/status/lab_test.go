package status_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
	"github.com/ssmcache/ssmcache/registry/status"
)

// lab is a registry on a store in memory, whose events are kept.
type lab struct {
	*testing.T
	store *ssmtest.Store
	*registry.Registry
	events status.Events
}

// open returns a lab that is closed when the test ends.
func open(t *testing.T) *lab {
	t.Helper()
	return openWith(t, registry.Config{}, ssmtest.Config{})
}

func openWith(t *testing.T, cfg registry.Config, store ssmtest.Config) *lab {
	t.Helper()
	l := &lab{T: t, store: ssmtest.New(store)}
	if cfg.Client == nil {
		cfg.Client = l.store.Client()
	}
	cfg.Observer = l.events.Observer()
	var err error
	if l.Registry, err = registry.Open(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return l
}

// page returns a page of the lab's registry with its events.
func (l *lab) page(cfg status.Config) *status.Page {
	l.Helper()
	cfg.Registry, cfg.Events = l.Registry, &l.events
	p, err := status.New(cfg)
	if err != nil {
		l.Fatal(err)
	}
	return p
}

func (l *lab) group(cfg registry.GroupConfig) *registry.Group {
	l.Helper()
	g, err := l.Registry.Group(cfg)
	if err != nil {
		l.Fatal(err)
	}
	return g
}

func (l *lab) parameter(g *registry.Group, name string) *handle.Handle {
	l.Helper()
	h, err := g.Parameter(name)
	if err != nil {
		l.Fatal(err)
	}
	return h
}

// put stores parameters and adds them to a group.
func (l *lab) put(g *registry.Group, names ...string) {
	l.Helper()
	for _, name := range names {
		l.store.Put(name, "the value of "+name)
		l.parameter(g, name)
	}
}

func (l *lab) refresh(r handle.Refresher) {
	l.Helper()
	if err := r.Refresh(l.Context()); err != nil {
		l.Fatalf("Refresh: %v", err)
	}
}

// ask returns the answer to a request with the given headers, by pairs.
func ask(h http.Handler, method, target string, body io.Reader, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, body)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// get returns the body of a page that is there.
func get(t *testing.T, h http.Handler, target string, headers ...string) string {
	t.Helper()
	w := ask(h, http.MethodGet, target, nil, headers...)
	if w.Code != http.StatusOK {
		t.Fatalf("GET %s: %d %s", target, w.Code, w.Body)
	}
	return w.Body.String()
}

// shown is the JSON that the tests look at.
type shown struct {
	Total struct {
		Groups, Failing, Stale, Cold, Fresh, Parameters, Values int
		Calls, Throttled                                        int64
	}
	Groups struct {
		Count, Page, Pages, Limit int
		Items                     []shownGroup
	}
	Events []shownEvent
}

type shownGroup struct {
	Name, Mode, State            string
	Values                       int
	Oldest, Next, BackOff, Since time.Time
	Problems                     struct {
		Count int
		Items []string
	}
	Parameters struct {
		Count, Page, Pages, Limit int
		Items                     []shownParameter
	}
}

type shownParameter struct {
	Name, Type, Problem string
	Version             int64
	Fetched, Modified   time.Time
}

type shownEvent struct {
	Group, Kind, Text string
	Times             int
	Time              time.Time
}

// report returns what the JSON for a query says.
func report(t *testing.T, h http.Handler, query string) shown {
	t.Helper()
	var s shown
	if err := json.Unmarshal([]byte(get(t, h, "/status.json"+query)), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// escaped returns a text as a query has it.
func escaped(text string) string { return url.QueryEscape(text) }
