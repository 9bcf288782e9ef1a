package actor

import (
	"context"

	"github.com/ssmcache/ssmcache/fetch"
)

type retryKey struct{}

// ForRetry returns a context under which a Refresh counts as caused by a
// failure elsewhere: it starts no fetch while such refreshes fail or change
// nothing (rule 26).
func ForRetry(ctx context.Context) context.Context {
	return context.WithValue(ctx, retryKey{}, true)
}

// Refresh refreshes the whole group. It blocks until a fetch that started after
// the call has ended, or until ctx ends; calls that arrive while a fetch is
// under way share the next one. The error joins a [*fetch.Error] for each name
// and path that was not answered with a value.
func (a *Actor) Refresh(ctx context.Context) error {
	rep, err := a.refresh(ctx)
	if err != nil {
		return err
	}
	return rep.err()
}

// RefreshSlot is Refresh with the outcome of one slot alone.
func (a *Actor) RefreshSlot(ctx context.Context, slot int) error {
	if a.work == nil {
		return a.snap.Load().marks[slot].err
	}
	rep, err := a.refresh(ctx)
	if err != nil {
		return err
	}
	e, s := a.roster.entry(slot), a.snap.Load()
	if _, marked := s.marks[slot]; e.kind == member && rep != nil && !marked && s.start(s.param(slot)).mono >= rep.plan.at.mono {
		return nil // brought, by another listing perhaps than one that failed
	}
	if err := rep.errOf(slot, e); err != nil {
		return err
	}
	if s.marks[slot].state == missing {
		return s.errorOf(slot, e)
	}
	if rep != nil && rep.failed != nil && s.start(s.param(slot)).mono < rep.plan.at.mono {
		// The fetch brought it, but the group waits for the rest.
		return &fetch.Error{Op: e.op(), Name: e.name, Err: rep.failed}
	}
	return nil
}

func (a *Actor) refresh(ctx context.Context) (*report, error) {
	r := request{want: wantRefresh, cause: ctx}
	if ctx.Value(retryKey{}) != nil {
		r.want = wantRetry
	}
	got, err := a.send(ctx, r)
	return got.report, err
}

// Reject asks for another value of slot than p, which did not work. It returns
// nil when the group holds one, without a fetch if it does so already, and an
// error that matches [ErrUnchanged] if there is none. It blocks like Refresh.
func (a *Actor) Reject(ctx context.Context, slot int, p fetch.Parameter) error {
	if a.work == nil {
		if held, ok := a.Peek(slot); ok && held.Text() != p.Text() {
			return nil
		}
		return ErrUnchanged
	}
	_, err := a.send(ctx, request{want: wantOther, slot: slot, text: p.Text(), cause: ctx})
	return err
}
