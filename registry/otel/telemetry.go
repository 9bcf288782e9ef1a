package otel

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/benbjohnson/clock"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/ssmcache/ssmcache/registry"
)

// scope names the instrumentation.
const scope = "github.com/ssmcache/ssmcache/registry/otel"

// Config says where metrics and spans go. The zero Config uses the global
// providers.
type Config struct {
	MeterProvider  metric.MeterProvider // nil: otel.GetMeterProvider(); the no-op provider gives no metrics
	TracerProvider trace.TracerProvider // nil: otel.GetTracerProvider(); the no-op provider gives no spans
	Attributes     []attribute.KeyValue // on every measurement and span: which registry it is, where there are several
	Clock          clock.Clock          // the registry's, for the age of values; nil: the real clock
}

// Telemetry is the instrumentation of one registry. Several registries take one
// each, with different Attributes. All methods are safe for concurrent use.
type Telemetry struct {
	clock  clock.Clock                       // constant
	common attribute.Set                     // constant
	meters *meters                           // constant
	spans  *spans                            // locks itself
	hook   metric.Registration               // constant
	reg    atomic.Pointer[registry.Registry] // Attach stores, the metrics' callback loads; nil: none yet
}

// New returns a Telemetry without a registry. Its Observer belongs into the
// registry's Config, and the open registry to Attach. It does not block. An
// error is one of the meter provider's.
func New(cfg Config) (*Telemetry, error) {
	if cfg.MeterProvider == nil {
		cfg.MeterProvider = otel.GetMeterProvider()
	}
	if cfg.TracerProvider == nil {
		cfg.TracerProvider = otel.GetTracerProvider()
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.New()
	}
	t := &Telemetry{clock: cfg.Clock, common: attribute.NewSet(slices.Clone(cfg.Attributes)...)}
	meter := cfg.MeterProvider.Meter(scope, metric.WithInstrumentationVersion(registry.Version()))
	var err error
	if t.meters, err = newMeters(meter); err != nil {
		return nil, fmt.Errorf("ssmcache: otel: %w", err)
	}
	if t.hook, err = meter.RegisterCallback(t.observe, t.meters.observables()...); err != nil {
		return nil, fmt.Errorf("ssmcache: otel: %w", err)
	}
	t.spans = &spans{
		tracer: cfg.TracerProvider.Tracer(scope, trace.WithInstrumentationVersion(registry.Version())),
		open:   map[*span]bool{},
	}
	return t, nil
}

// Close ends the metrics that come from the registry's Stats. It closes neither
// the registry nor the providers, and does not block. Close the registry first,
// so that every span has ended.
func (t *Telemetry) Close() error { return t.hook.Unregister() }

// Observer returns what [registry.Config] takes; [registry.Observers] joins it
// with others. It makes the spans and records how long fetches take.
func (t *Telemetry) Observer() *registry.Observer {
	return &registry.Observer{
		FetchStarted: func(ctx context.Context, e registry.FetchStarted) context.Context {
			return t.spans.start(ctx, e, t.common.ToSlice())
		},
		FetchDone: func(ctx context.Context, e registry.FetchDone) {
			// The group may be closing, which ends ctx.
			t.meters.durations.Record(context.WithoutCancel(ctx), e.Duration.Seconds(), metric.WithAttributeSet(t.with(append(failure(e.Err), group(e.Group))...)))
			t.spans.end(ctx, e)
		},
		GroupClosed: func(e registry.GroupClosed) { t.spans.interrupt(e) },
	}
}

// Attach makes reg the registry whose Stats are collected, in place of an
// earlier one. Before it is called, and after reg is closed, there are no
// metrics but those of fetches.
func (t *Telemetry) Attach(reg *registry.Registry) { t.reg.Store(reg) }

// with returns more and the attributes that all have.
func (t *Telemetry) with(more ...attribute.KeyValue) attribute.Set {
	return attribute.NewSet(append(t.common.ToSlice(), more...)...)
}
