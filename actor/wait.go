package actor

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/singleflight"
)

// wait is one reader's waiting.
type wait struct {
	a    *Actor
	ctx  context.Context
	till instant // when the reader's patience with an expired value ends; zero: not yet known

	brought *snapshot // what the fetch that the reader waited for has brought
}

// latest returns the snapshot to judge after a wait: what the fetch has brought,
// even if its values are past their limit and have been taken away by now, or
// the present one if that is no news since s.
func (w *wait) latest(s *snapshot) *snapshot {
	if w.brought != nil && w.brought.seq > s.seq {
		return w.brought
	}
	return w.a.snap.Load()
}

// patiently waits for a fetch while the reader of an expired value has patience.
// It reports false if the reader is to take the value that there is.
func (w *wait) patiently() bool {
	now := w.a.now()
	if w.till == (instant{}) {
		w.till = now.add(patience)
		if start := w.a.flight.Load(); start != nil {
			w.till = start.add(patience)
		}
	}
	if now.reached(w.till) || w.ctx.Err() != nil {
		return false
	}
	timer := w.a.clock.Timer(max(now.until(w.till), 1))
	defer timer.Stop()
	return w.shared(timer.C) == nil
}

// forFetch waits for a fetch, for as long as it takes.
func (w *wait) forFetch() error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	return w.shared(nil)
}

// until waits for an instant.
func (w *wait) until(at instant) error {
	now := w.a.now()
	if now.reached(at) {
		return w.ctx.Err()
	}
	timer := w.a.clock.Timer(max(now.until(at), 1))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-w.a.shut:
		return nil
	case <-w.ctx.Done():
		return w.ctx.Err()
	}
}

var errImpatient = errors.New("no more patience")

// shared waits until the fetch that all readers of the group share has ended.
func (w *wait) shared(impatient <-chan time.Time) error {
	select {
	case got := <-w.a.ask(w.ctx):
		w.brought, _ = got.Val.(*snapshot)
		return nil
	case <-w.a.shut: // the snapshot says so
		return nil
	case <-w.ctx.Done():
		return w.ctx.Err()
	case <-impatient:
		return errImpatient
	}
}

// ask sends the loop one request for all readers that wait now, and returns a
// channel that receives when it has been answered. Only the loop decides what
// the request starts.
func (a *Actor) ask(ctx context.Context) <-chan singleflight.Result {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.asking && !a.work.enter() {
		return nil // closed: the caller waits for that
	}
	a.asking = true
	return a.reads.DoChan(sharedRead, func() (any, error) { return a.askForAll(ctx) })
}

// sharedRead is the one key of an actor's singleflight group.
const sharedRead = "read"

// askForAll runs on a goroutine of the singleflight group, which nobody could
// recover: it calls no code but the actor's own.
func (a *Actor) askForAll(cause context.Context) (*snapshot, error) {
	defer a.work.leave()
	got, err := a.send(context.Background(), request{want: wantRead, cause: cause})
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asking = false
	a.reads.Forget(sharedRead) // who comes now begins another
	return got.snap, err
}
