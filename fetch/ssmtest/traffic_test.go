package ssmtest_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/benbjohnson/clock"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

func TestRateThrottlesBothOperationsTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := ssmtest.New(ssmtest.Config{})
		store.SetRate(4)
		call := func(i int) string {
			if i%2 == 0 {
				_, err := get(t.Context(), store.Client(), "/a")
				return code(err)
			}
			_, err := list(t.Context(), store.Client(), "/a")
			return code(err)
		}
		admitted := func() (n int) {
			for i := range 10 {
				switch got := call(i); got {
				case "":
					n++
				case "ThrottlingException":
				default:
					t.Fatal(got)
				}
			}
			return n
		}
		for _, step := range []struct {
			wait time.Duration
			want int
		}{{0, 4}, {249 * time.Millisecond, 0}, {time.Millisecond, 1}, {500 * time.Millisecond, 2}, {time.Hour, 4}} {
			time.Sleep(step.wait)
			if got := admitted(); got != step.want {
				t.Fatalf("after %v more: %d calls admitted, want %d", step.wait, got, step.want)
			}
		}
		store.SetRate(0)
		if got := admitted(); got != 10 {
			t.Fatalf("without a rate: %d calls admitted", got)
		}
	})
}

func TestThrottledCallMeetsNoFault(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{Clock: clock.NewMock()})
	store.SetRate(1)
	store.Fault(ssmtest.Fault{Code: "InternalServerError", Times: 1})
	store.SetRate(1)
	for i, want := range []string{"InternalServerError", "ThrottlingException"} {
		if _, err := get(t.Context(), store.Client(), "/a"); code(err) != want {
			t.Errorf("call %d: %v", i+1, err)
		}
	}
}

func TestLatencyPassesOnAMockClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // for Wait alone: the bubble's own time plays no part
		held := clock.NewMock()
		store := ssmtest.New(ssmtest.Config{Clock: held})
		store.SetLatency(time.Hour)
		done := make(chan error, 1)
		go func() {
			_, err := get(t.Context(), store.Client(), "/a")
			done <- err
		}()
		synctest.Wait()
		held.Add(time.Hour - 1)
		synctest.Wait()
		select {
		case err := <-done:
			t.Fatalf("the call ended early: %v", err)
		default:
		}
		held.Add(1)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	})
}

func TestLatencyDependsOnTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := ssmtest.New(ssmtest.Config{})
		store.SetLatencyFunc(func(c ssmtest.Call) time.Duration { return time.Duration(len(c.Names)) * time.Second })
		start := time.Now()
		_, _ = get(t.Context(), store.Client(), "/a", "/b", "/c")
		_, _ = list(t.Context(), store.Client(), "/a")
		if took := time.Since(start); took != 3*time.Second {
			t.Fatalf("the calls took %v", took)
		}
		store.SetLatencyFunc(nil)
		_, _ = get(t.Context(), store.Client(), "/a")
		if took := time.Since(start); took != 3*time.Second {
			t.Fatalf("without a latency the calls took %v", took)
		}
	})
}

func TestRecordHasEachCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := ssmtest.New(ssmtest.Config{})
		store.SetLatency(time.Second)
		store.SetPages(0, 1)
		start := time.Now()
		_, _ = get(t.Context(), store.Client(), "/a", " p:1")
		page, _ := list(t.Context(), store.Client(), "/a")
		store.Fault(ssmtest.Fault{Code: "InternalServerError"})
		_, failure := store.Client().GetParametersByPath(t.Context(), nextPage("/a", page.NextToken))
		calls := store.Calls()
		if len(calls) != 3 || store.CallCount() != 3 {
			t.Fatalf("%d calls", len(calls))
		}
		if c := calls[0]; c.Operation != ssmtest.GetParameters || fmt.Sprint(c.Names) != "[/a  p:1]" || !c.WithDecryption || c.Err != nil {
			t.Errorf("the first call is %+v", c)
		}
		if c := calls[2]; c.Operation != ssmtest.GetParametersByPath || c.Path != "/a" || c.Token != *page.NextToken || c.Err != failure {
			t.Errorf("the third call is %+v", c)
		}
		for i, c := range calls {
			if c.Start.Sub(start) != time.Duration(i)*time.Second || c.End.Sub(c.Start) != time.Second {
				t.Errorf("call %d was from %v to %v", i+1, c.Start, c.End)
			}
		}
		calls[0].Names[0] = "x"
		if store.Calls()[0].Names[0] != "/a" {
			t.Error("the record is not the caller's to modify")
		}
	})
}

func TestRecordCountsCallsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := ssmtest.New(ssmtest.Config{})
		store.SetLatency(time.Second)
		var all sync.WaitGroup
		for i := range 5 {
			all.Go(func() {
				time.Sleep(time.Duration(i) * 400 * time.Millisecond)
				_, _ = get(t.Context(), store.Client(), "/a")
			})
		}
		time.Sleep(time.Millisecond)
		if c := store.Calls(); len(c) != 1 || !c[0].End.IsZero() {
			t.Errorf("under way: %+v", c)
		}
		all.Wait()
		if got := store.MaxInFlight(); got != 3 {
			t.Errorf("%d calls at once", got)
		}
		store.ResetCalls()
		if store.CallCount() != 0 || store.MaxInFlight() != 0 {
			t.Error("the record is not empty")
		}
	})
}
