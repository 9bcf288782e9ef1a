package otel_test

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/benbjohnson/clock"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
	ssmotel "github.com/ssmcache/ssmcache/registry/otel"
)

func TestTheZeroConfigUsesTheGlobalProviders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		telemetry, err := ssmotel.New(ssmotel.Config{}) // the global providers do nothing yet
		if err != nil {
			t.Fatal(err)
		}
		store := ssmtest.New(ssmtest.Config{})
		store.Put("/a", "1")
		reg, err := registry.Open(t.Context(), registry.Config{Client: store.Client(), Observer: telemetry.Observer()})
		if err != nil {
			t.Fatal(err)
		}
		telemetry.Attach(reg)
		h, err := reg.Parameter("/a", registry.GroupConfig{})
		if err != nil {
			t.Fatal(err)
		}
		if text, err := h.Get(t.Context()); text != "1" || err != nil {
			t.Errorf("%q, %v", text, err)
		}
		if err := reg.Close(); err != nil {
			t.Error(err)
		}
		if err := telemetry.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestNewLeavesTheCallersAttributesAlone(t *testing.T) {
	given := []attribute.KeyValue{attribute.Int("b", 1), attribute.Int("a", 2)}
	kept := slices.Clone(given)
	if _, err := ssmotel.New(ssmotel.Config{Attributes: given}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(given, kept) {
		t.Errorf("%v became %v", kept, given)
	}
}

func TestAgesAreReadFromTheGivenClock(t *testing.T) {
	b, mock := newBackend(), clock.NewMock()
	telemetry, err := ssmotel.New(ssmotel.Config{MeterProvider: b.meters, TracerProvider: b.traces, Clock: mock})
	if err != nil {
		t.Fatal(err)
	}
	store := ssmtest.New(ssmtest.Config{Clock: mock})
	store.Put("/a", "1")
	reg, err := registry.Open(t.Context(), registry.Config{Client: store.Client(), Observer: telemetry.Observer(), Clock: mock})
	if err != nil {
		t.Fatal(err)
	}
	defer reg.Close()
	telemetry.Attach(reg)
	h, err := reg.Parameter("/a", registry.GroupConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Get(t.Context()); err != nil {
		t.Fatal(err)
	}
	mock.Add(70 * time.Second)
	if got := b.collected(t)["ssmcache.value.age"].Data.(metricdata.Gauge[float64]); got.DataPoints[0].Value != 70 {
		t.Errorf("age %v", got)
	}
}

// Collections while groups are made, fetched and closed are for the race
// detector.
func TestCollectionsRunBesideEverythingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, newBackend(), nil)
		l.store.Put("/a", "1")
		l.store.SetLatency(time.Millisecond)
		var work sync.WaitGroup
		work.Go(func() {
			for range 40 {
				l.collected(t)
				time.Sleep(time.Millisecond / 2)
			}
		})
		for i := range 20 {
			g := l.group(registry.GroupConfig{Name: "g"})
			h := l.parameter(g, "/a")
			work.Go(func() { _, _ = h.Get(t.Context()) })
			time.Sleep(time.Duration(i%3) * time.Millisecond)
			if err := g.Close(); err != nil {
				t.Error(err)
			}
		}
		work.Wait()
		for _, s := range l.fetches() {
			if len(s.Events) == 0 && attributesOf(s)["ssmcache.fetch.calls"] == nil {
				t.Errorf("a span with neither outcome nor event: %v", s)
			}
		}
	})
}
