package status

import (
	"cmp"
	"slices"
	"time"

	"github.com/ssmcache/ssmcache/actor"
	"github.com/ssmcache/ssmcache/registry"
)

// report is what the page shows, as plain data without a value: the JSON, and
// what the HTML is made of. Times are in UTC, in milliseconds, and left out
// where there is none.
type report struct {
	Title   string       `json:"title"`
	Version string       `json:"version"` // of ssmcache
	Now     time.Time    `json:"now"`
	Total   total        `json:"total"`
	Only    bool         `json:"only"` // one group was asked for
	Groups  paged[group] `json:"groups"`
	Events  []event      `json:"events"` // the latest first
	Watched bool         `json:"watched"`

	part part
}

// total sums up the whole registry.
type total struct {
	Groups     int   `json:"groups"`
	Failing    int   `json:"failing"`
	Stale      int   `json:"stale"`
	Cold       int   `json:"cold"`
	Fresh      int   `json:"fresh"`
	Parameters int   `json:"parameters"`
	Values     int   `json:"values"`
	Calls      int64 `json:"calls"`
	Throttled  int64 `json:"throttled"`
}

// report reports on a part of the registry; false if there is no such group.
func (p *Page) report(part part) (*report, bool) {
	rep := &report{
		Title: p.cfg.Title, Version: registry.Version(), Now: stamp(p.cfg.Clock.Now()),
		Only: part.only, Events: []event{}, Watched: p.cfg.Events != nil, part: part,
	}
	all := p.cfg.Registry.Groups()
	known := make([]standing, len(all))
	for i, g := range all {
		known[i] = standing{g, g.Stats()}
		rep.Total.add(known[i].GroupStats)
	}
	page, limit := part.page, part.limit
	if part.only {
		known = slices.DeleteFunc(known, func(s standing) bool { return s.Name != part.group })
		if len(known) == 0 {
			return nil, false
		}
		page, limit = firstPage, groupsAPage
	}
	slices.SortStableFunc(known, func(a, b standing) int { return cmp.Compare(urgency(a.State), urgency(b.State)) })
	rep.Groups = pageOf(known, page, limit, func(s standing) group { return groupOf(s, part) })
	if p.cfg.Events != nil {
		rep.Events = p.cfg.Events.latest(part)
	}
	return rep, true
}

// standing is a group with what it is doing.
type standing struct {
	group *registry.Group
	registry.GroupStats
}

// urgency orders groups: trouble first.
func urgency(s actor.State) int {
	return slices.Index([]actor.State{actor.StateFailing, actor.StateStale, actor.StateCold, actor.StateFresh}, s)
}

func (t *total) add(s registry.GroupStats) {
	t.Groups++
	switch s.State {
	case actor.StateFailing:
		t.Failing++
	case actor.StateStale:
		t.Stale++
	case actor.StateCold:
		t.Cold++
	case actor.StateFresh:
		t.Fresh++
	}
	t.Parameters += s.Parameters
	t.Values += s.Values
	t.Calls += s.Calls
	t.Throttled += s.Throttled
}

// stamp returns t as the report gives times, so that HTML and script, which
// knows no finer ones, agree.
func stamp(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC().Truncate(time.Millisecond)
}

// end is stamp for the end of a wait, before which it is not said to be over.
func end(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return stamp(t.Add(time.Millisecond - 1))
}
