package registry_test

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/handle"
	"github.com/ssmcache/ssmcache/registry"
)

// overWire returns a group of two names over a wire, with a FetchTimeout of a minute,
// and a function that reads one of them.
func overWire(t *testing.T, options ...func(*ssm.Options)) (w *wire, g *registry.Group, get func() error) {
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/a", "x")
	store.Put("/b", "x")
	w = newWire(t, store, time.Hour)
	reg, err := registry.Open(t.Context(), registry.Config{Client: w.client(options...), FetchTimeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = reg.Close() })
	if g, err = reg.Group(registry.GroupConfig{}); err != nil {
		t.Fatal(err)
	}
	var h *handle.Handle
	for _, name := range []string{"/a", "/b"} {
		if h, err = g.Parameter(name); err != nil {
			t.Fatal(err)
		}
	}
	return w, g, func() error { _, err := h.Get(t.Context()); return err }
}

// tenaciously has the SDK send a request again, whatever it failed with, for as
// long as it may.
func tenaciously(o *ssm.Options) {
	o.Retryer = retry.NewStandard(func(s *retry.StandardOptions) {
		s.MaxAttempts = 1000
		s.Retryables = []retry.IsErrorRetryable{retry.IsErrorRetryableFunc(func(error) aws.Ternary { return aws.TrueTernary })}
	})
}

func TestTimedOutCallSaysWhatItsLastAttemptFailedWith(t *testing.T) {
	for what, c := range map[string]struct {
		fault fault
		code  string
		text  string
	}{
		"throttled": {fault{answer: refuse(400, "ThrottlingException", "Rate exceeded")}, "ThrottlingException", "FetchTimeout of 1m0s; before that: https response error StatusCode: 400, RequestID: , ThrottlingException: Rate exceeded"},
		"denied":    {fault{answer: refuse(400, "AccessDeniedException", "no")}, "AccessDeniedException", "FetchTimeout of 1m0s; before that: https response error StatusCode: 400, RequestID: , AccessDeniedException: no"},
		"quoting":   {fault{answer: rewrite(func([]byte) ([]byte, int) { return []byte(canary), len(canary) })}, "", "FetchTimeout of 1m0s; before that: the answer could not be decoded"},
		"hung":      {fault{answer: hang}, "", "FetchTimeout of 1m0s"},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, g, get := overWire(t, tenaciously)
				w.set(&c.fault)
				begin := time.Now()
				err := get()
				if took := time.Since(begin); took != time.Minute {
					t.Errorf("the read fails after %v", took)
				}
				var api smithy.APIError
				if errors.As(err, &api) != (c.code != "") || c.code != "" && api.ErrorCode() != c.code {
					t.Errorf("the error's code is not %q: %v", c.code, err)
				}
				if text := err.Error(); !strings.HasSuffix(text, "no answer within the "+c.text) {
					t.Errorf("the error says %s", text)
				}
				if calls := g.Stats().Calls; calls != 1 {
					t.Errorf("%d calls, want 1: a call that used up its time is nobody's fault", calls)
				}
			})
		})
	}
}

func TestThrottlesThatTheSDKDoesNotReportAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, g, get := overWire(t, tenaciously)
		var n atomic.Int64
		w.set(&fault{answer: func(rw http.ResponseWriter, r *http.Request, store http.Handler) {
			if n.Add(1) <= 3 {
				refuse(400, "ThrottlingException", "Rate exceeded")(rw, r, store)
				return
			}
			store.ServeHTTP(rw, r)
		}})
		if err := get(); err != nil {
			t.Fatal(err)
		}
		if s := g.Stats(); s.Calls != 1 || s.Throttled != 3 {
			t.Errorf("%d calls, throttled %d times; want 1 and 3", s.Calls, s.Throttled)
		}
	})
}

func TestClientThatSendsEachRequestOnceWillDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, g, get := overWire(t, func(o *ssm.Options) {
			o.APIOptions = append(o.APIOptions, func(s *middleware.Stack) error {
				_, err := s.Finalize.Remove("Retry")
				return err
			})
		})
		w.set(&fault{answer: refuse(400, "ThrottlingException", "Rate exceeded")})
		var f *fetch.Error
		if err := get(); !errors.As(err, &f) || !strings.Contains(err.Error(), "ThrottlingException") {
			t.Errorf("the error is %v", err)
		}
		if s := g.Stats(); s.Calls != 1 || s.Throttled != 1 {
			t.Errorf("%d calls, throttled %d times; want 1 and 1", s.Calls, s.Throttled)
		}
	})
}
