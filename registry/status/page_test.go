package status_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
	"github.com/ssmcache/ssmcache/registry/status"
)

func TestNewReportsEveryMistakeByField(t *testing.T) {
	_, err := status.New(status.Config{Every: 5})
	want := "ssmcache: status.Config.Registry: it is required\n" +
		"ssmcache: status.Config.Every: 5ns is less than 100 ms: is a unit missing?"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestEveryAnswerCarriesTheSecurityHeaders(t *testing.T) {
	l := open(t)
	p := l.page(status.Config{})
	for _, c := range []struct {
		method, target, contentType string
		code                        int
	}{
		{http.MethodGet, "/", "text/html; charset=utf-8", http.StatusOK},
		{http.MethodGet, "/status.json", "application/json", http.StatusOK},
		{http.MethodGet, "/?group=none", "text/plain; charset=utf-8", http.StatusNotFound},
		{http.MethodGet, "/status.json?group=none", "application/json", http.StatusNotFound},
		{http.MethodGet, "/?page=0", "text/plain; charset=utf-8", http.StatusBadRequest},
		{http.MethodPost, "/", "text/plain; charset=utf-8", http.StatusMethodNotAllowed},
	} {
		w := ask(p, c.method, c.target, nil)
		if w.Code != c.code {
			t.Errorf("%s %s: %d, want %d", c.method, c.target, w.Code, c.code)
		}
		for name, want := range map[string]string{
			"Content-Type":                 c.contentType,
			"Content-Length":               strconv.Itoa(w.Body.Len()),
			"Cache-Control":                "no-store",
			"X-Content-Type-Options":       "nosniff",
			"X-Frame-Options":              "DENY",
			"Referrer-Policy":              "same-origin",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Vary":                         "Accept",
		} {
			if got := w.Header().Values(name); len(got) != 1 || got[0] != want {
				t.Errorf("%s %s: %s: %q, want %q", c.method, c.target, name, got, want)
			}
		}
		policy := w.Header().Get("Content-Security-Policy")
		for _, directive := range []string{"default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"} {
			if !strings.Contains("; "+policy+";", "; "+directive+";") {
				t.Errorf("%s %s: the policy lacks %s: %s", c.method, c.target, directive, policy)
			}
		}
	}
}

func TestThePolicyAllowsOneStyleAndOneScriptByANonceOfEachAnswer(t *testing.T) {
	p := open(t).page(status.Config{Refresh: true})
	seen := map[string]bool{}
	for range 2 {
		w := ask(p, http.MethodGet, "/", nil)
		nonces := regexp.MustCompile(`<(style|script) nonce="([A-Z2-7]{26})">`).FindAllStringSubmatch(w.Body.String(), -1)
		if len(nonces) != 2 || nonces[0][2] != nonces[1][2] {
			t.Fatalf("nonces in the page: %q", nonces)
		}
		nonce := nonces[0][2]
		if seen[nonce] {
			t.Errorf("nonce %s was drawn twice", nonce)
		}
		seen[nonce] = true
		want := "default-src 'none'; script-src 'nonce-" + nonce + "'; style-src 'nonce-" + nonce +
			"'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
		if got := w.Header().Get("Content-Security-Policy"); got != want {
			t.Errorf("the policy is\n%s\nwant\n%s", got, want)
		}
	}
}

func TestThePageLoadsNothing(t *testing.T) {
	html := get(t, open(t).page(status.Config{Refresh: true}), "/")
	if found := regexp.MustCompile(`(?i)<(link|img|iframe|object|embed)|\ssrc=|https?:|url\(|@import|\son\w+=|\sstyle=`).FindString(html); found != "" {
		t.Errorf("the page has %q", found)
	}
}

func TestOnlyGETAndHEADAreAnswered(t *testing.T) {
	l := open(t)
	l.put(l.group(registry.GroupConfig{}), "/a")
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodConnect, http.MethodTrace, "BREW"} {
		w := ask(l.page(status.Config{}), method, "/", nil)
		if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %d, Allow: %s; want 405, GET, HEAD", method, w.Code, w.Header().Get("Allow"))
		}
	}
	if w := ask(l.page(status.Config{Refresh: true}), http.MethodPut, "/", nil); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD, POST" {
		t.Errorf("PUT where a refresh is offered: %d, Allow: %s; want 405, GET, HEAD, POST", w.Code, w.Header().Get("Allow"))
	}
	if got := l.store.CallCount(); got != 0 {
		t.Errorf("%d API calls, want none", got)
	}
}

func TestHEADAnswersTheHeaderOfGETAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t)
		l.put(l.group(registry.GroupConfig{Name: "g"}), "/a")
		synctest.Wait() // the event has been told
		p := l.page(status.Config{})
		for _, target := range []string{"/", "/status.json", "/?group=none"} {
			got, want := ask(p, http.MethodHead, target, nil), ask(p, http.MethodGet, target, nil)
			if got.Body.Len() != 0 {
				t.Errorf("HEAD %s has a body", target)
			}
			if got.Code != want.Code || got.Header().Get("Content-Length") != strconv.Itoa(want.Body.Len()) || got.Header().Get("Content-Type") != want.Header().Get("Content-Type") {
				t.Errorf("HEAD %s: %d %v, GET %d %v", target, got.Code, got.Header(), want.Code, want.Header())
			}
		}
		l.Close()
	})
}

func TestSuffixAndAcceptChooseBetweenHTMLAndJSON(t *testing.T) {
	p := open(t).page(status.Config{})
	for _, c := range []struct {
		path, accept string
		json         bool
	}{
		{"/debug/ssmcache", "", false},
		{"/debug/ssmcache", "*/*", false},
		{"/debug/ssmcache", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", false},
		{"/debug/ssmcache", "application/json", true},
		{"/debug/ssmcache", "Application/JSON; charset=utf-8", true},
		{"/debug/ssmcache", "application/*", true},
		{"/debug/ssmcache", "application/json;q=0.5, text/html", false},
		{"/debug/ssmcache", "text/html;q=0.5, application/json", true},
		{"/debug/ssmcache", "application/json, text/html", false},
		{"/debug/ssmcache", "application/json;q=0, */*", false},
		{"/debug/ssmcache", "text/html;q=0, */*;q=0.1", true},
		{"/debug/ssmcache", "application/json;q=high", true},
		{"/debug/ssmcache.json", "", true},
		{"/debug/ssmcache.json", "text/html", true},
	} {
		w := ask(p, http.MethodGet, c.path, nil, "Accept", c.accept)
		if got := w.Header().Get("Content-Type") == "application/json"; got != c.json || json.Valid(w.Body.Bytes()) != c.json {
			t.Errorf("%s, Accept: %s: %s, want JSON: %v", c.path, c.accept, w.Header().Get("Content-Type"), c.json)
		}
	}
}

func TestTheJSONSaysWhatTheRegistryDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t)
		g := l.group(registry.GroupConfig{Name: "db", MaxAge: time.Minute, Mode: registry.RefreshOnRead})
		l.put(g, "/db/user")
		l.store.PutSecure("/db/password", "hunter2")
		l.parameter(g, "/db/password:1")
		l.parameter(g, "/db/replica")
		_ = g.Refresh(t.Context())
		time.Sleep(1500 * time.Millisecond)
		synctest.Wait()

		want := `{"title":"shop","version":` + quoted(registry.Version()) + `,"now":"2000-01-01T00:00:01.5Z",` +
			`"total":{"groups":1,"failing":0,"stale":0,"cold":0,"fresh":1,"parameters":3,"values":2,"calls":1,"throttled":0},` +
			`"only":false,"groups":{"count":1,"page":1,"pages":1,"limit":20,"items":[` +
			`{"name":"db","mode":"RefreshOnRead","state":"fresh","values":2,"paths":0,"oldest":"2000-01-01T00:00:00Z",` +
			`"fetches":1,"failures":0,"calls":1,"throttled":0,"changes":0,"abandoned":0,` +
			`"problems":{"count":1,"items":["/db/replica: parameter not found"]},` +
			`"parameters":{"count":3,"page":1,"pages":1,"limit":10,"items":[` +
			`{"name":"/db/password:1","type":"SecureString","version":1,"fetched":"2000-01-01T00:00:00Z","modified":"2000-01-01T00:00:00Z"},` +
			`{"name":"/db/replica","problem":"not found"},` +
			`{"name":"/db/user","type":"String","version":1,"fetched":"2000-01-01T00:00:00Z","modified":"2000-01-01T00:00:00Z"}]}}]},` +
			`"events":[{"id":2,"time":"2000-01-01T00:00:00Z","group":"db","kind":"refreshed","times":1,"text":"3 names or paths by 1 call in 0 ms, 1 not found"},` +
			`{"id":1,"time":"2000-01-01T00:00:00Z","group":"db","kind":"opened","times":1}],"watched":true}` + "\n"
		if got := get(t, l.page(status.Config{Title: "shop"}), "/status.json"); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		l.Close()
	})
}

