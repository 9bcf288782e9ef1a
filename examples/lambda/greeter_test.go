package main

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
)

const password = "value-that-must-not-show"

// environment is one execution environment: the function as Lambda calls it,
// over the real SDK client, and its store.
type environment struct {
	store   *ssmtest.Store
	handler lambda.Handler
}

// run has f run in virtual time with a new execution environment.
func run(t *testing.T, f func(*testing.T, environment)) {
	t.Setenv("AWS_LAMBDA_FUNCTION_NAME", "greeter") // as Lambda does
	synctest.Test(t, func(t *testing.T) {
		store := ssmtest.New(ssmtest.Config{})
		store.Put("/app/database/name", "orders")
		store.PutSecret("app/database/password", password)
		reg, err := registry.Open(t.Context(), registry.Config{Client: store.SDKClient()})
		if err != nil {
			t.Fatal(err)
		}
		defer reg.Close()
		g, err := newGreeter(reg)
		if err != nil {
			t.Fatal(err)
		}
		f(t, environment{store, lambda.NewHandler(g.handle)})
	})
}

// invoke invokes the function once, as Lambda does: with a deadline.
func (e environment) invoke(t *testing.T) (answer string, calls int, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	before := e.store.CallCount()
	got, err := e.handler.Invoke(ctx, []byte(`{"name":"you"}`))
	return string(got), e.store.CallCount() - before, err
}

func TestInvocationsShareWhatTheFirstFetched(t *testing.T) {
	run(t, func(t *testing.T, e environment) {
		for i, wantCalls := range []int{1, 0, 0, 0} {
			answer, calls, err := e.invoke(t)
			if answer != `{"greeting":"hello you from orders"}` || calls != wantCalls || err != nil {
				t.Errorf("invocation %d: %s, %d calls, %v", i, answer, calls, err)
			}
		}
	})
}

func TestAnInvocationAfterMaxAgeFetchesAgainAndNothingRunsBetween(t *testing.T) {
	run(t, func(t *testing.T, e environment) {
		e.invoke(t)
		e.store.Put("/app/database/name", "orders2")
		time.Sleep(5*time.Minute - time.Nanosecond) // frozen
		if answer, calls, _ := e.invoke(t); calls != 0 || !strings.Contains(answer, "from orders\"") {
			t.Errorf("before MaxAge: %s, %d calls", answer, calls)
		}
		before := e.store.CallCount()
		time.Sleep(time.Hour)
		if calls := e.store.CallCount() - before; calls != 0 {
			t.Errorf("%d calls between invocations", calls)
		}
		if answer, calls, _ := e.invoke(t); calls != 1 || !strings.Contains(answer, "from orders2\"") {
			t.Errorf("after it: %s, %d calls", answer, calls)
		}
	})
}

func TestInvocationsOutliveAnOutageOfTheStore(t *testing.T) {
	run(t, func(t *testing.T, e environment) {
		e.invoke(t)
		time.Sleep(6 * time.Minute)
		e.store.Fault(ssmtest.Fault{Hang: true})
		start := time.Now()
		answer, _, err := e.invoke(t)
		if !strings.Contains(answer, "from orders") || err != nil || time.Since(start) != time.Second {
			t.Errorf("%s, %v, after %v", answer, err, time.Since(start))
		}
	})
}

func TestNeitherAnswerNorErrorShowsTheSecret(t *testing.T) {
	run(t, func(t *testing.T, e environment) {
		answer, _, err := e.invoke(t)
		if strings.Contains(answer, password) || err != nil {
			t.Errorf("%s, %v", answer, err)
		}
		e.store.Delete("/app/database/name")
		time.Sleep(5 * time.Minute)
		e.invoke(t)
		time.Sleep(time.Second) // "not found" is believed when it is said twice
		answer, _, err = e.invoke(t)
		if err == nil || !strings.Contains(err.Error(), `"/app/database/name": parameter not found`) || strings.Contains(answer+err.Error(), password) {
			t.Errorf("%s, %v", answer, err)
		}
	})
}
