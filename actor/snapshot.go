package actor

import (
	"errors"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/ssmcache/ssmcache/fetch"
)

// snapshot is what a group serves. It is never modified after it is published,
// except that a later one may use the memory behind its slices.
//
// The first fields are all that a cached read touches.
type snapshot struct {
	lane []string // by slot: texts that may be served without a look at the clock; "" where there is none

	texts  []string    // by slot; "" where a read has to judge: no value, an empty one, or a marked slot
	clock  clock.Clock // not nil: texts may be served before until and walled
	until  time.Time   // by the monotonic clock
	walled int64       // by the wall clock, in nanoseconds since 1970

	params   []fetch.Parameter // by slot; zero where there is no value
	marks    map[int]mark      // by slot; every slot below len(params) without a value has one
	listings map[int]*listing  // by the slot of the path

	policy  Policy
	origin  time.Time
	owner   *Actor
	self    *snapshot     // itself: what a View points to, so that print verbs that follow one pointer end there
	next    chan struct{} // closed when a later snapshot has been published
	seq     uint64        // counts the fetches that have ended
	edition Edition       // counts the snapshots that were published
	closed  bool          // the group is: there is nothing else in the snapshot
	loaded  bool          // it holds a value or a listing
	oldest  instant       // start of the oldest fetch whose values count for the group's age
	limitAt instant       // when the first value passes its limit
	doubtAt instant       // when the first doubted answer may be confirmed
	askAt   instant       // when the first slot without a value may be asked for again
	outage  outage
	report  *report // of the last fetch; nil if every name and path was answered with a value

	refreshAt instant // when the actor refreshes by itself
	tally     tally
}

// outage is a run of failed fetches, and the back-off that it causes.
type outage struct {
	err     error // of the last fetch; nil: no outage
	since   instant
	fails   int
	retryAt instant
	seq     uint64 // of the last failed fetch
}

// listing is the latest answer for a path.
type listing struct {
	slots   []int // ordered by name
	start   instant
	expired bool
}

// mark says what is special about a slot.
type mark struct {
	state state
	err   error // the cause
	count int   // failures of this state in a row, less one
	until instant
	first instant // start of the fetch that set it; doubted: of the first that did not find it
	seq   uint64  // of the fetch that set it
}

type state uint8

const (
	cold    state = iota // no value and no answer yet
	missing              // not found; asked again after until
	failing              // it fails by itself: asked again after until; an earlier value may be kept
	doubted              // not found by one fetch; the earlier value is kept until another confirms it
)

// ErrClosed is what a call that needs a closed group gets.
var ErrClosed = errors.New("ssmcache: closed")

// fresh reports whether the texts may be served now.
func (s *snapshot) fresh() bool {
	now := s.clock.Now()
	return now.Before(s.until) && now.UnixNano() < s.walled
}

func (s *snapshot) param(slot int) fetch.Parameter {
	if slot < len(s.params) {
		return s.params[slot]
	}
	return fetch.Parameter{}
}

func (s *snapshot) start(p fetch.Parameter) instant { return instantOf(s.origin, p.FetchedAt()) }

// servable reports whether there is a value for slot within the limit of
// rule 16. A group that refreshes ahead takes values away by its timer, so that
// its reads need no clock.
func (s *snapshot) servable(slot int, now instant) bool {
	p := s.param(slot)
	return !p.IsZero() && (!s.policy.timed() || !now.reached(s.policy.limit(s.start(p))))
}

// seal completes a snapshot that is about to be published.
func (s *snapshot) seal(c clock.Clock) {
	s.self = s
	s.edition++
	s.next = make(chan struct{})
	s.doubtAt, s.askAt = never, never
	for _, m := range s.marks {
		if m.state == doubted {
			s.doubtAt = earlier(s.doubtAt, m.first.add(doubt))
		} else {
			s.askAt = earlier(s.askAt, m.until)
		}
	}
	if s.lane, s.clock = s.texts, nil; s.policy.timed() {
		s.lane = nil
	}
	if s.policy.timed() && s.loaded {
		due := s.policy.due(s.oldest)
		s.clock = c
		s.until = s.origin.Add(due.mono)
		s.walled = int64(saturated(time.Duration(s.origin.UnixNano()), due.wall))
	}
}
