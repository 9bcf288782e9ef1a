package fetch

import (
	"context"
	"testing"
)

// leaving is an ended context that has a slot granted at the very moment when
// the waiter looks at both.
type leaving struct {
	context.Context
	grant func()
}

func (l leaving) Done() <-chan struct{} { l.grant(); return l.Context.Done() }

func TestASlotGrantedToWhoIsLeavingIsPassedOn(t *testing.T) {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	g := NewGate(1)
	holder, waiter := g.seat(), g.seat()
	left := 0
	for range 200 { // select chooses between the two at random
		if err := holder.acquire(context.Background()); err != nil {
			t.Fatal(err)
		}
		if err := waiter.acquire(leaving{ended, holder.release}); err != nil {
			left++
		} else {
			waiter.release()
		}
		if g.free != 1 || holder.inFlight != 0 || waiter.inFlight != 0 || len(waiter.waiting) != 0 || g.idle.Len()+g.busy.Len() != 0 {
			t.Fatalf("%d slots free, %d and %d in flight, %d waiting", g.free, holder.inFlight, waiter.inFlight, len(waiter.waiting))
		}
	}
	if left == 0 || left == 200 {
		t.Fatalf("left %d times of 200: the test met one case only", left)
	}
}
