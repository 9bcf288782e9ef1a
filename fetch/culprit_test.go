package fetch_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

// deny makes the store refuse every call that asks for one of names.
func deny(store *ssmtest.Store, code string, names ...string) {
	for _, name := range names {
		store.Fault(ssmtest.Fault{Name: name, Code: code})
	}
}

// count is how many outcomes there are of each line, values aside.
func count(outcomes []fetch.Outcome) map[string]int {
	n := map[string]int{}
	for _, o := range outcomes {
		if o.Class == fetch.Found {
			n["found"]++
			continue
		}
		n[line(o)]++
	}
	return n
}

func TestACulpritIsIsolatedAndTheHealthyGetTheirValues(t *testing.T) {
	for _, code := range []string{"ValidationException", "AccessDeniedException", "InvalidKeyId"} {
		for position, extra := range []int{6, 6, 6, 8, 8, 6, 6, 6, 8, 8} {
			store := ssmtest.New(ssmtest.Config{})
			names := fill(store, 95)
			deny(store, code, names[40+position])
			res := get(t, store.Client(), names...)
			for i, o := range res.Names {
				want := fmt.Sprintf("%s=%d", names[i], i)
				if i == 40+position {
					want = "culprit: " + code
				}
				equal(t, code, line(o), want)
			}
			equal(t, fmt.Sprint("calls with the culprit at ", position), store.CallCount(), 10+extra)
			equal(t, "calls counted", res.Calls, 10+extra)
		}
	}
}

func TestANameThatFailsAloneIsACulpritAtOnce(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	names := fill(store, 11)
	deny(store, "AccessDeniedException", names[10])
	res := get(t, store.Client(), names...)
	equal(t, "the eleventh", line(res.Names[10]), "culprit: AccessDeniedException")
	equal(t, "calls", store.CallCount(), 2)
}

func TestNoOtherFailureIsSplit(t *testing.T) {
	for _, fault := range []ssmtest.Fault{
		{Code: "ThrottlingException"},
		{Code: "InternalServerError"},
		{Code: "ServiceUnavailable", Status: 503},
		{Code: "ExpiredTokenException"},
		{Code: "UnrecognizedClientException"},
		{Code: "IncompleteSignature"},
		{Code: "RequestTimeout"},
		{Code: "SomethingNew", Status: 400},
		{Code: "InvalidFilterKey"},
		{Err: errors.New("AccessDeniedException in a text is no code")},
	} {
		store := ssmtest.New(ssmtest.Config{})
		names := fill(store, 10)
		store.Fault(fault)
		res := get(t, store.Client(), names...)
		equal(t, "calls", store.CallCount(), 1)
		for _, o := range res.Names {
			if o.Class != fetch.Failed || o.Culprit {
				t.Errorf("%s: %s", fault.Code, line(o))
			}
		}
	}
}

func TestSplittingSpendsTwentyExtraCallsAtMost(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	names := fill(store, 95)
	deny(store, "AccessDeniedException", names...)
	res := get(t, store.Client(), names...)
	equal(t, "calls", store.CallCount(), 30)
	got := count(res.Names)
	// 18 calls for all ten of the first batch, 2 for the halves of the second.
	equal(t, "isolated", got["culprit: AccessDeniedException"], 10)
	equal(t, "not isolated yet", got["failed: AccessDeniedException"], 85)
}

func TestAThrottledSplitEnds(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	names := fill(store, 20)
	deny(store, "AccessDeniedException", names[3], names[13])
	calls := 0
	c := client{names: func(ctx context.Context, in *ssm.GetParametersInput) (*ssm.GetParametersOutput, error) {
		if calls++; calls == 4 { // two batches, half of the first, a half of that
			return nil, &types.ThrottlingException{}
		}
		return store.Client().GetParameters(ctx, in)
	}}
	res := seated(c, fetch.NewGate(1)).Fetch(t.Context(), fetch.Request{Names: asks(t, names...)})
	equal(t, "calls", res.Calls, 4)
	for i, o := range res.Names {
		if i < 5 {
			equal(t, names[i], line(o), "failed: ThrottlingException")
		}
	}
}

