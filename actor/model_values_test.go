package actor

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

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
