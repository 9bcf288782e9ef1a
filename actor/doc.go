// Package actor runs one group: a goroutine that owns the group's state,
// serialises its fetches, schedules its refreshes, and publishes immutable
// snapshots that any number of goroutines read.
//
// The decisions are those of a pure state machine, core: what is due, what to
// fetch, when to back off, what may still be served. It takes the time as an
// argument, as an instant made from one reading of the clock. The loop around it
// is a thin shell of channels. Readers and the core share one function, judge,
// which says whether a value is a hit, stale, failed or a miss.
//
// # Where a change goes
//
//	policy.go    ages, limits, back-off, jitter: arithmetic of durations
//	judge.go     what a read of a slot gets
//	core.go      what starts a fetch; plan.go what it asks for
//	land.go      what the end of a fetch means; build.go, merge.go, members.go
//	             the snapshot that follows from it
//	loop.go      channels, timer, publishing
//	read.go, wait.go, view.go, warm.go, calls.go
//	             the caller's side
//	snapshot.go  what is published; instant.go one reading of the clock
//	request.go, report.go
//	             what callers ask of the loop, and what it answers
//	actor.go, worker.go
//	             lifetime
//	roster.go    names and paths, and the slots that they have
//	observer.go, events.go, teller.go, stats.go
//	             what an operator sees
//
// # Goroutines
//
// An [Actor] has these, all but the last started through its worker and joined by
// [Actor.Close], which waits for the worker:
//
//   - the loop, started by [Start]: it owns core, the timer and the landings
//     channel, which no other goroutine can name;
//   - one fetch at a time, started by loop.launch: it gets a copy of what to ask
//     for, and sends one landing back;
//   - one shared read at a time, started by Actor.ask through singleflight: it
//     sends the loop one request in the name of all readers that wait;
//   - one teller at a time, started by teller.add: it tells the observers and the
//     log, and ends when there is nothing more to tell;
//   - one callback of an observer at a time for the teller, and one for the fetch,
//     started and joined by Actor.guard: it may end its goroutine.
//
// # Concurrency properties
//
// A snapshot is published before any waiter is answered, so a Read that starts
// after a Refresh has returned nil sees what that refresh brought, or something
// later. Values are taken away after the waiters have been answered, and a
// reader is handed the snapshot that its fetch made: it gets what it waited for,
// however slow the store.
//
// The loop never blocks: replies go into channels of capacity 1, and logs and
// observers run elsewhere. A caller who leaves does not end the fetch that it
// waited for. At most one fetch is under way and at most one more is wanted,
// however many callers wait.
package actor
