package status

import (
	"time"

	"github.com/ssmcache/ssmcache/registry"
)

// fact is a line about a group or about the whole registry. page.js says the
// same facts, by their keys.
type fact struct {
	Key   string
	Label string
	Text  string // "": there is nothing to say
}

// Facts returns what is said of a group.
func (g groupRow) Facts() []fact {
	return []fact{
		{"values", "Values", counted(g.Values) + " of " + counted(g.Parameters.Count)},
		{"paths", "Paths", unlessZero(int64(g.Paths))},
		{"oldest", "Refreshed", relative(g.Now, g.Oldest)},
		{"next", "Next refresh", g.next()},
		{"backOff", "Backing off", g.backOff()},
		{"since", "Failing for", unless(g.Since.IsZero(), age(g.Now, g.Since))},
		{"fetches", "Fetches", counted(g.Fetches)},
		{"failures", "Failed", unlessZero(g.Failures)},
		{"calls", "API calls", counted(g.Calls)},
		{"throttled", "Throttled", counted(g.Throttled)},
		{"changes", "Changed values", counted(g.Changes)},
		{"abandoned", "Abandoned calls", unlessZero(g.Abandoned)},
	}
}

// next says when the group is refreshed. While it backs off, that says it.
func (g groupRow) next() string {
	switch {
	case g.BackOff.After(g.Now):
		return ""
	case g.Next.After(g.Now):
		return relative(g.Now, g.Next)
	case !g.Next.IsZero():
		return "due"
	case g.Mode == registry.RefreshOnRead.String():
		return "by a read"
	}
	return "none planned"
}

func (g groupRow) backOff() string {
	if !g.BackOff.After(g.Now) {
		return ""
	}
	return "until " + clockTime(g.BackOff)
}

// Facts returns what is said of the whole registry.
func (t total) Facts() []fact {
	return []fact{
		{"groups", "Groups", counted(t.Groups)},
		{"parameters", "Parameters", counted(t.Parameters)},
		{"values", "Values", counted(t.Values)},
		{"calls", "API calls", counted(t.Calls)},
		{"throttled", "Throttled", counted(t.Throttled)},
	}
}

// States returns how many groups are in each state.
func (t total) States() []fact {
	return []fact{
		{"failing", "failing", unlessZero(int64(t.Failing))},
		{"stale", "stale", unlessZero(int64(t.Stale))},
		{"cold", "cold", unlessZero(int64(t.Cold))},
		{"fresh", "fresh", unlessZero(int64(t.Fresh))},
	}
}

func unless(nothing bool, text string) string {
	if nothing {
		return ""
	}
	return text
}

func unlessZero(n int64) string { return unless(n == 0, counted(n)) }

// clockTime writes the time of the day, in UTC.
func clockTime(t time.Time) string { return t.UTC().Format(time.TimeOnly) }
