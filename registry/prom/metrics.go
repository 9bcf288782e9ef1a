package prom

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/ssmcache/ssmcache/actor"
	"github.com/ssmcache/ssmcache/registry"
)

const (
	groupLabel = "group"
	stateLabel = "state"
)

// metric is one number of each group's statistics.
type metric struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	of   func(*registry.GroupStats) int64
}

var metrics = []metric{
	gauge("ssmcache_parameters", "Parameters asked for by name or listed.",
		func(g *registry.GroupStats) int64 { return int64(g.Parameters) }),
	gauge("ssmcache_values", "Parameters with a value that may be served.",
		func(g *registry.GroupStats) int64 { return int64(g.Values) }),
	gauge("ssmcache_paths", "Paths listed.",
		func(g *registry.GroupStats) int64 { return int64(g.Paths) }),
	counter("ssmcache_fetches_total", "Fetches that have ended.",
		func(g *registry.GroupStats) int64 { return g.Fetches }),
	counter("ssmcache_fetch_failures_total", "Fetches that made the group back off.",
		func(g *registry.GroupStats) int64 { return g.Failures }),
	counter("ssmcache_api_calls_total", "Calls of the Parameter Store API.",
		func(g *registry.GroupStats) int64 { return g.Calls }),
	counter("ssmcache_api_throttles_total", "Times that Parameter Store throttled a call, those that the AWS SDK then sent again included.",
		func(g *registry.GroupStats) int64 { return g.Throttled }),
	counter("ssmcache_abandoned_api_calls_total", "Calls of the Parameter Store API that ignored the end of their context.",
		func(g *registry.GroupStats) int64 { return g.Abandoned }),
	counter("ssmcache_value_changes_total", "Values that replaced another value.",
		func(g *registry.GroupStats) int64 { return g.Changes }),
}

var (
	stateDesc  = describe("ssmcache_group_state", "1 for the state that the group is in, 0 for the others.", stateLabel)
	oldestDesc = describe("ssmcache_oldest_fetch_timestamp_seconds", "Start of the oldest fetch that the group's age counts from, in seconds since 1970.")
)

var states = []actor.State{actor.StateCold, actor.StateFresh, actor.StateStale, actor.StateFailing}

func gauge(name, help string, of func(*registry.GroupStats) int64) metric {
	return metric{describe(name, help), prometheus.GaugeValue, of}
}

func counter(name, help string, of func(*registry.GroupStats) int64) metric {
	return metric{describe(name, help), prometheus.CounterValue, of}
}

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, append([]string{groupLabel}, labels...), nil)
}

// collect sends the metrics of one group.
func collect(g registry.GroupStats, sent chan<- prometheus.Metric) {
	group := labelOf(g.Name)
	for _, m := range metrics {
		sent <- prometheus.MustNewConstMetric(m.desc, m.kind, float64(m.of(&g)), group)
	}
	for _, state := range states {
		is := 0.0
		if g.State == state {
			is = 1
		}
		sent <- prometheus.MustNewConstMetric(stateDesc, prometheus.GaugeValue, is, group, string(state))
	}
	if !g.Oldest.IsZero() {
		seconds := float64(g.Oldest.UnixNano()) / 1e9
		sent <- prometheus.MustNewConstMetric(oldestDesc, prometheus.GaugeValue, seconds, group)
	}
}
