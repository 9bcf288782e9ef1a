package prom

import (
	"context"
	"strings"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/ssmcache/ssmcache/registry"
)

// Collector is a [prometheus.Collector] of one registry. Several registries take
// a Collector each, registered with different labels by
// [prometheus.WrapRegistererWith]. All methods are safe for concurrent use, and
// none blocks.
type Collector struct {
	durations *prometheus.HistogramVec          // constant; locks itself
	reg       atomic.Pointer[registry.Registry] // Attach stores, Collect loads; nil: none yet
}

// durationBuckets are the histogram's upper bounds in seconds: from one call of
// 10 ms to a listing of thousands of pages under throttling.
var durationBuckets = []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}

// NewCollector returns a Collector without a registry. Its Observer belongs into
// the registry's Config, and the open registry to Attach.
func NewCollector() *Collector {
	return &Collector{durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "ssmcache_fetch_duration_seconds",
		Help:    "How long fetches took, waits for a slot included.",
		Buckets: durationBuckets,
	}, []string{groupLabel})}
}

// Observer returns what [registry.Config] takes; [registry.Observers] joins it
// with others. It records how long fetches take.
func (c *Collector) Observer() *registry.Observer {
	return &registry.Observer{
		FetchDone: func(_ context.Context, e registry.FetchDone) {
			c.durations.WithLabelValues(labelOf(e.Group)).Observe(e.Duration.Seconds())
		},
		GroupClosed: func(e registry.GroupClosed) { c.durations.DeleteLabelValues(labelOf(e.Group)) },
	}
}

// Attach makes reg the registry whose Stats are collected, in place of an
// earlier one. Before it is called, and after reg is closed, there are no
// metrics of groups.
func (c *Collector) Attach(reg *registry.Registry) { c.reg.Store(reg) }

// Describe sends the descriptions of all metrics.
func (c *Collector) Describe(descs chan<- *prometheus.Desc) {
	for _, m := range metrics {
		descs <- m.desc
	}
	descs <- stateDesc
	descs <- oldestDesc
	c.durations.Describe(descs)
}

// Collect sends the metrics of all groups that are open.
func (c *Collector) Collect(sent chan<- prometheus.Metric) {
	if reg := c.reg.Load(); reg != nil {
		for _, g := range reg.Stats().Groups {
			collect(g, sent)
		}
	}
	c.durations.Collect(sent)
}

// labelOf returns a group's name as a label may be: in valid UTF-8.
func labelOf(group string) string { return strings.ToValidUTF8(group, "\uFFFD") }
