package handle

import (
	"context"
	"errors"
	"log/slog"

	"github.com/ssmcache/ssmcache/actor"
	"github.com/ssmcache/ssmcache/fetch"
)

// Refresher is what [Retry] refreshes: a [*Handle] or, of package registry, a
// *Group or a *Registry.
type Refresher interface {
	Refresh(context.Context) error
}

// RetryOptions says when [Retry] tries again. The zero value retries after every
// error. A panic of a callback becomes a [*fetch.PanicError], joined with op's
// error; its stack goes to the logger of what is refreshed.
type RetryOptions struct {
	On     func(error) bool            // which errors of op a refresh may mend; nil: every error
	Before func(context.Context) error // called after the refresh, before the second try; nil: nothing. Its error ends Retry
}

// Retry calls op. If op fails with an error that opts.On accepts, it refreshes
// r, calls opts.Before, and calls op once more, with a context for which
// [IsRetry] is true. A failed refresh does not keep it from the second try; its
// error is joined with that of op if op fails again. Nothing is tried after ctx
// has ended.
//
// Many goroutines that fail at once share refreshes. After a refresh that failed
// or changed nothing, Retry goes straight to the second try for 1 s, doubling
// to 30 s: an outage of a database does not become an outage of the store.
func Retry[T any](ctx context.Context, r Refresher, opts RetryOptions, op func(context.Context) (T, error)) (T, error) {
	value, err := op(ctx)
	if err == nil {
		return value, nil
	}
	if on, onErr := opts.accepts(r, err); !on {
		if onErr != nil {
			err = errors.Join(err, onErr)
		}
		return value, err
	}
	if ctx.Err() != nil {
		return value, errors.Join(err, ctx.Err())
	}
	refreshErr := r.Refresh(actor.ForRetry(ctx))
	if ctx.Err() != nil {
		return value, errors.Join(err, ctx.Err())
	}
	if opts.Before != nil {
		if beforeErr := guard(r, func() error { return opts.Before(ctx) }); beforeErr != nil {
			return value, errors.Join(beforeErr, err, refreshErr)
		}
		if ctx.Err() != nil {
			return value, errors.Join(err, ctx.Err())
		}
	}
	value, err = op(context.WithValue(ctx, retryKey{}, true))
	if err != nil {
		err = errors.Join(err, refreshErr)
	}
	return value, err
}

// accepts reports whether On takes err for one that a refresh may mend.
func (o RetryOptions) accepts(r Refresher, err error) (on bool, panicked error) {
	if o.On == nil {
		return true, nil
	}
	panicked = guard(r, func() error { on = o.On(err); return nil })
	return on, panicked
}

// guard calls a callback and logs its panic, if r says where.
func guard(r Refresher, callback func() error) error {
	err := fetch.Guard(callback)
	reporter, ok := r.(interface{ Logger() *slog.Logger })
	if panicked, is := err.(*fetch.PanicError); ok && is { // not one that the callback was given, and wraps
		reporter.Logger().Error("ssmcache: a callback of Retry panicked", "type", panicked.Type, "stack", string(panicked.Stack))
	}
	return err
}

type retryKey struct{}

// IsRetry reports whether ctx is that of the second try of [Retry].
func IsRetry(ctx context.Context) bool { return ctx.Value(retryKey{}) != nil }
