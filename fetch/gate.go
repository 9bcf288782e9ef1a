package fetch

import (
	"container/list"
	"context"
	"slices"
	"sync"
)

// Gate hands out the slots in which calls to one [Client] run, over all groups
// that use it. A free slot goes to a group without a call in flight before one
// that has some; among equals, to the group that has waited longest.
type Gate struct {
	size int // constant

	mu   sync.Mutex
	free int
	idle list.List // of *seat: groups that wait and have no call in flight, longest first
	busy list.List // of *seat: groups that wait and have some
}

// NewGate returns a gate of size slots, at least one.
func NewGate(size int) *Gate { return &Gate{size: size, free: size} }

// seat is one group's place at a gate. Its fields are guarded by the gate's mu.
type seat struct {
	gate     *Gate
	inFlight int
	waiting  []chan struct{} // one a caller, first come first; closed by who grants the slot
	queue    *list.List      // the queue that the seat stands in; nil: none
	place    *list.Element   // where in it
}

func (g *Gate) seat() *seat { return &seat{gate: g} }

// acquire takes a slot. It blocks until there is one, or until ctx ends.
func (s *seat) acquire(ctx context.Context) error {
	g := s.gate
	g.mu.Lock()
	if g.free > 0 {
		g.free--
		s.inFlight++
		g.mu.Unlock()
		return nil
	}
	granted := make(chan struct{})
	s.waiting = append(s.waiting, granted)
	if len(s.waiting) == 1 {
		s.enqueueLocked()
	}
	g.mu.Unlock()

	select {
	case <-granted:
		return nil
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.Index(s.waiting, granted)
	if i < 0 { // granted meanwhile: nobody else knows, so pass it on
		s.inFlight--
		g.passLocked()
		return ctx.Err()
	}
	s.waiting = slices.Delete(s.waiting, i, i+1)
	if len(s.waiting) == 0 {
		s.dequeueLocked()
	}
	return ctx.Err()
}

// release gives a slot back.
func (s *seat) release() {
	g := s.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	s.inFlight--
	if s.inFlight == 0 && len(s.waiting) > 0 {
		s.dequeueLocked()
		s.enqueueLocked()
	}
	g.passLocked()
}

// passLocked hands the slot that has become free to who is next.
func (g *Gate) passLocked() {
	queue := &g.idle
	if queue.Len() == 0 {
		queue = &g.busy
	}
	if queue.Len() == 0 {
		g.free++
		return
	}
	s := queue.Front().Value.(*seat)
	s.dequeueLocked()
	close(s.waiting[0])
	s.waiting = s.waiting[1:]
	s.inFlight++
	if len(s.waiting) > 0 {
		s.enqueueLocked()
	}
}

func (s *seat) enqueueLocked() {
	s.queue = &s.gate.busy
	if s.inFlight == 0 {
		s.queue = &s.gate.idle
	}
	s.place = s.queue.PushBack(s)
}

func (s *seat) dequeueLocked() {
	s.queue.Remove(s.place)
	s.queue, s.place = nil, nil
}
