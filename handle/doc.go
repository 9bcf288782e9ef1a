// Package handle is what callers of ssmcache hold: handles on parameters, typed
// values, views of one refresh, and the retry of what failed with a stale
// value.
//
// [Handle.Get] returns a cached value for the price of an atomic load. It waits
// only when there is no value that the caller may have, and then for a fetch
// that all readers of the group share; the caller's context ends its wait,
// never the fetch. [Handle.Peek] never waits.
//
// Nothing in this package starts a goroutine. Decoders, and the loops over
// [Handle.Changes] and [Value.Changes], run on their caller's goroutine.
//
// Code that takes a [*Handle] is tested with [Static], [StaticParameter] and
// [StaticError], which need no registry and no store.
package handle
