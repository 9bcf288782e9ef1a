package handle

import (
	"context"
	"iter"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/benbjohnson/clock"
	"github.com/ssmcache/ssmcache/actor"
	"github.com/ssmcache/ssmcache/fetch"
)

// ErrUnchanged says that the group still holds the value that was rejected; see
// [Handle.Reject].
var ErrUnchanged = actor.ErrUnchanged

// Handle reads one parameter of a group. It is small, valid until its group is
// closed, and safe for concurrent use. A registry's group makes it; two handles
// for one name are the same.
type Handle struct {
	group *actor.Actor // constant
	slot  int          // constant
	name  string       // constant
}

// New returns the handle for a slot of a group. Programs get theirs from
// package registry.
func New(group *actor.Actor, slot int) *Handle {
	return &Handle{group: group, slot: slot, name: group.Name(slot)}
}

// Name returns the full name, selector included.
func (h *Handle) Name() string { return h.name }

// Logger returns where the handle's group reports to; never nil.
func (h *Handle) Logger() *slog.Logger { return h.group.Logger() }

// String returns the full name.
func (h *Handle) String() string { return h.name }

// Get returns the value's text as stored, decrypted unless the group has
// NoDecryption. A cached value is returned at once, without a look at ctx.
// Otherwise Get waits for a fetch that all readers share, until ctx ends; its
// error is a [*fetch.Error], or matches the context's. After Close it returns
// an error that matches registry.ErrClosed.
func (h *Handle) Get(ctx context.Context) (string, error) {
	if text, ok := h.group.Text(h.slot); ok {
		return text, nil
	}
	return h.group.WaitText(ctx, h.slot)
}

// Lookup is Get with the value's metadata.
func (h *Handle) Lookup(ctx context.Context) (fetch.Parameter, error) {
	if p, ok := h.group.Param(h.slot); ok {
		return p, nil
	}
	if p, ok := h.group.TimedParam(h.slot); ok {
		return p, nil
	}
	return h.group.Read(ctx, h.slot)
}

// Peek returns the value that the group holds, however old, unless it is past
// MaxAge and MaxStale. It never blocks and never fetches. After Close it
// reports false.
func (h *Handle) Peek() (fetch.Parameter, bool) { return h.group.Peek(h.slot) }

// Refresh refreshes the whole group and returns this name's outcome. It waits
// until a fetch that started after the call has ended, or until ctx ends; calls
// that arrive during a fetch share the next one. "Not found" is believed at
// once.
func (h *Handle) Refresh(ctx context.Context) error { return h.group.RefreshSlot(ctx, h.slot) }

// Reject reports that p, a value of this handle, did not work: a password that
// was refused, say. It returns nil when the group holds another value, by then
// or after a refresh, and an error that matches [ErrUnchanged] while it does
// not. Of any number of goroutines that reject one value, only the first causes
// a fetch, and fetches so caused that change nothing are held back for 1 s,
// doubling to 30 s. Reject waits like Refresh.
func (h *Handle) Reject(ctx context.Context, p fetch.Parameter) error {
	return h.group.Reject(ctx, h.slot, p)
}

// Changes returns a sequence of the present value, if there is one, and then the
// latest value after each change. A slow loop may miss values in between, never
// the last. Deletions, errors and refreshes without a change yield nothing. The
// sequence ends with ctx or with the group. It fetches nothing itself: where
// reads refresh, a value changes only when something reads.
func (h *Handle) Changes(ctx context.Context) iter.Seq[fetch.Parameter] {
	return func(yield func(fetch.Parameter) bool) {
		var last fetch.Parameter
		for ctx.Err() == nil {
			p, ok, changed := h.group.Watch(h.slot)
			if changed == nil {
				return
			}
			if ok && !p.Unchanged(last) {
				if last = p; !yield(p) {
					return
				}
				continue // what was published meanwhile comes first
			}
			select {
			case <-changed:
			case <-ctx.Done():
			}
		}
	}
}

// Static returns a handle that always has the given text, for tests of code
// that takes a handle. It needs no registry and no goroutine; Refresh does
// nothing, Reject finds no other value.
func Static(name, text string) *Handle {
	return StaticParameter(fetch.NewParameter(types.Parameter{
		Name: aws.String(name), Value: aws.String(text), Type: types.ParameterTypeString, Version: 1,
	}, clock.New().Now()))
}

// StaticParameter is like Static, with metadata.
func StaticParameter(p fetch.Parameter) *Handle {
	return New(actor.Fixed(p.FullName(), p, nil), 0)
}

// StaticError returns a handle whose reads and refreshes fail with err.
func StaticError(name string, err error) *Handle {
	return New(actor.Fixed(name, fetch.Parameter{}, err), 0)
}
