package fetch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go/middleware"
)

// attempts is what became of the requests that the AWS SDK sends for one call.
// The SDK keeps to itself those that it sends again, and forgets them when the
// call's time is up. Of another client it knows nothing.
type attempts struct {
	mu        sync.Mutex
	seen      bool
	throttled int
	last      error // of the latest that failed; nil: none has
}

// watch is an option of the call.
func (a *attempts) watch(o *ssm.Options) {
	o.APIOptions = append(slices.Clip(o.APIOptions), func(stack *middleware.Stack) error {
		note := middleware.FinalizeMiddlewareFunc(noting, func(
			ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler,
		) (middleware.FinalizeOutput, middleware.Metadata, error) {
			out, metadata, err := next.HandleFinalize(ctx, in)
			a.note(err)
			return out, metadata, err
		})
		if _, ok := stack.Finalize.Get(retrying); !ok {
			return nil // a client that sends each request once
		}
		if _, twice := stack.Finalize.Get(noting); twice {
			return nil
		}
		return stack.Finalize.Insert(note, retrying, middleware.After)
	})
}

// noting is the name of our middleware.
const noting = "ssmcacheAttempts"

// retrying is the name of the SDK's that sends a request again.
var retrying = (*retry.Attempt)(nil).ID()

// note takes in the end of one attempt. One that was cut short says nothing of
// the store.
func (a *attempts) note(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.seen = true
	if throttled(codeOfAttempt(err)) {
		a.throttled++
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		a.last = presentable(err)
	}
}

// throttles returns how often the store refused the call, which ended with err,
// because there were too many.
func (a *attempts) throttles(err error) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.seen && throttled(code(err)) {
		return 1
	}
	return a.throttled
}

// timedOut returns the error of a call that has used up its time.
func (a *attempts) timedOut(after time.Duration) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return &timeoutError{after, a.last}
}

// timeoutError says that a call has used up its time. It is never the fault of
// one name, whatever the last attempt's error says.
type timeoutError struct {
	after time.Duration
	last  error // of its latest attempt that failed; nil: none has
}

func (e *timeoutError) Error() string {
	text := fmt.Sprintf("no answer within the FetchTimeout of %v", e.after)
	if e.last != nil {
		text += "; before that: " + e.last.Error()
	}
	return text
}

func (e *timeoutError) Unwrap() error { return e.last }
