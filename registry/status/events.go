package status

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/ssmcache/ssmcache/registry"
)

// maxEvents is how many are kept: with like ones counted together, hours of a
// healthy registry.
const maxEvents = 100

// Events keeps what has happened lately to the groups of a registry, for a
// [Page] to show: about the last hundred events, those of one group that repeat
// each other counted together. It keeps names, never values. The zero Events is
// ready to use, by one registry or several. All methods are safe for concurrent
// use, and none blocks.
type Events struct {
	mu   sync.Mutex
	id   int64
	kept []happening // the latest last
	down map[string]outage
}

// Observer returns what [registry.Config] takes; [registry.Observers] joins it
// with others.
func (e *Events) Observer() *registry.Observer {
	return &registry.Observer{
		GroupOpened: func(o registry.GroupOpened) {
			e.add(happening{group: o.Group, last: o.Time, kind: opened})
		},
		GroupClosed: func(o registry.GroupClosed) {
			e.add(happening{group: o.Group, last: o.Time, kind: closed})
		},
		FetchDone: func(_ context.Context, o registry.FetchDone) { e.fetched(o) },
		ValueChanged: func(o registry.ValueChanged) {
			e.add(happening{group: o.Group, last: o.Time, kind: changed, names: []string{o.Name}, version: o.Version})
		},
		StaleBegan: func(o registry.StaleBegan) {
			e.add(happening{group: o.Group, last: o.Time, kind: stale})
		},
		StaleEnded: func(o registry.StaleEnded) {
			e.add(happening{group: o.Group, last: o.Time, kind: staleEnded, lasted: o.Lasted})
		},
	}
}

// Kinds of events, as the page names them.
const (
	opened     = "opened"
	closed     = "closed"
	fetched    = "fetched"   // what was missing
	refreshed  = "refreshed" // the whole group
	failed     = "failed"
	recovered  = "recovered"
	changed    = "changed"
	stale      = "stale"
	staleEnded = "stale ended"
)

// happening is an event as it is kept. Only what the latest of several like ones
// said is kept, and how many they were.
type happening struct {
	id      int64 // of the latest
	group   string
	kind    string
	last    time.Time
	times   int
	fetch   registry.FetchDone // without its error; of the fetch kinds
	reason  string             // of failed
	names   []string           // of changed; the first few
	version int64              // of changed
	lasted  time.Duration      // of staleEnded and recovered
	tries   int                // of recovered: failures before
}

// outage is a row of failures of one group.
type outage struct {
	began time.Time
	tries int
}

func (e *Events) fetched(o registry.FetchDone) {
	h := happening{group: o.Group, last: o.Time, kind: fetched}
	if o.Refresh {
		h.kind = refreshed
	}
	if o.Err != nil {
		h.kind, h.reason, o.Err = failed, short(o.Err), nil
	}
	h.fetch = o
	e.add(h)
}

// add keeps h, together with the group's latest event if that is like it.
func (e *Events) add(h happening) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.trackLocked(&h)
	e.id++
	h.id, h.times = e.id, 1
	if i := e.latestLocked(h.group); i >= 0 && h.repeats(&e.kept[i]) {
		h.count(&e.kept[i])
		e.kept = slices.Delete(e.kept, i, i+1)
	}
	if len(e.kept) == maxEvents {
		e.kept = slices.Delete(e.kept, 0, 1)
	}
	e.kept = append(e.kept, h)
}

// trackLocked follows a group's outage: the first success that ends it says so.
func (e *Events) trackLocked(h *happening) {
	down, was := e.down[h.group]
	switch h.kind {
	case failed:
		if e.down == nil {
			e.down = map[string]outage{}
		}
		if !was {
			down.began = h.last
		}
		down.tries++
		e.down[h.group] = down
	case fetched, refreshed:
		if was {
			h.kind, h.lasted, h.tries = recovered, h.last.Sub(down.began), down.tries
			delete(e.down, h.group)
		}
	case closed:
		delete(e.down, h.group)
	}
}

func (e *Events) latestLocked(group string) int {
	for i := len(e.kept) - 1; i >= 0; i-- {
		if e.kept[i].group == group {
			return i
		}
	}
	return -1
}

// repeats reports whether h says again what earlier said: another failure,
// another value of the same refresh, another fetch in which nothing happened.
func (h *happening) repeats(earlier *happening) bool {
	if h.kind != earlier.kind {
		return false
	}
	switch h.kind {
	case failed, changed:
		return true
	case fetched, refreshed:
		return h.fetch.Changed == 0 && earlier.fetch.Changed == 0 && h.fetch.Throttled == 0 && earlier.fetch.Throttled == 0
	}
	return false
}

// count adds what earlier has counted.
func (h *happening) count(earlier *happening) {
	h.times += earlier.times
	if h.kind == changed {
		h.names = append(earlier.names, h.names...)
		h.names = h.names[:min(len(h.names), maxNames)]
	}
}

// event is what the report says of an event.
type event struct {
	ID    int64     `json:"id"`
	Time  time.Time `json:"time"` // of the latest, where several are counted together
	Group string    `json:"group"`
	Kind  string    `json:"kind"`
	Times int       `json:"times"`
	Text  string    `json:"text,omitempty"`
}

// latest returns what is kept, of one group if part says so, the latest first.
func (e *Events) latest(part part) []event {
	e.mu.Lock()
	defer e.mu.Unlock()
	events := []event{}
	for _, h := range slices.Backward(e.kept) {
		if !part.only || h.group == part.group {
			events = append(events, event{ID: h.id, Time: stamp(h.last), Group: h.group, Kind: h.kind, Times: h.times, Text: h.text()})
		}
	}
	return events
}

func (h *happening) text() string {
	switch h.kind {
	case fetched, refreshed:
		return h.fetchText()
	case failed:
		return h.reason
	case recovered:
		return fmt.Sprintf("after %s and %s; %s", span(h.lasted), plural(h.tries, "failure"), h.fetchText())
	case changed:
		return h.changedText()
	case stale:
		return "values older than MaxAge are served"
	case staleEnded:
		return "after " + span(h.lasted)
	}
	return ""
}

func (h *happening) fetchText() string {
	f := &h.fetch
	asked := f.Found + f.NotFound + f.Failed
	text := counted(asked) + " names or paths"
	if asked == 1 {
		text = "1 name or path"
	}
	text += fmt.Sprintf(" by %s in %d ms", plural(f.Calls, "call"), f.Duration.Milliseconds())
	for _, some := range []struct {
		n    int
		what string
	}{{f.Changed, "changed"}, {f.NotFound, "not found"}, {f.Failed, "failed"}, {f.Throttled, "throttled"}} {
		if some.n > 0 {
			text += fmt.Sprintf(", %s %s", counted(some.n), some.what)
		}
	}
	return text
}

// changedText says what changed: values, which it knows nothing of, have names.
func (h *happening) changedText() string {
	if h.times == 1 && h.version > 0 {
		return fmt.Sprintf("%s is at version %d", h.names[0], h.version)
	}
	return nameSome(h.names, h.times)
}
