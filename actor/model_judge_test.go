package actor

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// invariant is a promise that holds in every history. broken returns how it was
// broken, "" if it was not.
type invariant struct {
	name   string
	broken func(h *history) string
}

var invariants = []invariant{
	{"every waiter is answered once, in time", (*history).unanswered},
	{"what is shown is what the store answered to that fetch", (*history).invented},
	{"at most one fetch in flight per group", (*history).twoFetches},
	{"at most MaxInFlight calls per client", (*history).tooManyCalls},
	{"no value past MaxAge + MaxStale", (*history).pastLimit},
	{"no value with an earlier FetchedAt than one that the handle has already shown", (*history).backwards},
	{"a Refresh is never answered by a fetch that started before it", (*history).earlierFetch},
	{"calls on the good path equal ceil(N/10) a refresh", (*history).wastefulFetch},
	{"a view never mixes refreshes", (*history).mixedView},
	{"after Close no goroutine, timer or call is left", (*history).afterClose},
	{"warm readers see no error", (*history).lostValue},
	{"when the trouble is over, everything is as in the store", (*history).unrecovered},
}

// judge returns the first invariant that h breaks and how; "" if it breaks none.
func (h *history) judge() (name, what string) {
	for _, i := range invariants {
		if what := i.broken(h); what != "" {
			return i.name, what
		}
	}
	return "", ""
}

func (seen *askSeen) returned() bool { return seen.ended.order > 0 }

// earlierFetch: when a refresh has ended, a fetch has begun and landed during
// it; when it has returned nil, later reads show what that brought, or more.
func (h *history) earlierFetch() string {
	for _, a := range h.asks {
		if a.verb != "refresh" && a.verb != "refresh-one" || !a.returned() || gaveUp(a.err) || errors.Is(a.err, ErrClosed) {
			continue
		}
		if !slices.ContainsFunc(h.fetches, func(f *fetchSeen) bool {
			return f.group == a.group && a.began.before(f.began) && len(f.calls) > 0 && f.landedBy(a.ended)
		}) {
			return fmt.Sprintf("%v at %v: no fetch since %v", a.step, a.ended.at, a.began.at)
		}
		if a.err != nil {
			continue
		}
		for _, b := range h.asks {
			if b.group != a.group || !b.returned() || !a.ended.before(b.began) {
				continue
			}
			for _, s := range b.shown {
				if a.verb == "refresh-one" && s.slot != a.slot || !h.knownBefore(a.group, s.slot, a.began) {
					continue
				}
				if at := h.fetchedBy(b, s); at < a.began.at.mono {
					return fmt.Sprintf("%v at %v: %q is of %v, though %v began later and succeeded", b.step, b.ended.at, s.text, at, a.step)
				}
			}
		}
	}
	return ""
}

func gaveUp(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

func (h *history) knownBefore(group, slot int, m moment) bool {
	return slices.ContainsFunc(h.known, func(k knownSlot) bool { return k.group == group && k.slot == slot && k.since.before(m) })
}

// overlaps reports whether c was under way when d began.
func (c *callSeen) overlaps(d *callSeen) bool { return c.began.before(d.began) && !c.overBy(d.began) }

func (h *history) twoFetches() string {
	for i, d := range h.calls {
		for _, c := range h.calls[:i] {
			if c.fetch.group == d.fetch.group && c.fetch != d.fetch && c.overlaps(d) {
				return fmt.Sprintf("group %d at %v: the fetch of %v is under way", d.fetch.group, d.began.at, c.fetch.start)
			}
		}
	}
	return ""
}

func (h *history) tooManyCalls() string {
	for i, d := range h.calls {
		under := 1
		for _, c := range h.calls[:i] {
			if c.overlaps(d) {
				under++
			}
		}
		if under > h.schedule.inFlight {
			return fmt.Sprintf("%d calls at %v", under, d.began.at)
		}
	}
	return ""
}

// unanswered: no call outlasts its context, and when the trouble is over all
// return by themselves.
func (h *history) unanswered() string {
	if h.spinning {
		return "somebody goes round in circles"
	}
	for _, a := range h.asks {
		switch {
		case !a.returned():
			return fmt.Sprintf("%v, called at %v, never returned", a.step, a.began.at)
		case errors.Is(a.err, context.Canceled):
			return fmt.Sprintf("%v, called at %v, had to be given up", a.step, a.began.at)
		case a.deadline >= 0 && a.ended.at.mono > a.deadline:
			return fmt.Sprintf("%v, called at %v, returned at %v", a.step, a.began.at, a.ended.at)
		}
	}
	return ""
}

// wastefulFetch looks at fetches without trouble, as long as the group knows of
// no name that needs a call of its own, and at the refreshes at the end. The
// last fetch of a group may have been cut short by Close.
func (h *history) wastefulFetch() string {
	culprits, last := map[int]bool{}, map[int]*fetchSeen{}
	for _, f := range h.fetches {
		last[f.group] = f
	}
	for _, f := range h.fetches {
		calls, asked := 0, 0
		clean := true
		for _, c := range f.calls {
			clean = clean && c.err == nil && c.trouble == ""
			culprits[f.group] = culprits[f.group] || c.splittable
			if !c.isListing {
				calls++
				asked += len(c.names)
			}
		}
		if clean && !culprits[f.group] && f != last[f.group] && (calls != (f.names+9)/10 || asked != f.names) {
			return fmt.Sprintf("group %d at %v: %d calls for %d names", f.group, f.began.at, calls, f.names)
		}
	}
	for _, r := range h.recovery {
		if r.name == "" && r.want != r.got {
			return fmt.Sprintf("group %d: a refresh takes %s calls, not %s", r.group, r.got, r.want)
		}
	}
	return ""
}

func (h *history) afterClose() string {
	if h.left != "" {
		return h.left
	}
	for _, a := range h.asks {
		if a.verb != "close" || !a.returned() {
			continue
		}
		for _, c := range h.calls {
			if c.fetch.group == a.group && (a.ended.before(c.began) || !c.overBy(a.ended)) {
				return fmt.Sprintf("group %d, closed at %v, has a call from %v to %v", a.group, a.ended.at, c.began.at, c.ended.at)
			}
		}
		for _, b := range h.asks {
			if b.group != a.group || b.verb == "close" || b.verb == "peek" {
				continue
			}
			switch {
			case b.began.before(a.ended) && a.ended.before(b.ended) && b.ended.at.mono > a.ended.at.mono:
				return fmt.Sprintf("%v returns at %v, and its group was closed at %v", b.step, b.ended.at, a.ended.at)
			case a.ended.before(b.began) && b.verb != "reject" && !errors.Is(b.err, ErrClosed) && !gaveUp(b.err):
				return fmt.Sprintf("%v at %v, of a group closed at %v, returns %v", b.step, b.ended.at, a.ended.at, b.err)
			case a.ended.before(b.began) && len(b.shown) > 0:
				return fmt.Sprintf("%v at %v, of a group closed at %v, shows %v", b.step, b.ended.at, a.ended.at, b.shown)
			}
		}
	}
	return ""
}
