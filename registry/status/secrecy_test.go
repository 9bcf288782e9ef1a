package status_test

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
	"github.com/ssmcache/ssmcache/registry/status"
)

const (
	value    = "canary-7f3a9c"
	markup   = `"><script>alert('1')</script>&` + "`{{.}}"
	override = "\u202egnp.exe"
)

// garbled is a client whose answers cannot be decoded, with an error that quotes
// the body as the SDK's does.
type garbled struct{ fetch.Client }

func (garbled) GetParameters(context.Context, *ssm.GetParametersInput, ...func(*ssm.Options)) (*ssm.GetParametersOutput, error) {
	return nil, &smithy.DeserializationError{Err: errors.New("at byte 12"), Snapshot: []byte(value)}
}

func TestNoValueIsShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t)
		g := l.group(registry.GroupConfig{Name: "g", MaxAge: time.Minute, Mode: registry.RefreshOnRead})
		change := func(n int) {
			text := fmt.Sprint(value, n)
			l.store.Put("/plain", text)
			l.store.PutSecure("/secure", text)
			l.store.PutList("/list", text, value)
			l.store.PutSecret("secret", text)
			l.store.Put("/listed/one", text)
		}
		change(1)
		for _, name := range []string{"/plain", "/secure", "/list", "/plain:1"} {
			l.parameter(g, name)
		}
		if _, err := g.Secret("secret"); err != nil {
			t.Fatal(err)
		}
		if _, err := g.Parameters(t.Context(), "/listed", registry.PathOptions{}); err != nil {
			t.Fatal(err)
		}
		l.parameter(l.group(registry.GroupConfig{Name: "encrypted", NoDecryption: true}), "/secure")
		l.parameter(l.group(registry.GroupConfig{Name: "garbled", Client: garbled{}}), "/plain")
		_ = l.Refresh(t.Context())
		change(2)
		_ = l.Refresh(t.Context())
		l.store.Fault(ssmtest.Fault{Name: "/plain", Panic: value, Times: 1})
		_ = g.Refresh(t.Context())
		synctest.Wait()

		p := l.page(status.Config{Refresh: true})
		for _, query := range []string{"", "?group=g", "?group=encrypted", "?group=garbled"} {
			for _, path := range []string{"/", "/status.json"} {
				answer := get(t, p, path+query)
				if i := strings.Index(answer, value); i >= 0 {
					t.Errorf("%s shows a value: …%s", path+query, answer[max(0, i-100):i])
				}
			}
		}
		all := report(t, p, "")
		kinds := map[string]bool{}
		for _, e := range all.Events {
			kinds[e.Kind] = true
		}
		if all.Total.Values != 7 || !kinds["changed"] || !kinds["failed"] {
			t.Errorf("there was no value to hide: %+v, %v", all.Total, kinds)
		}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
			if strings.Contains(fmt.Sprintf(verb+verb, p, &l.events), value) {
				t.Errorf("%s of the page or the events prints a value", verb)
			}
		}
		l.Close()
	})
}

func TestHostileNamesAreEscaped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t)
		g := l.group(registry.GroupConfig{Name: markup, Client: l.store.Client()})
		l.put(g, "/a")
		l.store.Fault(ssmtest.Fault{Err: errors.New(markup + " happened")})
		_ = g.Refresh(t.Context())
		l.group(registry.GroupConfig{Name: override})
		synctest.Wait()

		p := l.page(status.Config{Title: markup, Refresh: true})
		for _, query := range []string{"", "?group=" + escaped(markup)} {
			page := get(t, p, "/"+query)
			if strings.Contains(page, markup) || strings.Contains(page, "<script>") || strings.Count(page, "<script") != 1 {
				t.Errorf("%q: a name is part of the page's markup", query)
			}
			if got := strings.Count(html.UnescapeString(page), markup); got < 6 {
				t.Errorf("%q: the name is shown %d times, want 6 or more: title, heading, link, form, problem, event", query, got)
			}
			answer := get(t, p, "/status.json"+query)
			if strings.ContainsAny(answer, "<>&'") && strings.Contains(answer, "<script>") {
				t.Errorf("%q: the JSON has markup: %s", query, answer)
			}
			if got := report(t, p, query); got.Groups.Items[0].Name != markup {
				t.Errorf("%q: the JSON's name is %q", query, got.Groups.Items[0].Name)
			}
		}
		// A name that is written from right to left stays by itself.
		if page := get(t, p, "/"); !strings.Contains(page, "<bdi>"+override+"</bdi>") {
			t.Error("a right-to-left name is not isolated")
		}
		for _, target := range []string{"/?group=" + escaped(markup+"2"), "/?page=" + escaped(markup)} {
			if w := ask(p, http.MethodGet, target, nil); w.Code < 400 || strings.Contains(w.Body.String(), "alert") {
				t.Errorf("%s: %d %s", target, w.Code, w.Body)
			}
		}
		l.Close()
	})
}

func TestALongErrorIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t)
		g := l.group(registry.GroupConfig{Name: "g"})
		l.put(g, "/a")
		l.store.Fault(ssmtest.Fault{Err: errors.New("no\n\t" + strings.Repeat("é", 10_000))})
		_ = g.Refresh(t.Context())
		synctest.Wait()
		got := report(t, l.page(status.Config{}), "")
		want := "no " + strings.Repeat("é", 297) + "…"
		if got.Groups.Items[0].Problems.Items[0] != "/a: "+want || got.Events[0].Text != want {
			t.Errorf("the problem is %q, the event %q", got.Groups.Items[0].Problems.Items, got.Events[0].Text)
		}
		l.Close()
	})
}
