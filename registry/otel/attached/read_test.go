package attached

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
	ssmotel "github.com/ssmcache/ssmcache/registry/otel"
	"github.com/ssmcache/ssmcache/registry/prom"
)

// site is a registry on a store in memory with one parameter, and what may be
// attached to it.
type site struct {
	store  *ssmtest.Store
	handle *handle.Handle
	events atomic.Int64 // of the Observer

	prom  *prometheus.Registry
	meter *sdkmetric.ManualReader
	spans *tracetest.InMemoryExporter
}

// newSite returns a site with its parameter in memory. Its registry is closed
// when the test ends.
func newSite(t testing.TB, observed bool, mode registry.RefreshMode) *site {
	t.Helper()
	s := &site{
		store: ssmtest.New(ssmtest.Config{}),
		prom:  prometheus.NewRegistry(), meter: sdkmetric.NewManualReader(), spans: tracetest.NewInMemoryExporter(),
	}
	s.store.Put("/app/db/host", "db.internal")
	cfg := registry.Config{Client: s.store.Client()}
	attach := func(*registry.Registry) {}
	if observed {
		cfg.Observer, attach = s.observe(t)
	}
	reg, err := registry.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := reg.Close(); err != nil {
			t.Error(err)
		}
	})
	attach(reg)
	if s.handle, err = reg.Parameter("/app/db/host", registry.GroupConfig{Name: "db", MaxAge: time.Hour, Mode: mode}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.handle.Get(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// observe returns an Observer of all three kinds, and what attaches a registry.
func (s *site) observe(t testing.TB) (*registry.Observer, func(*registry.Registry)) {
	t.Helper()
	metrics := prom.NewCollector()
	s.prom.MustRegister(metrics)
	telemetry, err := ssmotel.New(ssmotel.Config{
		MeterProvider:  sdkmetric.NewMeterProvider(sdkmetric.WithReader(s.meter)),
		TracerProvider: sdktrace.NewTracerProvider(sdktrace.WithSyncer(s.spans)),
	})
	if err != nil {
		t.Fatal(err)
	}
	plain := &registry.Observer{
		GroupOpened:  func(registry.GroupOpened) { s.events.Add(1) },
		GroupClosed:  func(registry.GroupClosed) { s.events.Add(1) },
		FetchStarted: func(ctx context.Context, _ registry.FetchStarted) context.Context { s.events.Add(1); return ctx },
		FetchDone:    func(context.Context, registry.FetchDone) { s.events.Add(1) },
		ValueChanged: func(registry.ValueChanged) { s.events.Add(1) },
		StaleBegan:   func(registry.StaleBegan) { s.events.Add(1) },
		StaleEnded:   func(registry.StaleEnded) { s.events.Add(1) },
	}
	return registry.Observers(plain, metrics.Observer(), telemetry.Observer()), func(reg *registry.Registry) {
		metrics.Attach(reg)
		telemetry.Attach(reg)
	}
}

var modes = []registry.RefreshMode{registry.RefreshAhead, registry.RefreshOnRead}

func TestACachedReadDoesNotAllocateWhateverIsAttached(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel() // a read that waited would fail
	for _, mode := range modes {
		for _, observed := range []bool{false, true} {
			s := newSite(t, observed, mode)
			failed := false
			allocs := testing.AllocsPerRun(1000, func() {
				text, err := s.handle.Get(ended)
				failed = failed || err != nil || text != "db.internal"
			})
			if allocs != 0 || failed {
				t.Errorf("%v, observed %v: %v allocations, failed: %v", mode, observed, allocs, failed)
			}
			if n := s.store.CallCount(); n != 1 {
				t.Errorf("%v, observed %v: %d API calls", mode, observed, n)
			}
		}
	}
}

func TestACachedReadTellsNobody(t *testing.T) {
	for _, mode := range modes {
		synctest.Test(t, func(t *testing.T) {
			s := newSite(t, true, mode)
			synctest.Wait()
			want := told{events: 3, scraped: 1, collected: 1, spans: 1} // events: opened, started, done
			if got := s.told(t); got != want {
				t.Fatalf("%v: told %+v of one fetch, want %+v", mode, got, want)
			}
			for range 1000 {
				if _, err := s.handle.Get(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			synctest.Wait()
			if got := s.told(t); got != want {
				t.Errorf("%v: told %+v after 1,000 reads, want %+v", mode, got, want)
			}
		})
	}
}

// told is how often each of what is attached was told something.
type told struct {
	events    int64
	scraped   uint64 // fetches, by Prometheus
	collected uint64 // fetches, by OpenTelemetry
	spans     int
}

func (s *site) told(t *testing.T) told {
	t.Helper()
	got := told{events: s.events.Load(), spans: len(s.spans.GetSpans())}
	families, err := s.prom.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			got.scraped += m.GetHistogram().GetSampleCount()
		}
	}
	var all metricdata.ResourceMetrics
	if err := s.meter.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			if h, ok := m.Data.(metricdata.Histogram[float64]); ok {
				got.collected += h.DataPoints[0].Count
			}
		}
	}
	return got
}

// BenchmarkRead compares reads with nothing and with everything attached.
func BenchmarkRead(b *testing.B) {
	for _, mode := range modes {
		for _, observed := range []bool{false, true} {
			name := mode.String() + "/bare"
			if observed {
				name = mode.String() + "/observed"
			}
			b.Run(name+"/serial", func(b *testing.B) {
				s := newSite(b, observed, mode)
				ctx := b.Context()
				b.ReportAllocs()
				for b.Loop() {
					if _, err := s.handle.Get(ctx); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run(name+"/parallel", func(b *testing.B) {
				s := newSite(b, observed, mode)
				ctx := b.Context()
				b.ReportAllocs()
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						if _, err := s.handle.Get(ctx); err != nil {
							b.Error(err)
							return
						}
					}
				})
			})
		}
	}
}
