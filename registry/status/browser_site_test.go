//go:build browser && unix

package status_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/benbjohnson/clock"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
	"github.com/ssmcache/ssmcache/registry/status"
)

const (
	canary  = "canary-7f3a9c"
	hostile = `<img src=x onerror="alert(1)"> & "co"`
)

// site serves two pages of one registry, on a clock that is held: /live with
// live updates and a refresh button, /plain without either.
type site struct {
	*lab
	url    string
	served *record
}

// record keeps what was asked for and answered.
type record struct {
	next http.Handler

	mu     sync.Mutex
	asked  []string // method, path and Accept
	bodies strings.Builder
}

func (r *record) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	copied := httptest.NewRecorder()
	r.next.ServeHTTP(copied, q)
	r.mu.Lock()
	r.asked = append(r.asked, q.Method+" "+q.URL.Path+" "+q.Header.Get("Accept"))
	fmt.Fprintln(&r.bodies, copied.Header(), copied.Body)
	r.mu.Unlock()
	for key, values := range copied.Header() {
		w.Header()[key] = values
	}
	w.WriteHeader(copied.Code)
	_, _ = w.Write(copied.Body.Bytes())
}

// updates returns how many live updates were asked for.
func (r *record) updates() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(slices.DeleteFunc(slices.Clone(r.asked), func(s string) bool { return s != "GET /live application/json" }))
}

func newSite(t *testing.T) *site {
	t.Helper()
	held := clock.NewMock()
	held.Set(time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC))
	l := openWith(t, registry.Config{Clock: held}, ssmtest.Config{Clock: held})
	s := &site{lab: l}

	database := l.group(registry.GroupConfig{Name: "database", MaxAge: 24 * time.Hour, Mode: registry.RefreshAhead})
	l.store.PutSecure("/shop/production/database/password", canary)
	l.store.PutList("/shop/production/database/hosts", canary, "db-2")
	l.store.PutSecret("shop/database/credentials", canary)
	l.put(database, "/shop/production/database/user")
	l.parameter(database, "/shop/production/database/password")
	l.parameter(database, "/shop/production/database/hosts")
	l.parameter(database, "/shop/production/database/password:1")
	l.parameter(database, "/shop/production/database/replica")
	if _, err := database.Secret("shop/database/credentials"); err != nil {
		t.Fatal(err)
	}
	_ = database.Refresh(t.Context()) // one name is not found

	flags := l.group(registry.GroupConfig{Name: hostile, MaxAge: time.Minute, Mode: registry.RefreshOnRead})
	for i := range 25 {
		l.store.Put(fmt.Sprintf("/flags/%s/%02d", strings.Repeat("a-long-name-without-a-break.", 5), i), canary)
	}
	if _, err := flags.Parameters(t.Context(), "/flags", registry.PathOptions{}); err != nil {
		t.Fatal(err)
	}

	billing := l.group(registry.GroupConfig{Name: "billing", MaxAge: time.Minute, Mode: registry.RefreshOnRead})
	l.put(billing, "/billing/key", "/billing/url", "/billing/account")
	l.refresh(billing)
	held.Add(3 * time.Minute)
	mend := l.store.Fault(ssmtest.Fault{Name: "/billing/key", Code: "ThrottlingException"})
	for range 3 {
		if err := billing.Refresh(t.Context()); err == nil {
			t.Fatal("billing was to fail")
		}
	}
	mend()
	l.parameter(l.group(registry.GroupConfig{Name: "archive"}), "/archive/bucket")

	handler := http.NewServeMux()
	handler.Handle("/live", l.page(status.Config{Every: 100 * time.Millisecond, Refresh: true, Clock: held}))
	handler.Handle("/plain", l.page(status.Config{Every: -1, Clock: held}))
	s.served = &record{next: handler}
	server := httptest.NewServer(s.served)
	t.Cleanup(server.Close)
	s.url = server.URL
	s.says(">stale<", "2 ×")
	return s
}

// says waits until the page says all of words: events are told off the
// goroutine that causes them.
func (s *site) says(words ...string) {
	s.Helper()
	missing := func(word string) bool { return !strings.Contains(get(s.T, s.served.next, "/plain"), word) }
	for give := time.Now().Add(answerWithin); slices.ContainsFunc(words, missing); {
		if time.Now().After(give) {
			s.Fatalf("the page does not say all of %q: %s", words, get(s.T, s.served.next, "/plain"))
		}
	}
}
