package ssmtest

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/benbjohnson/clock"
)

// traffic decides the fate of each call and keeps the record. Nothing waits
// while its lock is held.
type traffic struct {
	clock clock.Clock // constant
	home  home        // constant

	mu          sync.Mutex // guards all below
	faults      []*installed
	latency     func(Call) time.Duration // nil: none
	rate        rate
	calls       []*Call
	inFlight    int
	maxInFlight int
}

func newTraffic(c clock.Clock, at home) *traffic { return &traffic{clock: c, home: at} }

// SetLatency makes every call that starts from now on take d on the clock.
func (s *Store) SetLatency(d time.Duration) {
	s.SetLatencyFunc(func(Call) time.Duration { return d })
}

// SetLatencyFunc makes each call take what f says, in place of [Store.SetLatency].
// f runs on the call's goroutine, at its start; nil is no latency.
func (s *Store) SetLatencyFunc(f func(Call) time.Duration) {
	s.traffic.mu.Lock()
	defer s.traffic.mu.Unlock()
	s.traffic.latency = f
}

// SetRate throttles calls above so many a second, of both operations together,
// with "Rate exceeded": a bucket of that many, full at first, that fills steadily
// on the clock. 0 is no limit.
func (s *Store) SetRate(perSecond int) {
	s.traffic.mu.Lock()
	defer s.traffic.mu.Unlock()
	s.traffic.rate = newRate(perSecond)
}

// fate is what awaits a call that has been recorded.
type fate struct {
	traffic   *traffic
	call      *Call // guarded by traffic's lock
	started   Call  // a copy that the call's goroutine owns
	delay     time.Duration
	until     []<-chan struct{}
	deaf      bool
	decided   *Fault // nil: the call gets its answer
	throttled bool
}

// begin records a call and decides its fate.
func (t *traffic) begin(c Call) *fate {
	t.mu.Lock()
	c.Start = t.clock.Now()
	call := c
	f := &fate{traffic: t, call: &call, started: c}
	t.calls = append(t.calls, f.call)
	t.inFlight++
	t.maxInFlight = max(t.maxInFlight, t.inFlight)
	f.throttled = !t.rate.admit(c.Start)
	if !f.throttled {
		t.applyLocked(f)
	}
	latency := t.latency
	t.mu.Unlock()
	if latency != nil {
		f.delay += latency(c.clone())
	}
	return f
}

// applyLocked lets the installed faults hit a call, up to the first that decides
// its outcome.
func (t *traffic) applyLocked(f *fate) {
	for _, in := range slices.Clone(t.faults) {
		if !in.fault.matches(f.started, t.home) {
			continue
		}
		if in.hits++; in.hits == in.fault.Times {
			t.removeLocked(in)
		}
		f.delay += in.fault.Delay
		f.deaf = f.deaf || in.fault.Deaf
		if in.fault.Until != nil {
			f.until = append(f.until, in.fault.Until)
		}
		if in.fault.ends() {
			f.decided = &in.fault
			return
		}
	}
}

func (t *traffic) install(f Fault) (remove func()) {
	in := &installed{fault: f}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.faults = append(t.faults, in)
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.removeLocked(in)
	}
}

func (t *traffic) removeLocked(in *installed) {
	t.faults = slices.DeleteFunc(t.faults, func(other *installed) bool { return other == in })
}

// wait passes the call's time, and returns the error that it ends with.
func (f *fate) wait(ctx context.Context) error {
	operation := f.started.Operation
	listening := ctx
	if f.deaf {
		listening = context.WithoutCancel(ctx)
	}
	if err := f.pass(listening); err != nil {
		return ended(operation, err)
	}
	switch {
	case f.throttled:
		return (&apiError{code: "ThrottlingException", message: "Rate exceeded"}).sdkError(operation)
	case f.decided == nil:
		return nil
	case f.decided.Panic != nil:
		panic(f.decided.Panic)
	case f.decided.Hang:
		<-ctx.Done()
		return ended(operation, ctx.Err())
	case f.decided.Err != nil:
		return f.decided.Err
	}
	return f.decided.apiError(f.started, f.traffic.home).sdkError(operation)
}

// pass waits for the delay and then for the channels, or for the context's end.
func (f *fate) pass(ctx context.Context) error {
	if f.delay > 0 && ctx.Err() == nil {
		timer := f.traffic.clock.Timer(f.delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	for _, until := range f.until {
		select {
		case <-until:
		case <-ctx.Done():
		}
	}
	return ctx.Err()
}

// end completes the call's record.
func (f *fate) end(err error) {
	f.traffic.mu.Lock()
	defer f.traffic.mu.Unlock()
	f.call.End, f.call.Err = f.traffic.clock.Now(), err
	f.traffic.inFlight--
}
