package actor

import (
	"math"
	"time"
)

// instant is one reading of a clock, as two durations since the origin of its
// group: by the monotonic clock, which may stand still while a process is
// frozen, and by the wall clock, which may be stepped.
type instant struct{ mono, wall time.Duration }

// never is a deadline that is not reached.
var never = instant{math.MaxInt64, math.MaxInt64}

// instantOf splits a clock reading. Without a monotonic reading, both parts
// come from the wall clock.
func instantOf(origin, t time.Time) instant {
	return instant{mono: t.Sub(origin), wall: t.Round(0).Sub(origin.Round(0))}
}

// add returns the deadline d after i; it saturates.
func (i instant) add(d time.Duration) instant {
	return instant{saturated(i.mono, d), saturated(i.wall, d)}
}

func saturated(a, b time.Duration) time.Duration {
	if b > 0 && a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// reached reports whether i is at or past the deadline by either clock: the
// greater of the two ages counts.
func (i instant) reached(deadline instant) bool {
	if deadline == never {
		return false
	}
	return i.mono >= deadline.mono || i.wall >= deadline.wall
}

// until returns how long it is from i to the deadline, 0 if it is reached.
func (i instant) until(deadline instant) time.Duration {
	return max(0, min(deadline.mono-i.mono, deadline.wall-i.wall))
}

// earlier returns the deadline that is reached first.
func earlier(a, b instant) instant {
	return instant{min(a.mono, b.mono), min(a.wall, b.wall)}
}

// later returns the deadline that is reached last.
func later(a, b instant) instant {
	return instant{max(a.mono, b.mono), max(a.wall, b.wall)}
}
