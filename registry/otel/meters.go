package otel

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/metric"

	"github.com/ssmcache/ssmcache/actor"
	"github.com/ssmcache/ssmcache/registry"
)

// durationBuckets are the histogram's upper bounds in seconds: from one call of
// 10 ms to a listing of thousands of pages under throttling.
var durationBuckets = []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}

var states = []actor.State{actor.StateCold, actor.StateFresh, actor.StateStale, actor.StateFailing}

// meters are the instruments.
type meters struct {
	durations metric.Float64Histogram
	numbers   []number
	status    metric.Int64ObservableUpDownCounter
	age       metric.Float64ObservableGauge
}

// number is an instrument of one number of each group's statistics.
type number struct {
	instrument metric.Int64Observable
	of         func(*registry.GroupStats) int64
}

func newMeters(meter metric.Meter) (*meters, error) {
	m := &meters{}
	var errs []error
	counter := func(name, unit, what string, of func(*registry.GroupStats) int64) {
		c, err := meter.Int64ObservableCounter(name, metric.WithUnit(unit), metric.WithDescription(what))
		m.numbers, errs = append(m.numbers, number{c, of}), append(errs, err)
	}
	count := func(name, unit, what string, of func(*registry.GroupStats) int64) {
		c, err := meter.Int64ObservableUpDownCounter(name, metric.WithUnit(unit), metric.WithDescription(what))
		m.numbers, errs = append(m.numbers, number{c, of}), append(errs, err)
	}
	counter("ssmcache.api.calls", "{call}", "Calls of the Parameter Store API.",
		func(g *registry.GroupStats) int64 { return g.Calls })
	counter("ssmcache.api.throttles", "{throttle}", "Times that Parameter Store throttled a call, those that the AWS SDK then sent again included.",
		func(g *registry.GroupStats) int64 { return g.Throttled })
	counter("ssmcache.api.abandonments", "{call}", "Calls of the Parameter Store API that ignored the end of their context.",
		func(g *registry.GroupStats) int64 { return g.Abandoned })
	counter("ssmcache.value.changes", "{change}", "Values that replaced another value.",
		func(g *registry.GroupStats) int64 { return g.Changes })
	count("ssmcache.value.count", "{value}", "Parameters with a value that may be served.",
		func(g *registry.GroupStats) int64 { return int64(g.Values) })
	count("ssmcache.parameter.count", "{parameter}", "Parameters asked for by name or listed.",
		func(g *registry.GroupStats) int64 { return int64(g.Parameters) })
	count("ssmcache.path.count", "{path}", "Paths listed.",
		func(g *registry.GroupStats) int64 { return int64(g.Paths) })

	var err error
	m.status, err = meter.Int64ObservableUpDownCounter("ssmcache.group.status", metric.WithUnit("{group}"),
		metric.WithDescription("1 for the state that the group is in, 0 for the others."))
	errs = append(errs, err)
	m.age, err = meter.Float64ObservableGauge("ssmcache.value.age", metric.WithUnit("s"),
		metric.WithDescription("Time since the start of the oldest fetch that the group's age counts from."))
	errs = append(errs, err)
	m.durations, err = meter.Float64Histogram("ssmcache.fetch.duration", metric.WithUnit("s"),
		metric.WithDescription("How long fetches took, waits for a slot included."), metric.WithExplicitBucketBoundaries(durationBuckets...))
	return m, errors.Join(append(errs, err)...)
}

// observables are the instruments that a callback reports.
func (m *meters) observables() []metric.Observable {
	all := []metric.Observable{m.status, m.age}
	for _, n := range m.numbers {
		all = append(all, n.instrument)
	}
	return all
}

// observe reports the statistics of all groups that are open.
func (t *Telemetry) observe(_ context.Context, o metric.Observer) error {
	reg := t.reg.Load()
	if reg == nil {
		return nil
	}
	now := t.clock.Now()
	for _, g := range reg.Stats().Groups {
		in := metric.WithAttributeSet(t.with(group(g.Name)))
		for _, n := range t.meters.numbers {
			o.ObserveInt64(n.instrument, n.of(&g), in)
		}
		for _, s := range states {
			is := int64(0)
			if g.State == s {
				is = 1
			}
			o.ObserveInt64(t.meters.status, is, metric.WithAttributeSet(t.with(group(g.Name), state.String(string(s)))))
		}
		if !g.Oldest.IsZero() {
			o.ObserveFloat64(t.meters.age, now.Sub(g.Oldest).Seconds(), in)
		}
	}
	return nil
}
