package fetch_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/benbjohnson/clock"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

// logged returns a Fetcher whose log is in the buffer.
func logged(c fetch.Client, gate *fetch.Gate) (*fetch.Fetcher, *bytes.Buffer) {
	var log bytes.Buffer
	return fetch.NewFetcher(c, gate, clock.New(), 10*time.Second, slog.New(slog.NewTextHandler(&log, nil))), &log
}

// secretPanic is a type to panic with, whose text quotes a value.
type secretPanic struct{ text string }

func (p secretPanic) String() string { return p.text }
func (p secretPanic) Error() string  { return p.text }

func panicInTheClient(v any) { panic(v) }

func TestAPanicInAClientBecomesAnErrorOfItsTypeAlone(t *testing.T) {
	for _, c := range []struct {
		value any
		kind  string
	}{
		{"hunter2", "string"},
		{errors.New("hunter2"), "*errors.errorString"},
		{secretPanic{"hunter2"}, "fetch_test.secretPanic"},
		{&secretPanic{"hunter2"}, "*fetch_test.secretPanic"},
		{fmt.Errorf("a: %w", context.Canceled), "*fmt.wrapError"},
		{nil, "*runtime.PanicNilError"},
	} {
		for _, op := range []string{fetch.OpGetParameters, fetch.OpGetParametersByPath} {
			f, log := logged(client{
				names: func(context.Context, *ssm.GetParametersInput) (*ssm.GetParametersOutput, error) {
					panicInTheClient(c.value)
					return nil, nil
				},
				paths: func(context.Context, *ssm.GetParametersByPathInput) (*ssm.GetParametersByPathOutput, error) {
					panicInTheClient(c.value)
					return nil, nil
				},
			}, fetch.NewGate(1))
			req := fetch.Request{Names: asks(t, "/a")}
			if op == fetch.OpGetParametersByPath {
				req = fetch.Request{Paths: lists(t, "/a")}
			}
			for range 2 { // the slot is free again
				log.Reset()
				res := f.Fetch(t.Context(), req)
				class, err := fetch.Failed, error(nil)
				for _, o := range res.Names {
					class, err = o.Class, o.Err
				}
				for _, l := range res.Paths {
					class, err = l.Class, l.Err
				}
				equal(t, "class", class, fetch.Failed)
				equal(t, "text", fmt.Sprint(err), "panic of type "+c.kind)
				var panicked *fetch.PanicError
				if !errors.As(err, &panicked) || panicked.Type != c.kind {
					t.Errorf("%s: %T is no PanicError of its type", c.kind, err)
				}
				for _, part := range []string{"level=ERROR", "op=" + op, "type=" + c.kind, "panicInTheClient", "call_test.go"} {
					if !strings.Contains(log.String(), part) {
						t.Errorf("%s: the log has no %q", c.kind, part)
					}
				}
				if strings.Contains(log.String(), "hunter2") {
					t.Errorf("%s: the log has the panic's text", c.kind)
				}
			}
		}
	}
}

func TestFetchTimeoutBoundsOneCallButNotItsWaitForASlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := ssmtest.New(ssmtest.Config{})
		names := fill(store, 30)
		store.SetLatency(9 * time.Second)
		start := time.Now()
		res := seated(store.Client(), fetch.NewGate(1)).Fetch(t.Context(), fetch.Request{Names: asks(t, names...)})
		equal(t, "found", count(res.Names)["found"], 30)
		equal(t, "time taken", time.Since(start), 27*time.Second)

		store.Fault(ssmtest.Fault{Hang: true})
		start = time.Now()
		res = seated(store.Client(), fetch.NewGate(1)).Fetch(t.Context(), fetch.Request{Names: asks(t, names...)})
		equal(t, "time of a hung call", time.Since(start), 10*time.Second)
		equal(t, "calls", res.Calls, 1)
		equal(t, "failed", count(res.Names)["failed: no answer within the FetchTimeout of 10s"], 30)
	})
}

func TestNoErrorLooksLikeTheEndOfACallersContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		look := func(what string, err error) {
			if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v", what, err)
			}
		}
		store := ssmtest.New(ssmtest.Config{})
		store.Fault(ssmtest.Fault{Hang: true})
		look("our timeout", get(t, store.Client(), "/a").Names[0].Err)

		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		res := newFetcher(store.Client()).Fetch(ctx, fetch.Request{Names: asks(t, "/a"), Paths: lists(t, "/b")})
		equal(t, "a cancelled fetch ends after", time.Since(start), time.Second)
		look("the fetch's own end", res.Names[0].Err)
		look("the fetch's own end, of a path", res.Paths[0].Err)
		late, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		look("the fetch's own deadline", newFetcher(store.Client()).Fetch(late, fetch.Request{Names: asks(t, "/a")}).Names[0].Err)
		look("an ended context", newFetcher(store.Client()).Fetch(ctx, fetch.Request{Names: asks(t, "/a")}).Names[0].Err)

		for _, err := range []error{context.Canceled, context.DeadlineExceeded, fmt.Errorf("the client's own: %w", context.DeadlineExceeded)} {
			own := get(t, client{names: func(context.Context, *ssm.GetParametersInput) (*ssm.GetParametersOutput, error) { return nil, err }}, "/a").Names[0].Err
			look("a client's own timeout", own)
			equal(t, "its text", own.Error(), "the call ended early: "+err.Error())
		}
	})
}

func TestAnAnswerAtTheLastMomentIsUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := ssmtest.New(ssmtest.Config{})
		store.Put("/a", "1")
		store.Fault(ssmtest.Fault{Delay: 10*time.Second + 999*time.Millisecond, Deaf: true}) // deaf to its end
		c := client{names: func(ctx context.Context, in *ssm.GetParametersInput) (*ssm.GetParametersOutput, error) {
			return store.Client().GetParameters(context.WithoutCancel(ctx), in)
		}}
		f, log := logged(c, fetch.NewGate(1))
		equal(t, "outcome", line(f.Fetch(t.Context(), fetch.Request{Names: asks(t, "/a")}).Names[0]), "/a=1")
		equal(t, "abandoned", f.Abandoned(), 0)
		equal(t, "log", log.String(), "")
	})
}

func TestACallThatIgnoresItsEndedContextIsAbandonedAfterOneSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var calls atomic.Int64
		c := client{names: func(_ context.Context, in *ssm.GetParametersInput) (*ssm.GetParametersOutput, error) {
			if calls.Add(1) == 1 {
				<-release
				return answering([]types.Parameter{item(in.Names[0], "", "late", 1)}).GetParameters(t.Context(), in)
			}
			return answering([]types.Parameter{item(in.Names[0], "", "prompt", 2)}).GetParameters(t.Context(), in)
		}}
		gate := fetch.NewGate(1)
		f, log := logged(c, gate)
		start := time.Now()
		res := f.Fetch(t.Context(), fetch.Request{Names: asks(t, "/a")})
		equal(t, "abandoned after", time.Since(start), 11*time.Second)
		equal(t, "outcome", line(res.Names[0]), "failed: the client ignored the end of its context and was abandoned")
		equal(t, "counted", f.Abandoned(), 1)
		if text := log.String(); !strings.Contains(text, "level=ERROR") || !strings.Contains(text, "call abandoned") || !strings.Contains(text, "op=GetParameters") {
			t.Errorf("log: %q", text)
		}

		// Its slot, the only one, is free; its answer comes to nothing.
		other := seated(c, gate)
		start = time.Now()
		equal(t, "of another group", line(other.Fetch(t.Context(), fetch.Request{Names: asks(t, "/a")}).Names[0]), "/a=prompt")
		equal(t, "which waited", time.Since(start), 0)
		close(release)
		synctest.Wait()
		equal(t, "counted after its return", f.Abandoned(), 0)
		equal(t, "of the same group", line(f.Fetch(t.Context(), fetch.Request{Names: asks(t, "/a")}).Names[0]), "/a=prompt")
		equal(t, "the outcome handed out before", line(res.Names[0]), "failed: the client ignored the end of its context and was abandoned")
	})
}

func TestAnAbandonedCallMayPanicLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := ssmtest.New(ssmtest.Config{})
		release := make(chan struct{})
		store.Fault(ssmtest.Fault{Until: release, Deaf: true, Panic: "hunter2"})
		f, log := logged(store.Client(), fetch.NewGate(1))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		start := time.Now()
		f.Fetch(ctx, fetch.Request{Paths: lists(t, "/a")})
		equal(t, "abandoned after", time.Since(start), time.Second)
		equal(t, "counted", f.Abandoned(), 1)
		close(release)
		synctest.Wait()
		equal(t, "counted after its end", f.Abandoned(), 0)
		equal(t, "the log has the panic's text", strings.Contains(log.String(), "hunter2"), false)
	})
}

func TestFetchLeavesNoGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // which fails if one is left
		store := ssmtest.New(ssmtest.Config{})
		names := fill(store, 100)
		store.SetLatency(time.Second)
		lingering := client{names: func(ctx context.Context, in *ssm.GetParametersInput) (*ssm.GetParametersOutput, error) {
			<-ctx.Done()
			time.Sleep(500 * time.Millisecond)
			return nil, ctx.Err()
		}}
		f := seated(lingering, fetch.NewGate(4))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		f.Fetch(ctx, fetch.Request{Names: asks(t, names...)})
		equal(t, "the fetch joins its calls, after", time.Since(start), 1500*time.Millisecond)
		equal(t, "abandoned", f.Abandoned(), 0)
	})
}

func TestAClientThatEndsItsGoroutineFailsItsCallAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := seated(client{names: func(context.Context, *ssm.GetParametersInput) (*ssm.GetParametersOutput, error) {
			runtime.Goexit()
			return nil, nil
		}}, fetch.NewGate(1))
		start := time.Now()
		res := f.Fetch(t.Context(), fetch.Request{Names: asks(t, "/a")})
		equal(t, "class", res.Names[0].Class, fetch.Failed)
		equal(t, "after", time.Since(start), 0)
		equal(t, "abandoned", f.Abandoned(), 0)
	})
}

func TestAnUncomparableClientWillDo(t *testing.T) {
	c := answering([]types.Parameter{item("/a", "", "1", 1)})
	equal(t, "comparable", reflect.ValueOf(c).Comparable(), false)
	equal(t, "outcome", line(get(t, c, "/a").Names[0]), "/a=1")
}
