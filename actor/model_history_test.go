package actor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ssmcache/ssmcache/fetch"
)

// history is all that was seen in a trial, and what it is judged by. Nothing in
// it depends on the group's own state, but for what a view would have shown when
// a fetch began.
type history struct {
	schedule schedule
	fetches  []*fetchSeen
	calls    []*callSeen // in the order of their starts
	asks     []*askSeen  // in the order of their starts
	known    []knownSlot
	deleted  map[string]moment // when a parameter was first deleted, by its name without a selector
	jumped   time.Duration     // how far the wall clock has jumped forwards, all in all
	recovery []recovered
	spinning bool   // somebody read the clock again and again without an end
	left     string // what was left when every group had been closed; "": nothing
}

// moment is when something happened: in the order of all that was seen, and by
// the clock.
type moment struct {
	order int
	at    instant
}

func (m moment) before(n moment) bool { return m.order < n.order }

// knownSlot is a slot of a group, and since when it is known.
type knownSlot struct {
	group, slot int
	name        string
	since       moment
}

// fetchSeen is one fetch of a group.
type fetchSeen struct {
	group  int
	began  moment
	start  instant      // becomes FetchedAt
	names  int          // how many it asks for
	inView map[int]held // by slot: what a view had when the fetch began
	calls  []*callSeen
}

// held is a value that a group held.
type held struct {
	start   instant // of its fetch
	text    string
	doubted bool // the last fetch did not find it
}

// callSeen is one call of the client.
type callSeen struct {
	fetch      *fetchSeen
	names      []string // of GetParameters
	path       string   // of GetParametersByPath
	began      moment
	ended      moment // order 0: never
	abandoned  instant
	trouble    string // the fault that hit it
	err        error
	answers    map[string]string // texts by full name
	isListing  bool
	splittable bool // it failed in a way that one name may have caused
}

// askSeen is one call of the group's methods.
type askSeen struct {
	step
	slot     int
	began    moment
	ended    moment // order 0: never
	deadline time.Duration
	shown    []shown
	found    bool // of a peek
	err      error
}

// shown is a value that a caller got.
type shown struct {
	slot    int
	text    string
	fetched time.Duration // monotonic; -1: not shown
	wall    time.Duration
}

// recovered is what a slot showed when all trouble was over and the group had
// been refreshed, or how many calls that took.
type recovered struct {
	group     int
	name      string // "": calls
	want, got string
}

// recorder is a history in the making.
type recorder struct {
	mu    sync.Mutex
	order int
	now   func() instant
	history
}

func (r *recorder) momentLocked() moment {
	r.order++
	return moment{r.order, r.now()}
}

func (r *recorder) begin(a *askSeen) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a.began = r.momentLocked()
	r.asks = append(r.asks, a)
}

func (r *recorder) end(a *askSeen) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a.ended = r.momentLocked()
}

func (r *recorder) waiting() []*askSeen {
	r.mu.Lock()
	defer r.mu.Unlock()
	var waiting []*askSeen
	for _, a := range r.asks {
		if a.ended.order == 0 {
			waiting = append(waiting, a)
		}
	}
	return waiting
}

// know notes that a slot is known from now on.
func (r *recorder) know(group, slot int, name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, k := range r.known {
		if k.group == group && k.slot == slot {
			return
		}
	}
	r.known = append(r.known, knownSlot{group, slot, name, r.momentLocked()})
}

func (r *recorder) slots(group int) []knownSlot {
	r.mu.Lock()
	defer r.mu.Unlock()
	var slots []knownSlot
	for _, k := range r.known {
		if k.group == group {
			slots = append(slots, k)
		}
	}
	return slots
}

// show records a value that a caller got.
func (seen *askSeen) show(slot int, p fetch.Parameter, origin time.Time) {
	at := instantOf(origin, p.FetchedAt())
	seen.shown = append(seen.shown, shown{slot, p.Text(), at.mono, at.wall})
}

func (h *history) nameOf(group, slot int) string {
	for _, k := range h.known {
		if k.group == group && k.slot == slot {
			return k.name
		}
	}
	return ""
}

// source returns the latest fetch that may have brought a value that a showed:
// that of its FetchedAt, if that was shown.
func (h *history) source(a *askSeen, s shown) *fetchSeen {
	name := h.nameOf(a.group, s.slot)
	for _, f := range slices.Backward(h.fetches) {
		if f.group != a.group || a.ended.before(f.began) || s.fetched >= 0 && f.start.mono != s.fetched {
			continue
		}
		if f.brought(name, s.text) {
			return f
		}
	}
	return nil
}

func (f *fetchSeen) brought(name, text string) bool {
	return slices.ContainsFunc(f.calls, func(c *callSeen) bool { return c.answers[name] == text })
}

// over returns when a call no longer counts: when it has ended or was abandoned.
func (c *callSeen) over() instant {
	if c.ended.order == 0 || c.abandoned.mono < c.ended.at.mono {
		return c.abandoned
	}
	return c.ended.at
}

// overBy reports whether a call no longer counts at m.
func (c *callSeen) overBy(m moment) bool {
	if c.over() == c.abandoned {
		return c.abandoned.mono <= m.at.mono
	}
	return c.ended.before(m)
}

// landed returns when the last call of f was over.
func (f *fetchSeen) landed() (at time.Duration) {
	for _, c := range f.calls {
		at = max(at, c.over().mono)
	}
	return at
}

func (f *fetchSeen) landedBy(m moment) bool {
	return !slices.ContainsFunc(f.calls, func(c *callSeen) bool { return !c.overBy(m) })
}

// String tells what was seen, in order.
func (h *history) String() string {
	type line struct {
		moment
		text string
	}
	var lines []line
	add := func(m moment, format string, args ...any) {
		if m.order > 0 {
			lines = append(lines, line{m, fmt.Sprintf(format, args...)})
		}
	}
	for _, f := range h.fetches {
		add(f.began, "group %d fetches %d names", f.group, f.names)
	}
	for i, c := range h.calls {
		add(c.began, "  call %d of group %d for %v%s %s", i, c.fetch.group, c.names, c.path, c.trouble)
		add(c.ended, "  call %d ends: %v %v", i, c.answers, c.err)
	}
	for i, a := range h.asks {
		add(a.began, "ask %d: %v (%s)", i, a.step, h.nameOf(a.group, a.slot))
		add(a.ended, "ask %d ends: %v %v", i, a.shown, a.err)
	}
	slices.SortFunc(lines, func(a, b line) int { return cmp.Compare(a.order, b.order) })
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%4d %12v (wall %v) %s\n", l.order, l.at.mono, l.at.wall, strings.ReplaceAll(l.text, "\n", "; "))
	}
	return b.String()
}
