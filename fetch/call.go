package fetch

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/benbjohnson/clock"
)

// abandonAfter is how long, in real time, a call may go on after its context
// has ended: long enough for a client to notice, short enough for a shutdown.
const abandonAfter = time.Second

var errExited = errors.New("the client ended its goroutine")

var errAbandoned = errors.New("the client ignored the end of its context and was abandoned")

// Fetcher makes the calls of one group. It is safe for concurrent use, but a
// group runs one [Fetcher.Fetch] at a time.
type Fetcher struct {
	client  Client        // constant
	clock   clock.Clock   // constant
	timeout time.Duration // constant; bounds one call
	log     *slog.Logger  // constant
	seat    *seat         // constant

	abandoned     atomic.Int64 // calls add and subtract, Abandoned loads
	abandonedEver atomic.Int64 // calls add, AbandonedEver loads
}

// NewFetcher returns a Fetcher that calls client within the slots of gate. Each
// call ends after timeout, its retries included; the wait for a slot does not
// count. logger gets the stacks of panics and what is abandoned.
func NewFetcher(client Client, gate *Gate, c clock.Clock, timeout time.Duration, logger *slog.Logger) *Fetcher {
	return &Fetcher{client: client, clock: c, timeout: timeout, log: logger, seat: gate.seat()}
}

// Abandoned returns how many calls were abandoned and have not returned since.
func (f *Fetcher) Abandoned() int { return int(f.abandoned.Load()) }

// AbandonedEver returns how many calls were abandoned, returned or not.
func (f *Fetcher) AbandonedEver() int64 { return f.abandonedEver.Load() }

// clientCall is one call of a [Client], with its input.
type clientCall[T any] func(context.Context, ...func(*ssm.Options)) (*T, error)

// call makes one call of the client in the slot that its caller holds. It returns
// when do does, or one second of real time after its context has ended.
func call[T any](ctx context.Context, f *Fetcher, op string, tried *attempts, do clientCall[T]) (*T, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// Not WithTimeout: a mock clock's is not synchronised, and its error would
	// look like the end of a caller's context.
	timer := f.clock.AfterFunc(f.timeout, func() {
		cancel(tried.timedOut(f.timeout))
	})
	defer timer.Stop()

	type answer struct {
		out *T
		err error
	}
	answers := make(chan answer) // the call sends, this function receives
	leave := make(chan struct{}) // closed when this function no longer receives
	go func() {
		a := answer{err: errExited}
		defer func() { // also when the client calls runtime.Goexit, as a test's FailNow does
			select {
			case answers <- a:
			case <-leave:
				f.abandoned.Add(-1)
			}
		}()
		a.err = Guard(func() (err error) { a.out, err = do(ctx, tried.watch); return presentable(err) })
	}()
	var a answer
	select {
	case a = <-answers:
	case <-ctx.Done():
		grace := time.NewTimer(abandonAfter)
		defer grace.Stop()
		select {
		case a = <-answers:
		case <-grace.C:
			f.abandoned.Add(1)
			f.abandonedEver.Add(1)
			close(leave)
			f.log.Error("ssmcache: call abandoned: the client ignores its ended context", "op", op)
			return nil, errAbandoned
		}
	}
	return a.out, f.explain(ctx, op, a.out == nil, a.err)
}

// explain returns the error of a call that has ended with err.
func (f *Fetcher) explain(ctx context.Context, op string, empty bool, err error) error {
	var panicked *PanicError
	switch cause := context.Cause(ctx); {
	case err == nil && empty:
		return errors.New("the client returned no answer")
	case err == nil:
		return nil
	case errors.As(err, &panicked):
		f.log.Error("ssmcache: the client panicked", "op", op, "type", panicked.Type, "stack", string(panicked.Stack))
		return err
	case cause != nil && !errors.Is(cause, context.Canceled):
		return detached(cause)
	}
	return err
}