func quoted(text string) string { return strconv.Quote(text) }

func TestTheStateOfAGroupIsShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t)
		p := l.page(status.Config{})
		g := l.group(registry.GroupConfig{Name: "g", MaxAge: time.Minute, Mode: registry.RefreshOnRead})
		ahead := l.group(registry.GroupConfig{Name: "h", MaxAge: time.Hour, Mode: registry.RefreshAhead})
		l.put(g, "/a")
		l.put(ahead, "/b")
		state := func() shownGroup { return report(t, p, "?group=g").Groups.Items[0] }
		facts := func(want ...string) {
			t.Helper()
			html := strings.Join(strings.Fields(get(t, p, "/?group=g")), " ")
			for _, fact := range want {
				if !strings.Contains(html, fact) {
					t.Errorf("the page does not say %s", fact)
				}
			}
		}

		if got := state(); got.State != "cold" || !got.Oldest.IsZero() || !got.Next.IsZero() {
			t.Errorf("before the first fetch: %+v", got)
		}
		facts(`data-state="cold">cold</span>`, `<dt>Values</dt><dd>0 of 1</dd>`, `not fetched yet`)

		l.refresh(l.Registry)
		if got := state(); got.State != "fresh" || !got.Oldest.Equal(time.Now()) {
			t.Errorf("after the first fetch: %+v", got)
		}
		facts(`data-state="fresh">fresh</span>`, `<dt>Next refresh</dt><dd>by a read</dd>`, `<dt>API calls</dt><dd>1</dd>`)
		next := report(t, p, "?group=h").Groups.Items[0].Next
		if in := time.Until(next); in < 6*time.Minute || in > 54*time.Minute {
			t.Errorf("the first refresh of a group with a MaxAge of 1 h is in %v", in)
		}
		if in := fmt.Sprintf("<dt>Next refresh</dt><dd>in %d min</dd>", time.Until(next)/time.Minute); !strings.Contains(get(t, p, "/?group=h"), in) {
			t.Errorf("the page does not say %s", in)
		}

		time.Sleep(61 * time.Second)
		if got := state(); got.State != "stale" {
			t.Errorf("after MaxAge: %+v", got)
		}
		facts(`data-state="stale">stale</span>`, `<dt>Refreshed</dt><dd>1 min ago</dd>`)

		l.store.Fault(ssmtest.Fault{Code: "ThrottlingException", Times: 1})
		_ = g.Refresh(t.Context())
		got := state()
		if got.State != "failing" || !got.Since.Equal(time.Now()) || !got.BackOff.After(time.Now()) || got.Problems.Count != 1 {
			t.Errorf("after a failure: %+v", got)
		}
		if !strings.HasPrefix(got.Problems.Items[0], "/a: ") || !strings.HasSuffix(got.Problems.Items[0], "ThrottlingException: Rate exceeded") {
			t.Errorf("the problem is %q", got.Problems.Items)
		}
		facts(`data-state="failing">failing</span>`, `<dt>Backing off</dt><dd>until 00:01:01</dd>`, `<dt>Failing for</dt><dd>0 s</dd>`,
			`<dt>Throttled</dt><dd>1</dd>`, `<dt>Failed</dt><dd>1</dd>`, `data-fact="next" hidden`)
		if got := report(t, p, "").Total; got.Failing != 1 || got.Fresh != 1 || got.Throttled != 1 || got.Calls != 3 {
			t.Errorf("in total: %+v", got)
		}
		l.Close()
	})
}

func TestANameWithoutAValueSaysWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t)
		g := l.group(registry.GroupConfig{Name: "g"})
		l.put(g, "/a", "/denied")
		l.parameter(g, "/missing")
		l.store.Fault(ssmtest.Fault{Name: "/denied", Code: "AccessDeniedException", Message: "no"})
		_ = g.Refresh(t.Context())
		l.parameter(g, "/new")
		var got []string
		for _, p := range report(t, l.page(status.Config{}), "?group=g").Groups.Items[0].Parameters.Items {
			problem := p.Problem
			if i := strings.LastIndex(problem, "AccessDenied"); i > 0 {
				problem = problem[i:]
			}
			got = append(got, p.Name+" "+problem)
		}
		want := "/a |/denied AccessDeniedException: no|/missing not found|/new not fetched yet"
		if strings.Join(got, "|") != want {
			t.Errorf("got %q, want %s", got, want)
		}
		l.Close()
	})
}

func TestTheSameReasonIsGivenOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t)
		g := l.group(registry.GroupConfig{Name: "g"})
		for i := range 7 {
			l.parameter(g, fmt.Sprintf("/missing/%d", i))
		}
		_ = g.Refresh(t.Context())
		got := report(t, l.page(status.Config{}), "").Groups.Items[0].Problems
		if got.Count != 1 || got.Items[0] != "/missing/0, /missing/1, /missing/2 and 4 more: parameter not found" {
			t.Errorf("got %+v", got)
		}
		l.Close()
	})
}

func TestAPageWaitsForNothingAndCallsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t)
		g := l.group(registry.GroupConfig{Name: "g", MaxAge: time.Second, Mode: registry.RefreshOnRead})
		l.put(g, "/a", "/b")
		l.refresh(g)
		time.Sleep(2 * time.Second) // expired: a read would refresh
		l.parameter(g, "/c")        // cold: a read would fetch
		l.store.ResetCalls()
		began := time.Now()
		p := l.page(status.Config{})
		get(t, p, "/")
		get(t, p, "/?group=g")
		synctest.Wait()
		if got := l.store.CallCount(); got != 0 {
			t.Errorf("looking caused %d API calls", got)
		}
		l.store.Fault(ssmtest.Fault{Hang: true})
		go func() { _ = g.Refresh(t.Context()) }()
		synctest.Wait()
		get(t, p, "/?group=g", "Accept", "application/json")
		if took := time.Since(began); took != 0 {
			t.Errorf("the page took %v while the store hangs", took)
		}
		l.Close()
	})
}

func TestAPageOfAClosedRegistryShowsNoGroups(t *testing.T) {
	l := open(t)
	l.put(l.group(registry.GroupConfig{Name: "g"}), "/a")
	p := l.page(status.Config{})
	l.Close()
	got := report(t, p, "")
	if got.Groups.Count != 0 || len(got.Events) == 0 || got.Events[0].Kind != "closed" {
		t.Errorf("got %+v", got)
	}
	if html := get(t, p, "/"); !strings.Contains(html, "0–0 of 0 groups") {
		t.Error("the page does not say that there are no groups")
	}
}
