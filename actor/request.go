package actor

import (
	"context"
	"errors"
)

// ErrUnchanged says that a rejected value is still the one that the group
// holds.
var ErrUnchanged = errors.New("ssmcache: the store has no other value")

// request is one message to the loop.
type request struct {
	want  want
	slot  int             // reject: whose value did not work
	text  string          // reject: the value that did not work
	cause context.Context // the caller's, for its values; nil: none
	reply chan reply      // the loop sends, once, the caller receives; capacity 1, so that a caller who has left blocks nobody
}

// want says what a caller needs.
type want uint8

const (
	wantRead    want = iota // what is missing or expired
	wantRefresh             // a whole refresh that starts after the request
	wantRetry               // the same, unless such refreshes have been changing nothing
	wantOther               // another value than a rejected one
)

// reply answers a request. The snapshot with the outcome has been published by
// then.
type reply struct {
	report *report
	err    error
	snap   *snapshot // read: what the fetch has brought; nil: there was none
}

// plan is one fetch: what it asks for, and for whom.
type plan struct {
	whole    bool // a refresh of the group, or the rest of one; otherwise only what is missing
	explicit bool // "not found" is believed at once (rule 17)
	names    []int
	paths    []int // indexes
	at       instant
	entries  []entry
	waiters  []request // get their reply when it ends
	lookers  []request // rejections that came while it ran: they look again
}
