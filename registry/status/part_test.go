package status_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
	"github.com/ssmcache/ssmcache/registry/status"
)

func TestALargeGroupIsShownInPages(t *testing.T) {
	const size, longest = 100_000, 1 << 20
	l := open(t)
	g := l.group(registry.GroupConfig{Name: "large"})
	for i := range size {
		l.parameter(g, fmt.Sprintf("/large/%06d", i))
	}
	p := l.page(status.Config{Refresh: true})
	for _, c := range []struct {
		query                     string
		page, pages, limit, shown int
		first                     string
		text                      string
	}{
		{"", 1, 10_000, 10, 10, "/large/000000", `Parameters (<span data-is="count">100,000</span>)`},
		{"?group=large", 1, 1000, 100, 100, "/large/000000", "1–100 of 100,000 parameters"},
		{"?group=large&page=7", 7, 1000, 100, 100, "/large/000600", "601–700 of 100,000 parameters"},
		{"?group=large&page=34&limit=3000", 34, 100, 1000, 1000, "/large/033000", "33,001–34,000 of 100,000 parameters"},
		{"?group=large&page=9999999", 1000, 1000, 100, 100, "/large/099900", "99,901–100,000 of 100,000 parameters"},
		{"?group=large&limit=7&page=14286", 14286, 14286, 7, 5, "/large/099995", "99,996–100,000 of 100,000 parameters"},
	} {
		page := get(t, p, "/"+c.query)
		if len(page) > longest {
			t.Errorf("%q: a page of %d bytes", c.query, len(page))
		}
		if !strings.Contains(page, c.text) {
			t.Errorf("%q: the page does not say %s", c.query, c.text)
		}
		got := report(t, p, c.query).Groups.Items[0].Parameters
		if got.Count != size || got.Page != c.page || got.Pages != c.pages || got.Limit != c.limit || len(got.Items) != c.shown || got.Items[0].Name != c.first {
			t.Errorf("%q: page %d of %d of %d, %d of %d from %s; want %+v", c.query, got.Page, got.Pages, got.Limit, len(got.Items), got.Count, got.Items[0].Name, c)
		}
	}
}

func TestPagesLeadToTheirNeighbours(t *testing.T) {
	l := open(t)
	g := l.group(registry.GroupConfig{Name: "a&b"})
	for i := range 5 {
		l.parameter(g, fmt.Sprintf("/p/%d", i))
	}
	p := l.page(status.Config{})
	if page := get(t, p, "/"); !strings.Contains(page, `<a data-is="name" href="?group=a%26b">`) {
		t.Error("the list of groups does not lead to the group's own page")
	}
	const none = `href="" hidden`
	for query, want := range map[string][2]string{
		"?group=a%26b&limit=2":          {none, `href="?group=a%26b&amp;limit=2&amp;page=2"`},
		"?group=a%26b&limit=2&page=2":   {`href="?group=a%26b&amp;limit=2"`, `href="?group=a%26b&amp;limit=2&amp;page=3"`},
		"?group=a%26b&limit=2&page=100": {`href="?group=a%26b&amp;limit=2&amp;page=2"`, none},
		"?group=a%26b":                  {none, none},
		"":                              {none, none},
	} {
		page := get(t, p, "/"+query)
		for i, link := range []string{`id="before" rel="prev" `, `id="after" rel="next" `} {
			if !strings.Contains(page, link+want[i]) {
				t.Errorf("%q: no %s%s", query, link, want[i])
			}
		}
	}
}

func TestGroupsAreShownInPagesTroubleFirst(t *testing.T) {
	l := open(t)
	for i := range 25 {
		l.put(l.group(registry.GroupConfig{Name: fmt.Sprintf("g%02d", i)}), "/a")
	}
	for i, g := range l.Groups() {
		switch {
		case i == 22:
			l.store.Fault(ssmtest.Fault{Code: "InternalServerError", Times: 1})
			if g.Refresh(t.Context()) == nil {
				t.Fatal("no failure")
			}
		case i%2 == 0:
			l.refresh(g)
		}
	}
	p := l.page(status.Config{})
	names := func(query string) string {
		var all []string
		for _, g := range report(t, p, query).Groups.Items {
			all = append(all, g.Name[1:]+g.State[:1])
		}
		return strings.Join(all, " ")
	}
	for query, want := range map[string]string{
		"":                   "22f 01c 03c 05c 07c 09c 11c 13c 15c 17c 19c 21c 23c 00f 02f 04f 06f 08f 10f 12f",
		"?page=2":            "14f 16f 18f 20f 24f",
		"?page=3&limit=10":   "14f 16f 18f 20f 24f",
		"?limit=1000":        "22f 01c 03c 05c 07c 09c 11c 13c 15c 17c 19c 21c 23c 00f 02f 04f 06f 08f 10f 12f 14f 16f 18f 20f 24f",
		"?group=g24&limit=1": "24f",
	} {
		if got := names(query); got != want {
			t.Errorf("%q: %s, want %s", query, got, want)
		}
	}
	if got := report(t, p, "?limit=1000").Groups; got.Limit != 100 || got.Count != 25 {
		t.Errorf("a limit of %d of %d groups, want 100", got.Limit, got.Count)
	}
	if html := get(t, p, "/"); !strings.Contains(html, "1–20 of 25 groups") {
		t.Error("the number of groups is not shown")
	}
}

func TestAQueryThatMakesNoSenseIsRefused(t *testing.T) {
	p := open(t).page(status.Config{})
	for _, query := range []string{"page=0", "page=-1", "page=x", "page=", "limit=0", "limit=1e3", "page=99999999999999999999"} {
		if w := ask(p, http.MethodGet, "/status.json?"+query, nil); w.Code != http.StatusBadRequest || w.Body.String() != `{"error":"page and limit are numbers from 1"}`+"\n" {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
	}
}
