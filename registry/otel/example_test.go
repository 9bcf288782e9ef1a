package otel_test

import (
	"context"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
	ssmotel "github.com/ssmcache/ssmcache/registry/otel"
)

// must keeps the samples short. A program returns its errors.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func ExampleTelemetry() {
	ctx := context.Background()
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/app/db/host", "db.internal")

	spans := tracetest.NewInMemoryExporter() // or OTLP
	traces := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans))
	telemetry := must(ssmotel.New(ssmotel.Config{TracerProvider: traces}))
	reg := must(registry.Open(ctx, registry.Config{Client: store.Client(), Observer: telemetry.Observer()}))
	telemetry.Attach(reg)

	group := must(reg.Group(registry.GroupConfig{Name: "db", MaxAge: 5 * time.Minute}))
	host := must(group.Parameter("/app/db/host"))
	request, span := traces.Tracer("server").Start(ctx, "GET /")
	must(host.Get(request))
	span.End()
	_ = reg.Close() // ends the spans of fetches

	for _, s := range spans.GetSpans() {
		linked := len(s.Links) == 1 && s.Links[0].SpanContext.Equal(span.SpanContext())
		fmt.Println(s.Name, linked)
	}
	// Unordered output:
	// GET / false
	// ssmcache.fetch true
}

func ExampleNew() {
	ctx := context.Background()
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/app/db/host", "db.internal")

	reader := sdkmetric.NewManualReader() // or a periodic one with an exporter
	telemetry := must(ssmotel.New(ssmotel.Config{
		MeterProvider: sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)),
		Attributes:    []attribute.KeyValue{attribute.String("cloud.region", "eu-central-1")},
	}))
	reg := must(registry.Open(ctx, registry.Config{Client: store.Client(), Observer: telemetry.Observer()}))
	defer reg.Close()
	telemetry.Attach(reg)
	must(must(reg.Parameter("/app/db/host", registry.GroupConfig{Name: "db", MaxAge: time.Hour})).Get(ctx))

	var all metricdata.ResourceMetrics
	_ = reader.Collect(ctx, &all)
	for _, m := range all.ScopeMetrics[0].Metrics {
		if m.Name == "ssmcache.api.calls" {
			fmt.Println(m.Name, m.Data.(metricdata.Sum[int64]).DataPoints[0].Value)
		}
	}
	// Output: ssmcache.api.calls 1
}

func ExampleTelemetry_Observer() {
	telemetry := must(ssmotel.New(ssmotel.Config{}))
	store := ssmtest.New(ssmtest.Config{})
	reg := must(registry.Open(context.Background(), registry.Config{
		Client: store.Client(),
		Observer: registry.Observers(telemetry.Observer(), &registry.Observer{
			GroupOpened: func(e registry.GroupOpened) { fmt.Println("opened", e.Group) },
		}),
	}))
	telemetry.Attach(reg)
	must(reg.Group(registry.GroupConfig{Name: "db"}))
	_ = reg.Close()
	// Output: opened db
}

// A program that opens a registry anew attaches the new one.
func ExampleTelemetry_Attach() {
	telemetry := must(ssmotel.New(ssmotel.Config{}))
	for range 2 {
		store := ssmtest.New(ssmtest.Config{})
		reg := must(registry.Open(context.Background(), registry.Config{Client: store.Client(), Observer: telemetry.Observer()}))
		telemetry.Attach(reg)
		fmt.Println(len(reg.Groups()), "groups", reg.Close())
	}
	fmt.Println(telemetry.Close())
	// Output:
	// 0 groups <nil>
	// 0 groups <nil>
	// <nil>
}
