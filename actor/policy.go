package actor

import (
	"math"
	"time"
)

// Limits of the policy. The rule numbers are those of the design.
const (
	maxBackoff   = 30 * time.Second       // rule 18: no outage is noticed over later than that
	firstBackoff = 100 * time.Millisecond // rule 18: about ten calls' latency
	belief       = 10 * time.Second       // rule 19: a missing name costs at most 6 calls a minute
	maxBelief    = 5 * time.Minute        // rule 19: without a MaxAge to bound it
	doubt        = time.Second            // rule 17: longer than a delete and create takes
	patience     = time.Second            // rule 15: what an expired read waits, at the most
	refreshGap   = time.Second            // rule 14: between the starts of two background refreshes
	maxIdle      = 30 * time.Second       // rule 26: between refreshes that change nothing
)

// Policy says how old values may become, and who refreshes them.
type Policy struct {
	MaxAge   time.Duration // 0: never expires
	MaxStale time.Duration // how long past MaxAge a value may be served; negative: not at all
	OnRead   bool          // reads refresh; otherwise the actor does, ahead of MaxAge
}

// draw returns a uniform random number in [0, n).
type draw func(n int64) int64

// timed reports whether a read has to look at the clock.
func (p Policy) timed() bool { return p.OnRead && p.MaxAge > 0 }

// ahead reports whether the actor refreshes in the background.
func (p Policy) ahead() bool { return !p.OnRead && p.MaxAge > 0 }

// due returns when a group comes due whose oldest fetch started at start.
func (p Policy) due(start instant) instant {
	if p.MaxAge == 0 {
		return never
	}
	return start.add(p.MaxAge)
}

// limit returns when a value may no longer be served whose fetch started at
// start (rule 16).
func (p Policy) limit(start instant) instant {
	if p.MaxAge == 0 {
		return never
	}
	return start.add(p.MaxAge).add(max(0, p.MaxStale))
}

// backoff returns the delay before the next try after n+1 failures in a row,
// with full jitter (rule 18). It is never 0.
func (p Policy) backoff(n int, random draw) time.Duration {
	most := doubled(firstBackoff, n, maxBackoff)
	if p.MaxAge > 0 {
		most = min(most, p.MaxAge)
	}
	return 1 + time.Duration(random(int64(most)))
}

// believed returns how long the answer "not found" is believed, after n earlier
// ones in a row (rule 19).
func (p Policy) believed(n int) time.Duration {
	most := maxBelief
	if p.MaxAge > 0 {
		most = p.MaxAge
	}
	return doubled(belief, n, most)
}

// doubled returns d doubled n times, at most most.
func doubled(d time.Duration, n int, most time.Duration) time.Duration {
	for ; n > 0 && d < most; n-- {
		d *= 2
	}
	return min(d, most)
}

// refreshAt draws when the actor refreshes values whose oldest fetch started at
// start: the first time from 10 to 90 % of MaxAge, so that a fleet that was
// deployed at once spreads out, then from 70 to 90 % (rule 14).
func (p Policy) refreshAt(start instant, first bool, random draw) instant {
	from := share(p.MaxAge, 7)
	if first {
		from = share(p.MaxAge, 1)
	}
	span := share(p.MaxAge, 9) - from
	return start.add(from + time.Duration(random(int64(span)+1)))
}

// share returns tenths of d, without overflow.
func share(d time.Duration, tenths int64) time.Duration {
	if d > math.MaxInt64/10 {
		return d / 10 * time.Duration(tenths)
	}
	return d * time.Duration(tenths) / 10
}
