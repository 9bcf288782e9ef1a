// Package registry is the everyday entry to ssmcache, a cache of AWS Systems
// Manager Parameter Store, and of Secrets Manager read through it.
//
// [Open] returns a [Registry]. Its groups hold what is fetched and refreshed
// together; [Registry.Parameter] and [Registry.Secret] make a group for one
// name. Handles of package handle read the values:
//
//	group, err := reg.Group(registry.GroupConfig{MaxAge: 5 * time.Minute})
//	url, err := group.Parameter("/app/database/url")
//	text, err := url.Get(ctx)
//
// # What blocks
//
// Making a group or a handle does not block and calls nothing: a name is checked
// when its handle is made. The first read of a group fetches all of its names
// and paths. A read of a fetched value does not block. [Group.Parameters],
// [Group.View], [Registry.Warm] and the two Refresh methods wait for fetches;
// the caller's context ends the wait, never the fetch.
//
// # Who refreshes
//
// With [RefreshAhead], each group refreshes ahead of MaxAge, and takes values
// away that have passed MaxAge + MaxStale, by its own timer. On a machine that
// was suspended, the timer runs when the machine has woken up: until then, reads
// may serve values past that limit. With [RefreshOnRead] nothing runs in the
// background: each read looks at the clock, as the greater of monotonic and
// wall-clock age, so that a frozen process is never late. [RefreshAuto] chooses
// RefreshOnRead under AWS Lambda.
//
// # Goroutines
//
// Each group has one goroutine, which [actor.Start] starts and [Group.Close] or
// [Registry.Close] joins. While there is something to do it has one more for a
// fetch, one for the read that all waiting readers share, and one that tells the
// observer and the log; see packages actor and fetch. The registry has none.
//
// Promises in order: a Get that starts after Refresh returned nil sees what that
// refresh brought, or something later. Values of one [Group.View] come from one
// refresh. After Close, nothing of a group runs.
package registry
