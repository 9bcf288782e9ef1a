package registry

import "github.com/ssmcache/ssmcache/actor"

// Observer is told what groups do, in the manner of net/http/httptrace: see
// [actor.Observer].
type Observer = actor.Observer

// Events that an [Observer] is told.
type (
	GroupOpened  = actor.GroupOpened
	GroupClosed  = actor.GroupClosed
	FetchStarted = actor.FetchStarted
	FetchDone    = actor.FetchDone
	ValueChanged = actor.ValueChanged
	StaleBegan   = actor.StaleBegan
	StaleEnded   = actor.StaleEnded
)

// Observers returns an Observer that stands for all of observers: each is told, in
// order, whatever the others do. Nil ones are left out.
func Observers(observers ...*Observer) *Observer { return actor.Join(observers...) }

// Stats is what a registry is doing, as plain data.
type Stats struct {
	Groups []GroupStats // ordered by name
}

// GroupStats is what one group is doing, and has done since it was made.
type GroupStats struct {
	Name string
	Mode RefreshMode // never RefreshAuto
	actor.Stats
}

// Stats returns what the registry is doing. It does not block, and takes time
// that grows with the number of parameters.
func (r *Registry) Stats() Stats {
	var s Stats
	for _, g := range r.sorted() {
		s.Groups = append(s.Groups, g.Stats())
	}
	return s
}

// Stats returns what the group is doing. It does not block.
func (g *Group) Stats() GroupStats {
	return GroupStats{Name: g.name, Mode: g.mode, Stats: g.actor.Stats()}
}
