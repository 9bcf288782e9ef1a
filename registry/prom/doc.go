// Package prom gives Prometheus the metrics of a registry:
//
//	metrics := prom.NewCollector()
//	reg, err := registry.Open(ctx, registry.Config{Observer: metrics.Observer()})
//	metrics.Attach(reg)
//	prometheus.MustRegister(metrics)
//
// All metrics have a group label: give groups names ([registry.GroupConfig]),
// since generated ones depend on the order in which groups are made. A group's
// series end when it is closed.
//
//	ssmcache_parameters                      parameters asked for by name or listed
//	ssmcache_values                          of them, those with a value that may be served
//	ssmcache_paths                           paths listed
//	ssmcache_group_state                     1 for the state that the group is in, by the state label: cold, fresh, stale, failing
//	ssmcache_oldest_fetch_timestamp_seconds  start of the oldest fetch that the group's age counts from; absent before there is one
//	ssmcache_fetches_total                   fetches that have ended
//	ssmcache_fetch_failures_total            of them, those that made the group back off
//	ssmcache_fetch_duration_seconds          a histogram of how long they took
//	ssmcache_api_calls_total                 API calls
//	ssmcache_api_throttles_total             times that the store throttled one, those that the SDK then sent again included
//	ssmcache_abandoned_api_calls_total       of them, those that ignored the end of their context
//	ssmcache_value_changes_total             values that replaced another value
//
// No metric, label or error has a parameter's value or name.
//
// An alert on configuration that is no longer refreshed:
//
//	time() - ssmcache_oldest_fetch_timestamp_seconds > 900
//
// Leave out, by the group label, groups without a MaxAge and those that refresh
// on read: they grow old by themselves.
//
// # Cost
//
// A cached read costs nothing more. A scrape takes time that grows with the
// number of parameters. The package starts no goroutine.
package prom
