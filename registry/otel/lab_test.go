package otel_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
	ssmotel "github.com/ssmcache/ssmcache/registry/otel"
)

// backend keeps metrics and spans in memory.
type backend struct {
	reader *sdkmetric.ManualReader
	meters *sdkmetric.MeterProvider
	spans  *tracetest.InMemoryExporter
	traces *sdktrace.TracerProvider
}

func newBackend() *backend {
	b := &backend{reader: sdkmetric.NewManualReader(), spans: tracetest.NewInMemoryExporter()}
	b.meters = sdkmetric.NewMeterProvider(sdkmetric.WithReader(b.reader))
	b.traces = sdktrace.NewTracerProvider(sdktrace.WithSyncer(b.spans))
	return b
}

// lab is a registry on a store in memory, with a Telemetry attached.
type lab struct {
	*testing.T
	*backend
	store *ssmtest.Store
	*registry.Registry
	*ssmotel.Telemetry
}

// open returns a lab. Its registry is closed when the test ends. A nil client is
// the store's.
func open(t *testing.T, b *backend, client fetch.Client, attributes ...attribute.KeyValue) *lab {
	t.Helper()
	l := &lab{T: t, backend: b, store: ssmtest.New(ssmtest.Config{})}
	if client == nil {
		client = l.store.Client()
	}
	var err error
	l.Telemetry, err = ssmotel.New(ssmotel.Config{MeterProvider: b.meters, TracerProvider: b.traces, Attributes: attributes})
	if err != nil {
		t.Fatal(err)
	}
	l.Registry, err = registry.Open(t.Context(), registry.Config{Client: client, Observer: l.Observer()})
	if err != nil {
		t.Fatal(err)
	}
	l.Attach(l.Registry)
	t.Cleanup(func() {
		if err := l.Registry.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func (l *lab) group(cfg registry.GroupConfig) *registry.Group {
	l.Helper()
	g, err := l.Group(cfg)
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

func (l *lab) get(ctx context.Context, h *handle.Handle) {
	l.Helper()
	if _, err := h.Get(ctx); err != nil {
		l.Fatal(err)
	}
}

// caller returns a context within a new span of a caller.
func (l *lab) caller(name string) (context.Context, trace.Span) {
	return l.traces.Tracer("caller").Start(l.Context(), name)
}

// fetches returns the spans of fetches that have ended, the earliest first.
func (l *lab) fetches() []tracetest.SpanStub {
	var all []tracetest.SpanStub
	for _, s := range l.spans.GetSpans() {
		if s.Name == "ssmcache.fetch" {
			all = append(all, s)
		}
	}
	return all
}

// collected returns the metrics by name.
func (b *backend) collected(t *testing.T) map[string]metricdata.Metrics {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := b.reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	byName := map[string]metricdata.Metrics{}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			byName[m.Name] = m
		}
	}
	return byName
}

// client is a Client of two functions.
type client struct {
	get  func(context.Context, *ssm.GetParametersInput) (*ssm.GetParametersOutput, error)
	list func(context.Context, *ssm.GetParametersByPathInput) (*ssm.GetParametersByPathOutput, error)
}

func (c client) GetParameters(ctx context.Context, in *ssm.GetParametersInput, _ ...func(*ssm.Options)) (*ssm.GetParametersOutput, error) {
	return c.get(ctx, in)
}

func (c client) GetParametersByPath(ctx context.Context, in *ssm.GetParametersByPathInput, _ ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error) {
	return c.list(ctx, in)
}
