package actor

import (
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/benbjohnson/clock"
)

// jumpyClock is the clock of the bubble, with a monotonic reading, which times in
// a bubble lack, and with a wall reading that can be made to part from it, as
// when a machine is suspended or its clock is set.
type jumpyClock struct {
	clock.Clock
	ahead atomic.Int64 // what the wall clock is ahead by; the trial adds, Now loads

	last  atomic.Int64 // the latest monotonic reading
	looks atomic.Int64 // how often it has been read
	stuck func()       // constant once groups run; called when it has been read too often; nil: no matter
}

// tooOften is more readings of one instant than any schedule needs: somebody
// goes round and round.
const tooOften = 20_000

func newJumpyClock() *jumpyClock { return &jumpyClock{Clock: clock.New()} }

// jump moves the wall clock by d.
func (c *jumpyClock) jump(d time.Duration) { c.ahead.Add(int64(d)) }

// since1885 is where the wall reading of a Time with both readings begins.
var since1885 = time.Date(1885, time.January, 1, 0, 0, 0, 0, time.UTC).Unix()

// Now returns a time with both readings. No method of package time makes one
// whose readings part, so it is written in the layout that time.Time documents:
// a flag, 33 bits of seconds and 30 of nanoseconds, then the monotonic reading.
func (c *jumpyClock) Now() time.Time {
	now := c.Clock.Now()
	if c.last.Swap(now.UnixNano()) != now.UnixNano() {
		c.looks.Store(0)
	} else if c.looks.Add(1) == tooOften && c.stuck != nil {
		c.stuck()
	}
	wall := now.Add(time.Duration(c.ahead.Load()))
	var t struct {
		wall uint64
		mono int64
		loc  *time.Location
	}
	t.wall = 1<<63 | uint64(wall.Unix()-since1885)<<30 | uint64(wall.Nanosecond())
	t.mono = now.UnixNano()
	return *(*time.Time)(unsafe.Pointer(&t))
}