func TestIsolationMakesProgressFromFetchToFetch(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	names := fill(store, 100)
	var denied []string
	for i := 0; i < 100; i += 3 {
		denied = append(denied, names[i])
	}
	deny(store, "AccessDeniedException", denied...)
	f := newFetcher(store.Client())
	ask := asks(t, names...)
	turn, isolated := 0, 0
	for n := 1; isolated < len(denied); n++ {
		res := f.Fetch(t.Context(), fetch.Request{Names: ask, Turn: turn})
		turn += fetch.MaxAlone
		was := isolated
		isolated = 0
		for i, o := range res.Names {
			if ask[i].Culprit = o.Culprit; o.Culprit {
				isolated++
			}
			if i%3 != 0 && (o.Culprit || o.Class == fetch.Definite) {
				t.Fatalf("fetch %d takes the healthy %s for a culprit", n, names[i])
			}
		}
		if isolated <= was {
			t.Fatalf("fetch %d has isolated none more than %d", n, was)
		}
	}
	store.ResetCalls()
	res := f.Fetch(t.Context(), fetch.Request{Names: ask, Turn: turn})
	equal(t, "found in the end", count(res.Names)["found"], 66)
	// 66 healthy in 7 calls, 20 culprits alone, 14 in two batches.
	equal(t, "calls in the end", store.CallCount(), 7+20+2)
}

func TestTwentyKnownCulpritsAreAskedAloneInTurn(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	names := fill(store, 55)
	ask := asks(t, names...)
	for i := range 50 {
		ask[i].Culprit = true
	}
	deny(store, "AccessDeniedException", names[:50]...)
	f := seated(store.Client(), fetch.NewGate(1)) // one after another, so that their order shows
	for _, turn := range []int{0, 20, 40, 60, 1_000_010} {
		store.ResetCalls()
		res := f.Fetch(t.Context(), fetch.Request{Names: ask, Turn: turn})
		calls := store.Calls()
		equal(t, "calls", len(calls), 1+20+3)
		same(t, "the healthy come first", calls[0].Names, names[50:])
		for i, c := range calls[1:21] {
			same(t, fmt.Sprintf("turn %d: alone", turn), c.Names, names[(turn+i)%50:][:1])
		}
		for _, c := range calls[21:] {
			equal(t, "a batch of culprits", len(c.Names), 10)
		}
		got := count(res.Names)
		equal(t, "culprits", got["culprit: AccessDeniedException"], 50)
		equal(t, "found", got["found"], 5)
	}
}

func TestACulpritThatSucceedsIsHealthyAgain(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	names := fill(store, 25)
	ask := asks(t, append(names, "/gone")...)
	for i := range ask {
		ask[i].Culprit = true
	}
	res := newFetcher(store.Client()).Fetch(t.Context(), fetch.Request{Names: ask})
	equal(t, "found", count(res.Names)["found"], 25)
	equal(t, "answered as unknown", line(res.Names[25]), "not found")
	equal(t, "calls", res.Calls, 21)
}

func TestAnyFailureOfACulpritIsItsOwn(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	names := fill(store, 12)
	ask := asks(t, names...)
	ask[11].Culprit = true
	store.Fault(ssmtest.Fault{Name: names[11], Code: "ThrottlingException"})
	res := newFetcher(store.Client()).Fetch(t.Context(), fetch.Request{Names: ask})
	equal(t, "found", count(res.Names)["found"], 11)
	equal(t, "the culprit", line(res.Names[11]), "culprit: ThrottlingException")
}

func TestADeniedPathFailsAlone(t *testing.T) {
	for _, fault := range []string{"AccessDeniedException", "ValidationException", "InvalidKeyId", "InvalidFilterKey", "InvalidFilterOption", "InvalidFilterValue"} {
		store := ssmtest.New(ssmtest.Config{})
		names := fill(store, 11)
		store.Put("/m/a", "1")
		store.Fault(ssmtest.Fault{Operation: ssmtest.GetParametersByPath, Name: "/n", Code: fault})
		res := newFetcher(store.Client()).Fetch(t.Context(), fetch.Request{Names: asks(t, names...), Paths: lists(t, "/n", "/m")})
		equal(t, "the denied path", res.Paths[0].Class, fetch.Definite)
		equal(t, "its error", code(res.Paths[0].Err), fault)
		same(t, "the other path", texts(res.Paths[1].Parameters), []string{"/m/a=1"})
		equal(t, "names found", count(res.Names)["found"], 11)
		equal(t, "calls", store.CallCount(), 2+2)
	}
}

func TestACulpritThatWasNotAskedHasNotFailedByItself(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/a", "1")
	store.Put("/x", "1")
	store.Fault(ssmtest.Fault{Name: "/a", Code: "ThrottlingException"})
	request := asks(t, "/a", "/x")
	request[1].Culprit = true
	res := seated(store.Client(), fetch.NewGate(10)).Fetch(t.Context(), fetch.Request{Names: request})
	equal(t, "calls", res.Calls, 1)
	equal(t, "class", res.Names[1].Class, fetch.Failed)
	equal(t, "culprit", res.Names[1].Culprit, false)
}
