package otel_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
)

// attributesOf returns a span's attributes by key.
func attributesOf(s tracetest.SpanStub) map[attribute.Key]any {
	all := map[attribute.Key]any{}
	for _, a := range s.Attributes {
		all[a.Key] = a.Value.AsInterface()
	}
	return all
}

func hasAttributes(t *testing.T, s tracetest.SpanStub, want map[attribute.Key]any) {
	t.Helper()
	if got := attributesOf(s); !maps.Equal(got, want) {
		t.Errorf("attributes: got %v, want %v", got, want)
	}
}

// linkedTo fails unless the span is a root linked to exactly the given one.
func linkedTo(t *testing.T, s tracetest.SpanStub, caller trace.Span) {
	t.Helper()
	if len(s.Links) != 1 || !s.Links[0].SpanContext.Equal(caller.SpanContext()) {
		t.Errorf("links %v, want one to %v", s.Links, caller.SpanContext())
	}
	if s.Parent.IsValid() || s.SpanContext.TraceID() == caller.SpanContext().TraceID() {
		t.Errorf("the span has parent %v and trace %v", s.Parent, s.SpanContext.TraceID())
	}
}

func TestAFetchHasASpanLinkedToTheCallerThatCausedIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, newBackend(), nil)
		g := l.group(registry.GroupConfig{Name: "db", MaxAge: time.Hour, Mode: registry.RefreshOnRead})
		l.store.Put("/a", "1")
		l.store.Put("/list/b", "2")
		l.store.SetLatency(70 * time.Millisecond)
		began := time.Now()
		reader, span := l.caller("read")
		l.parameter(g, "/missing")
		h := l.parameter(g, "/a")
		if _, err := g.Parameters(reader, "/list", registry.PathOptions{}); err != nil {
			t.Fatal(err)
		}
		l.get(reader, h) // cached
		synctest.Wait()
		all := l.fetches()
		if len(all) != 1 {
			t.Fatalf("%d spans of one fetch", len(all))
		}
		s := all[0]
		linkedTo(t, s, span)
		if s.SpanKind != trace.SpanKindInternal || s.Status.Code != codes.Unset {
			t.Errorf("kind %v, status %v", s.SpanKind, s.Status)
		}
		if !s.StartTime.Equal(began) || !s.EndTime.Equal(began.Add(70*time.Millisecond)) {
			t.Errorf("from %v to %v", s.StartTime.Sub(began), s.EndTime.Sub(began))
		}
		hasAttributes(t, s, map[attribute.Key]any{
			"ssmcache.group.name": "db", "ssmcache.fetch.refresh": false,
			"ssmcache.fetch.names": int64(2), "ssmcache.fetch.paths": int64(1), "ssmcache.fetch.calls": int64(2), "ssmcache.fetch.throttled": int64(0),
			"ssmcache.fetch.found": int64(2), "ssmcache.fetch.not_found": int64(1), "ssmcache.fetch.failed": int64(0), "ssmcache.fetch.changed": int64(0),
		})
	})
}

func TestAnExplicitRefreshsSpanSaysWhatChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, newBackend(), nil)
		g := l.group(registry.GroupConfig{Name: "db"})
		l.store.Put("/a", "1")
		l.get(t.Context(), l.parameter(g, "/a"))
		l.store.Put("/a", "2")
		ctx, span := l.caller("refresh")
		if err := g.Refresh(ctx); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		all := l.fetches()
		if len(all) != 2 {
			t.Fatalf("%d spans", len(all))
		}
		if len(all[0].Links) != 0 {
			t.Errorf("a caller without a span is linked: %v", all[0].Links)
		}
		linkedTo(t, all[1], span)
		if got := attributesOf(all[1]); got["ssmcache.fetch.changed"] != int64(1) || got["ssmcache.fetch.refresh"] != true {
			t.Errorf("attributes %v", got)
		}
	})
}

func TestABackgroundRefreshsSpanHasNoLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, newBackend(), nil)
		g := l.group(registry.GroupConfig{Name: "db", MaxAge: time.Minute, Mode: registry.RefreshAhead})
		l.store.Put("/a", "1")
		ctx, span := l.caller("read")
		l.get(ctx, l.parameter(g, "/a"))
		time.Sleep(time.Minute)
		synctest.Wait()
		all := l.fetches()
		if len(all) < 2 {
			t.Fatalf("%d spans", len(all))
		}
		linkedTo(t, all[0], span)
		for _, s := range all[1:] {
			if len(s.Links) != 0 || s.Parent.IsValid() || attributesOf(s)["ssmcache.fetch.refresh"] != true {
				t.Errorf("a background refresh: links %v, parent %v, attributes %v", s.Links, s.Parent, s.Attributes)
			}
		}
	})
}

func TestAReadOfAnExpiredGroupIsTheCauseOfItsRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, newBackend(), nil)
		g := l.group(registry.GroupConfig{Name: "db", MaxAge: time.Minute, Mode: registry.RefreshOnRead})
		l.store.Put("/a", "1")
		h := l.parameter(g, "/a")
		l.get(t.Context(), h)
		time.Sleep(2 * time.Minute)
		ctx, span := l.caller("read")
		l.get(ctx, h)
		synctest.Wait()
		all := l.fetches()
		if len(all) != 2 {
			t.Fatalf("%d spans", len(all))
		}
		linkedTo(t, all[1], span)
	})
}

func TestCallsOfAnInstrumentedClientNestInTheFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBackend()
		var l *lab
		instrumented := b.traces.Tracer("sdk")
		l = open(t, b, client{get: func(ctx context.Context, in *ssm.GetParametersInput) (*ssm.GetParametersOutput, error) {
			ctx, span := instrumented.Start(ctx, "SSM.GetParameters", trace.WithSpanKind(trace.SpanKindClient))
			defer span.End()
			return l.store.Client().GetParameters(ctx, in)
		}})
		l.store.Put("/a", "1")
		l.get(t.Context(), l.parameter(l.group(registry.GroupConfig{}), "/a"))
		synctest.Wait()
		all := l.spans.GetSpans()
		call := slices.IndexFunc(all, func(s tracetest.SpanStub) bool { return s.Name == "SSM.GetParameters" })
		if call < 0 || len(all) != 2 {
			t.Fatalf("spans: %v", all)
		}
		if fetch := all[1-call]; all[call].Parent.SpanID() != fetch.SpanContext.SpanID() || fetch.Parent.IsValid() {
			t.Errorf("the call's parent is %v, the fetch is %v with parent %v", all[call].Parent, fetch.SpanContext, fetch.Parent)
		}
	})
}

func TestAFailedFetchsSpanSaysWhy(t *testing.T) {
	for _, test := range []struct {
		name  string
		fault ssmtest.Fault
		kind  string
	}{
		{"an API error", ssmtest.Fault{Code: "ThrottlingException"}, "ThrottlingException"},
		{"a panic", ssmtest.Fault{Panic: "boom"}, "panic"},
		{"another error", ssmtest.Fault{Err: errors.New("no route")}, "_OTHER"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := open(t, newBackend(), nil)
				l.store.Fault(test.fault)
				h := l.parameter(l.group(registry.GroupConfig{Name: "db", Mode: registry.RefreshOnRead}), "/a")
				_, err := h.Get(t.Context())
				if err == nil {
					t.Fatal("no failure")
				}
				synctest.Wait()
				all := l.fetches()
				if len(all) != 1 {
					t.Fatalf("%d spans", len(all))
				}
				s := all[0]
				if s.Status.Code != codes.Error || s.Status.Description == "" {
					t.Errorf("status %v of %v", s.Status, err)
				}
				if got := attributesOf(s); got["error.type"] != test.kind || got["ssmcache.fetch.failed"] != int64(1) {
					t.Errorf("attributes %v", got)
				}
			})
		})
	}
}

