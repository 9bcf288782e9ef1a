package actor

import (
	"context"
	"time"
)

// Observer is told what groups do. Callbacks that are nil are skipped, and a new
// one added later breaks nobody. They run off the actor's goroutine and off
// every reader's, one at a time for each group, in the order of the events; one
// that blocks delays later ones and Close, never a read, and of more than a
// thousand that wait the oldest are dropped. FetchStarted is the exception: the
// fetch waits for it. A callback may not close its own group: Close waits for it. A
// panic in a callback is logged.
type Observer struct {
	GroupOpened func(GroupOpened)
	GroupClosed func(GroupClosed)

	// FetchStarted may return a context with values of its own, under which the
	// API calls are made; it must be derived from ctx. Nil keeps ctx.
	FetchStarted func(ctx context.Context, e FetchStarted) context.Context
	FetchDone    func(ctx context.Context, e FetchDone) // ctx is what FetchStarted returned

	ValueChanged func(ValueChanged)
	StaleBegan   func(StaleBegan)
	StaleEnded   func(StaleEnded)

	joined []*Observer // see [Join]
}

// GroupOpened says that a group has been made.
type GroupOpened struct {
	Group string
	Time  time.Time
}

// GroupClosed says that a group has been closed and all its goroutines joined.
type GroupClosed struct {
	Group string
	Time  time.Time
}

// FetchStarted says that a fetch is about to make its calls.
type FetchStarted struct {
	Group   string
	Time    time.Time
	Refresh bool            // a refresh of the group; otherwise only what is missing
	Names   int             // names asked for
	Paths   int             // paths listed
	Cause   context.Context // of the caller that caused it; nil: the group refreshes by itself
}

// FetchDone says that a fetch has ended and that its outcome has been published.
// A fetch that Close interrupts has none: GroupClosed follows its FetchStarted.
type FetchDone struct {
	Group     string
	Time      time.Time
	Refresh   bool
	Duration  time.Duration
	Calls     int   // API calls made
	Throttled int   // times that the store refused one because there were too many; those that the SDK then sent again count too
	Found     int   // names with a value, and paths with a listing
	NotFound  int   // names that the store does not know
	Failed    int   // names and paths that failed otherwise
	Changed   int   // values that replaced another value
	Err       error // the failure that makes the group back off; nil: none
}

// ValueChanged says that a value has replaced another one.
type ValueChanged struct {
	Group   string
	Time    time.Time
	Name    string // the full name, selector included
	Version int64  // of the new value; 0 for a secret
}

// StaleBegan says that a group serves values older than MaxAge from now on.
type StaleBegan struct {
	Group string
	Time  time.Time
}

// StaleEnded says that a group has ceased to serve values older than MaxAge: it
// has newer ones, or it has taken them away.
type StaleEnded struct {
	Group  string
	Time   time.Time
	Lasted time.Duration
}

// Join returns an Observer that stands for all of observers: each is told, in
// order, whatever the others do. Nil ones are left out.
func Join(observers ...*Observer) *Observer { return &Observer{joined: observers} }

// all returns copies of o and of all that it stands for.
func (o *Observer) all() []Observer {
	if o == nil {
		return nil
	}
	all := []Observer{*o}
	for _, joined := range o.joined {
		all = append(all, joined.all()...)
	}
	return all
}
