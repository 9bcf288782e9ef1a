// Package fetch is all of ssmcache that touches Parameter Store: names, paths,
// filters, batches of ten, the parameters that come back, and errors.
//
// A [Fetcher] carries out one [Request] at a time for one group. It asks for
// names with GetParameters, ten in a call, and lists paths with
// GetParametersByPath, page after page; calls run in parallel within the slots
// of a [Gate], which all groups of one [Client] share. Every name asked for
// gets exactly one [Outcome], whatever the store answers.
//
// A [Parameter] is immutable and shows its text through [Parameter.Text] and
// [Parameter.Strings] alone: it prints, logs and marshals without it. No error
// of this package contains a value.
//
// # Goroutines
//
// [Fetcher.Fetch] blocks its caller. It runs at most one goroutine per slot of
// the gate and one more per call, and joins them all before it returns, except
// a call that ignores its ended context for one second of real time: that call
// is abandoned, counted by [Fetcher.Abandoned], and its answer is dropped.
package fetch
