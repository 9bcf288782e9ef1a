package status

import (
	"context"
	"errors"
	"time"

	"github.com/ssmcache/ssmcache/actor"
	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/handle"
)

// maxProblems bounds the reasons listed of a group whose names fail one by one.
const maxProblems = 5

// group is what the report says of one group.
type group struct {
	Name       string           `json:"name"`
	Mode       string           `json:"mode"`
	State      actor.State      `json:"state"`
	Values     int              `json:"values"`
	Paths      int              `json:"paths"`
	Oldest     time.Time        `json:"oldest,omitzero"`  // start of the oldest fetch that counts for the age
	Next       time.Time        `json:"next,omitzero"`    // the next background refresh
	BackOff    time.Time        `json:"backOff,omitzero"` // until when
	Since      time.Time        `json:"since,omitzero"`   // of the outage
	Fetches    int64            `json:"fetches"`
	Failures   int64            `json:"failures"`
	Calls      int64            `json:"calls"`
	Throttled  int64            `json:"throttled"`
	Changes    int64            `json:"changes"`
	Abandoned  int64            `json:"abandoned"`
	Problems   problems         `json:"problems"`
	Parameters paged[parameter] `json:"parameters"`
}

// problems is what the last refresh of a group failed with.
type problems struct {
	Count int      `json:"count"`
	Items []string `json:"items"` // the first few
}

// parameter is what the report says of one parameter.
type parameter struct {
	Name     string    `json:"name"` // the full name, selector included
	Type     string    `json:"type,omitempty"`
	Version  int64     `json:"version,omitempty"` // none: a secret, or no value
	Fetched  time.Time `json:"fetched,omitzero"`  // start of the fetch that brought the value
	Modified time.Time `json:"modified,omitzero"` // when the version was put, as the store says
	Problem  string    `json:"problem,omitempty"` // why there is no value
}

func groupOf(s standing, part part) group {
	page, limit := firstPage, previewed
	if part.only {
		page, limit = part.page, part.limit
	}
	return group{
		Name: s.Name, Mode: s.Mode.String(), State: s.State, Values: s.Values, Paths: s.Paths,
		Oldest: stamp(s.Oldest), Next: stamp(s.Next), BackOff: end(s.BackOff), Since: stamp(s.Since),
		Fetches: s.Fetches, Failures: s.Failures, Calls: s.Calls, Throttled: s.Throttled,
		Changes: s.Changes, Abandoned: s.Abandoned,
		Problems:   problemsOf(s.group.Err()),
		Parameters: pageOf(s.group.Handles(), page, limit, parameterOf),
	}
}

// problemsOf says which names failed, those with one reason together.
func problemsOf(err error) problems {
	var reasons []string // in order
	names := map[string][]string{}
	for _, one := range parts(err) {
		var reason, name string
		if fact := (*fetch.Error)(nil); errors.As(one, &fact) {
			reason, name = short(fact.Err), fact.Name
		} else {
			reason = short(one)
		}
		if names[reason] == nil {
			reasons = append(reasons, reason)
		}
		names[reason] = append(names[reason], name)
	}
	p := problems{Count: len(reasons), Items: []string{}}
	for _, reason := range reasons[:min(len(reasons), maxProblems)] {
		p.Items = append(p.Items, nameSome(names[reason], len(names[reason]))+": "+reason)
	}
	return p
}

// parts returns the errors that err joins.
func parts(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// parameterOf reports on what a handle holds. It does not block and fetches
// nothing.
func parameterOf(h *handle.Handle) parameter {
	p, ok := h.Peek()
	if !ok {
		return parameter{Name: h.Name(), Problem: whyNone(h)}
	}
	return parameter{
		Name: h.Name(), Type: string(p.Type()), Version: p.Version(),
		Fetched: stamp(p.FetchedAt()), Modified: stamp(p.LastModified()),
	}
}

// whyNone says why a handle holds no value. A read with an ended context starts
// nothing and tells what the last fetch said.
func whyNone(h *handle.Handle) string {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := h.Lookup(ctx)
	var fact *fetch.Error
	switch {
	case errors.Is(err, fetch.ErrNotFound):
		return "not found"
	case errors.As(err, &fact):
		return short(fact.Err)
	case err == nil: // it has come this instant
		return ""
	}
	return "not fetched yet"
}
