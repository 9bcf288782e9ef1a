// Package status is a page that shows what a registry is doing: its groups and
// their state, the parameters' names, types, versions and ages, and what has
// happened lately. It never shows a value.
//
//	var events status.Events
//	reg, err := registry.Open(ctx, registry.Config{Observer: events.Observer()})
//	page, err := status.New(status.Config{Registry: reg, Events: &events})
//	internal.Handle("/debug/ssmcache", page)
//
// # Where it belongs
//
// On a listener that only operators reach, beside pprof, or behind a check of
// who asks. The names of parameters and the texts of AWS errors (account
// numbers, roles, regions) are no secrets, but they tell a stranger where to
// look, and [Page] asks nobody who they are. A site that resolves its own name
// to the listener's address can read what an unguarded listener serves.
//
// Each process shows its own cache: behind a load balancer, the page would
// change with each request.
//
// # HTML and JSON
//
// The page answers on whatever path it is given: with JSON where the path ends
// in .json or the Accept header prefers application/json, else with HTML. The
// query group=NAME shows one group; page=N and limit=N choose a part of what is
// listed: groups, or the one group's parameters. Groups with trouble come first.
// The JSON is for scripts of operators: fields may be added to it.
//
// The HTML is complete without its script, which asks for the JSON every few
// seconds while somebody looks. No answer takes more space than its limit, but
// each takes time that grows with the number of parameters: about 0.1 s for
// 100,000.
//
// # Security headers
//
// Nothing is loaded from elsewhere, framed or stored: the Content-Security-Policy
// allows one style and one script by a nonce drawn for each answer. GET and HEAD
// are all that is answered, and POST where [Config] offers a refresh: from pages
// of the same origin, as [net/http.CrossOriginProtection] tells them apart.
package status
