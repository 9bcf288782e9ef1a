package status_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
	"github.com/ssmcache/ssmcache/registry/status"
)

const form = "application/x-www-form-urlencoded"

// twoGroups returns a lab with the groups a and b, of one name each.
func twoGroups(t *testing.T) *lab {
	t.Helper()
	l := open(t)
	l.put(l.group(registry.GroupConfig{Name: "a"}), "/a")
	l.put(l.group(registry.GroupConfig{Name: "b"}), "/b")
	return l
}

func TestARefreshIsOfferedOnlyWhereTheConfigSaysSo(t *testing.T) {
	l := twoGroups(t)
	without, with := l.page(status.Config{}), l.page(status.Config{Refresh: true})
	for _, query := range []string{"", "?group=a"} {
		if page := get(t, without, "/"+query); strings.Contains(page, "<form") || strings.Contains(page, "<button") {
			t.Errorf("%q: a button nobody asked for", query)
		}
		if page := get(t, with, "/"+query); !strings.Contains(page, `<form method="post"><input type="hidden" name="group" value="a"><button>Refresh</button></form>`) {
			t.Errorf("%q: no button for the group a", query)
		}
	}
	if w := ask(without, http.MethodPost, "/", strings.NewReader("group=a"), "Content-Type", form); w.Code != http.StatusMethodNotAllowed || l.store.CallCount() != 0 {
		t.Errorf("POST without an offer: %d, %d API calls; want 405 and none", w.Code, l.store.CallCount())
	}
}

func TestARefreshIsOfTheGroupNamedOrOfAll(t *testing.T) {
	for _, c := range []struct {
		body, query, names, location string
	}{
		{"group=b", "", "[/b]", "?"},
		{"group=b", "?group=b&limit=5&page=2", "[/b]", "?group=b&limit=5&page=2"},
		{"", "?page=2&x=1%0d%0aSet-Cookie:+a", "[/a] [/b]", "?page=2"},
	} {
		l := twoGroups(t)
		w := ask(l.page(status.Config{Refresh: true}), http.MethodPost, "/status"+c.query, strings.NewReader(c.body), "Content-Type", form)
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != c.location || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%q: %d %v, want 303 to %s", c.body, w.Code, w.Header(), c.location)
		}
		var names []string
		for _, call := range l.store.Calls() {
			names = append(names, "["+strings.Join(call.Names, " ")+"]")
		}
		if len(names) == 2 && names[0] == "[/b]" { // the groups are refreshed at once
			names[0], names[1] = names[1], names[0]
		}
		if got := strings.Join(names, " "); got != c.names {
			t.Errorf("%q asked for %s, want %s", c.body, got, c.names)
		}
	}
}

func TestARefreshFromAnotherOriginIsRefused(t *testing.T) {
	for _, c := range []struct {
		name    string
		headers []string
		allowed bool
	}{
		{"another site", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, false},
		{"another origin of the site", []string{"Sec-Fetch-Site", "same-site"}, false},
		{"a browser without fetch metadata, another origin", []string{"Origin", "http://evil.example"}, false},
		{"an opaque origin", []string{"Origin", "null"}, false},
		{"another port", []string{"Origin", "http://example.com:81"}, false},
		{"this origin", []string{"Sec-Fetch-Site", "same-origin", "Origin", "http://example.com"}, true},
		{"this origin over plain HTTP", []string{"Origin", "http://example.com"}, true},
		{"no browser", nil, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := twoGroups(t)
			w := ask(l.page(status.Config{Refresh: true}), http.MethodPost, "http://example.com/status", strings.NewReader("group=a"), append(c.headers, "Content-Type", form)...)
			code, calls := http.StatusForbidden, 0
			if c.allowed {
				code, calls = http.StatusSeeOther, 1
			}
			if w.Code != code || l.store.CallCount() != calls {
				t.Errorf("%d and %d API calls, want %d and %d", w.Code, l.store.CallCount(), code, calls)
			}
			if w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("headers: %v", w.Header())
			}
		})
	}
}

func TestARefreshOfWhatIsNotThereIsRefused(t *testing.T) {
	l := twoGroups(t)
	p := l.page(status.Config{Refresh: true})
	for _, c := range []struct {
		target, body string
		code         int
	}{
		{"/", "group=c", http.StatusNotFound},
		{"/", "group=", http.StatusNotFound},
		{"/", "group=%zz", http.StatusBadRequest},
		{"/", "group=" + strings.Repeat("a", 100_000), http.StatusBadRequest},
		{"/?page=none", "group=a", http.StatusBadRequest},
	} {
		if w := ask(p, http.MethodPost, c.target, strings.NewReader(c.body), "Content-Type", form); w.Code != c.code {
			t.Errorf("POST %s %.20s: %d, want %d", c.target, c.body, w.Code, c.code)
		}
	}
	if got := l.store.CallCount(); got != 0 {
		t.Errorf("%d API calls, want none", got)
	}
}

func TestARefreshIsWaitedForTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := openWith(t, registry.Config{FetchTimeout: time.Minute}, ssmtest.Config{})
		l.put(l.group(registry.GroupConfig{Name: "a"}), "/a")
		l.put(l.group(registry.GroupConfig{Name: "b"}), "/b")
		l.store.Fault(ssmtest.Fault{Delay: 9 * time.Second})
		l.store.Fault(ssmtest.Fault{Name: "/b", Delay: 15 * time.Second})
		p := l.page(status.Config{Refresh: true})
		for body, want := range map[string]time.Duration{"group=a": 9 * time.Second, "group=b": 10 * time.Second} {
			began := time.Now()
			w := ask(p, http.MethodPost, "/", strings.NewReader(body), "Content-Type", form)
			if took := time.Since(began); took != want || w.Code != http.StatusSeeOther {
				t.Errorf("%s: %d after %v, want 303 after %v", body, w.Code, took, want)
			}
		}
		l.Close()
	})
}