func TestANameThatIsNotFoundIsNoFailedFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, newBackend(), nil)
		if _, err := l.parameter(l.group(registry.GroupConfig{}), "/missing").Get(t.Context()); err == nil {
			t.Fatal("found")
		}
		synctest.Wait()
		s := l.fetches()[0]
		got := attributesOf(s)
		if _, typed := got["error.type"]; typed || s.Status.Code != codes.Unset || got["ssmcache.fetch.not_found"] != int64(1) {
			t.Errorf("status %v, attributes %v", s.Status, got)
		}
	})
}

func TestCloseEndsTheSpanOfAFetchThatItInterrupts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBackend()
		l, other := open(t, b, nil), open(t, b, nil)
		began := time.Now()
		for _, l := range []*lab{l, other} {
			l.store.Fault(ssmtest.Fault{Hang: true})
			h := l.parameter(l.group(registry.GroupConfig{Name: "db"}), "/a")
			go h.Get(t.Context())
		}
		time.Sleep(3 * time.Second)
		if err := l.Registry.Close(); err != nil {
			t.Fatal(err)
		}
		all := l.fetches()
		if len(all) != 1 {
			t.Fatalf("%d spans have ended, want that of the closed group alone", len(all))
		}
		s := all[0]
		if len(s.Events) != 1 || s.Events[0].Name != "ssmcache.group.closed" || s.EndTime.Sub(began) != 3*time.Second || s.Status.Code != codes.Unset {
			t.Errorf("events %v, ended after %v, status %v", s.Events, s.EndTime.Sub(began), s.Status)
		}
		if err := other.Registry.Close(); err != nil {
			t.Fatal(err)
		}
		if n := len(l.fetches()); n != 2 {
			t.Errorf("%d spans have ended, want 2", n)
		}
	})
}

func TestOneObserverServesSeveralRegistriesWithOneGroupName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, newBackend(), nil)
		second, err := registry.Open(t.Context(), registry.Config{Client: l.store.Client(), Observer: l.Observer()})
		if err != nil {
			t.Fatal(err)
		}
		l.store.SetLatency(time.Second)
		l.store.Put("/a", "1")
		h := l.parameter(l.group(registry.GroupConfig{Name: "db"}), "/a")
		go h.Get(t.Context())
		if _, err := second.Group(registry.GroupConfig{Name: "db"}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if err := second.Close(); err != nil {
			t.Fatal(err)
		}
		if n := len(l.fetches()); n != 0 {
			t.Fatalf("another registry's Close ended %d spans", n)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if all := l.fetches(); len(all) != 1 || len(all[0].Events) != 0 || attributesOf(all[0])["ssmcache.fetch.found"] != int64(1) {
			t.Errorf("spans %v", all)
		}
	})
}

func TestTwoTelemetriesInOneRegistryEndTheirOwnSpans(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := open(t, newBackend(), nil), open(t, newBackend(), nil)
		reg, err := registry.Open(t.Context(), registry.Config{
			Client: first.store.Client(), Observer: registry.Observers(first.Observer(), second.Observer()),
		})
		if err != nil {
			t.Fatal(err)
		}
		first.store.Put("/a", "1")
		h, err := reg.Parameter("/a", registry.GroupConfig{})
		if err != nil {
			t.Fatal(err)
		}
		first.get(t.Context(), h)
		if err := reg.Close(); err != nil {
			t.Fatal(err)
		}
		for i, l := range []*lab{first, second} {
			if all := l.fetches(); len(all) != 1 || attributesOf(all[0])["ssmcache.fetch.found"] != int64(1) {
				t.Errorf("telemetry %d: %v", i, all)
			}
		}
	})
}

func TestConfiguredAttributesAreOnEverySpan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, newBackend(), nil, attribute.String("cloud.region", "eu-central-1"))
		l.store.Put("/a", "1")
		l.get(t.Context(), l.parameter(l.group(registry.GroupConfig{}), "/a"))
		synctest.Wait()
		if got := attributesOf(l.fetches()[0])["cloud.region"]; got != "eu-central-1" {
			t.Errorf("cloud.region is %v", got)
		}
	})
}
