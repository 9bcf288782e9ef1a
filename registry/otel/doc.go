// Package otel gives OpenTelemetry the metrics of a registry, and a span per
// fetch:
//
//	telemetry, err := ssmotel.New(ssmotel.Config{})
//	reg, err := registry.Open(ctx, registry.Config{Observer: telemetry.Observer()})
//	telemetry.Attach(reg)
//
// Import it under a name of its own, such as ssmotel: its name is that of
// go.opentelemetry.io/otel.
//
// # Spans
//
// A span named ssmcache.fetch covers each fetch. Many callers share a fetch and
// it outlives any of them, so that it is a root span, linked to the span of the
// caller that caused it. A background refresh has no link. The API calls are
// made under the span: those of an instrumented AWS SDK nest in it. A cached
// read makes no span.
//
//	ssmcache.group.name       the group
//	ssmcache.fetch.refresh    whether the group was refreshed; otherwise only what was missing was fetched
//	ssmcache.fetch.names      names asked for
//	ssmcache.fetch.paths      paths listed
//	ssmcache.fetch.calls      API calls made
//	ssmcache.fetch.throttled  times that the store throttled one, those that the SDK then sent again included
//	ssmcache.fetch.found      names with a value, and paths with a listing
//	ssmcache.fetch.not_found  names that the store does not know
//	ssmcache.fetch.failed     names and paths that failed otherwise
//	ssmcache.fetch.changed    values that replaced another value
//	error.type                the API's error code; panic, or _OTHER
//
// The status of a span is an error if the fetch made the group back off; its
// description may name parameters. A fetch that the group's Close interrupts
// ends with an event, ssmcache.group.closed.
//
// # Metrics
//
// All have the attribute ssmcache.group.name: give groups names
// ([registry.GroupConfig]), since generated ones depend on the order in which
// groups are made.
//
//	ssmcache.fetch.duration   s            histogram; error.type where a fetch made the group back off. Its count is that of fetches
//	ssmcache.api.calls        {call}       API calls
//	ssmcache.api.throttles    {throttle}   times that the store throttled one, those that the SDK then sent again included
//	ssmcache.api.abandonments {call}       of them, those that ignored the end of their context
//	ssmcache.value.changes    {change}     values that replaced another value
//	ssmcache.value.count      {value}      parameters with a value that may be served
//	ssmcache.value.age        s            since the start of the oldest fetch that the group's age counts from
//	ssmcache.parameter.count  {parameter}  parameters asked for by name or listed
//	ssmcache.path.count       {path}       paths listed
//	ssmcache.group.status     {group}      1 for the group's ssmcache.group.state: cold, fresh, stale, failing; 0 for the others
//
// No metric, span, attribute or error has a parameter's value.
//
// # Cost
//
// A cached read costs nothing more. A collection of the metrics takes time that
// grows with the number of parameters. The package starts no goroutine.
package otel
