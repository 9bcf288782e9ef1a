package actor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
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

// pastLimit: a value's age counts from the start of its own fetch, by the
// monotonic clock or, where reads refresh, by the greater of both. A read that
// waited for a fetch gets what it brought, whatever its age.
func (h *history) pastLimit() string {
	for _, a := range h.asks {
		o := h.schedule.groups[a.group]
		if o.maxAge == 0 || !a.returned() {
			continue
		}
		for _, s := range a.shown {
			f := h.source(a, s)
			if f == nil || a.verb != "peek" && !f.landedBy(a.began) || f.landed() == a.ended.at.mono {
				continue
			}
			age := a.ended.at.mono - f.start.mono
			if o.onRead {
				age = max(age+1, a.ended.at.wall-f.start.wall+1) // at the limit is past it
			} else {
				age -= time.Microsecond // what a timer may be late
			}
			if age > o.limit() {
				return fmt.Sprintf("%v at %v: %q is of %v, past %v", a.step, a.ended.at, s.text, f.start, o.limit())
			}
		}
	}
	return ""
}

// backwards compares each call with what calls that had ended before it began
// have shown of the same slot.
func (h *history) backwards() string {
	ended := slices.DeleteFunc(slices.Clone(h.asks), func(a *askSeen) bool { return !a.returned() })
	slices.SortFunc(ended, func(a, b *askSeen) int { return cmp.Compare(a.ended.order, b.ended.order) })
	for i, a := range ended {
		for _, s := range a.shown {
			for _, b := range ended[i+1:] {
				if !a.ended.before(b.began) || a.group != b.group {
					continue
				}
				for _, t := range b.shown {
					if t.slot == s.slot && s.fetched >= 0 && h.fetchedBy(b, t) < s.fetched {
						return fmt.Sprintf("%v at %v: %q is of %v, and %v was shown before", b.step, b.ended.at, t.text, h.fetchedBy(b, t), s.fetched)
					}
				}
			}
		}
	}
	return ""
}

// fetchedBy returns when a value was fetched, at the latest.
func (h *history) fetchedBy(a *askSeen, s shown) time.Duration {
	if s.fetched >= 0 {
		return s.fetched
	}
	if f := h.source(a, s); f != nil {
		return f.start.mono
	}
	return 1<<63 - 1
}

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

// mixedView: if a fetch brought a newer value for a slot that a view would have
// shown when it began, no view shows that together with an earlier value that
// was in the same view then.
func (h *history) mixedView() string {
	for _, a := range h.asks {
		if a.verb != "view" {
			continue
		}
		for _, s := range a.shown {
			for _, t := range a.shown {
				if s.fetched < t.fetched && h.mixes(a, s, t) {
					return fmt.Sprintf("%v at %v: %q of %v with %q of %v", a.step, a.ended.at, s.text, s.fetched, t.text, t.fetched)
				}
			}
		}
	}
	return ""
}

// mixes reports whether late replaced a value that was in one view with early,
// by each fetch that may have brought it.
func (h *history) mixes(a *askSeen, early, late shown) bool {
	return len(h.sources(a.group, early)) == 1 && !slices.ContainsFunc(h.sources(a.group, late), func(f *fetchSeen) bool { return !h.replaced(f, early, late) })
}

// sources returns the fetches that may have brought a value with its FetchedAt:
// more than one if they began at the same instant.
func (h *history) sources(group int, s shown) (sources []*fetchSeen) {
	name := h.nameOf(group, s.slot)
	for _, f := range h.fetches {
		if f.group == group && f.start.mono == s.fetched && f.brought(name, s.text) {
			sources = append(sources, f)
		}
	}
	return sources
}

// replaced reports whether late replaced a value that f found beside early, and
// that had not passed its limit when f landed. One that is found again unchanged
// replaces nothing, and one that is older than early was to be replaced by the
// refresh that brought early as well.
func (h *history) replaced(f *fetchSeen, early, late shown) bool {
	beside, was := f.inView[early.slot]
	before, had := f.inView[late.slot]
	if !was || beside.doubted || beside.start.mono != early.fetched || !had || before.doubted && before.text == late.text ||
		before.start.mono < early.fetched {
		return false
	}
	o := h.schedule.groups[f.group]
	return o.maxAge == 0 || f.landed()-before.start.mono+h.jumped < o.limit()
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

// lostValue: whoever has been shown a value goes on being shown one until its
// limit, unless the parameter was deleted or the group closed. A jump of the wall
// clock may have ended a later value sooner.
func (h *history) lostValue() string {
	for _, b := range h.asks {
		lost := b.err != nil && (b.verb == "read" || b.verb == "lookup") || b.verb == "peek" && !b.found
		if !lost || !b.returned() || h.gone(b) || b.verb == "peek" && h.closing(b) || errors.Is(b.err, ErrClosed) {
			continue
		}
		o := h.schedule.groups[b.group]
		for _, a := range h.asks {
			if a.group != b.group || !a.returned() || !a.ended.before(b.began) {
				continue
			}
			for _, s := range a.shown {
				f := h.source(a, s)
				if s.slot != b.slot || s.fetched < 0 || f == nil {
					continue
				}
				if o.maxAge == 0 || b.ended.at.mono-f.start.mono+h.jumped < o.limit() {
					return fmt.Sprintf("%v at %v: %v, though %q of %v was shown before", b.step, b.ended.at, b.err, s.text, f.start)
				}
			}
		}
	}
	return ""
}

// gone reports whether the parameter of a's slot had been deleted by its end.
func (h *history) gone(a *askSeen) bool {
	for name, m := range h.deleted {
		if m.before(a.ended) && (&fault{about: name}).mentions(h.nameOf(a.group, a.slot)) {
			return true
		}
	}
	return false
}

// closing reports whether a's group was being closed by its end.
func (h *history) closing(a *askSeen) bool {
	return slices.ContainsFunc(h.asks, func(b *askSeen) bool {
		return b.verb == "close" && b.group == a.group && b.began.before(a.ended)
	})
}

func (h *history) invented() string {
	for _, a := range h.asks {
		for _, s := range a.shown {
			if h.source(a, s) == nil {
				return fmt.Sprintf("%v at %v: no fetch of %v brought %q", a.step, a.ended.at, s.fetched, s.text)
			}
		}
	}
	return ""
}

func (h *history) unrecovered() string {
	for _, r := range h.recovery {
		if r.name != "" && r.want != r.got {
			return fmt.Sprintf("group %d: %s is %q, and the store has %q", r.group, r.name, r.got, r.want)
		}
	}
	return ""
}
