package fetch_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

func TestNinetyFiveNamesCostTenCalls(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	names := fill(store, 95)
	var want []string
	for i, name := range names {
		want = append(want, fmt.Sprintf("%s=%d", name, i))
	}
	ask := asks(t, names...)
	for range 2 { // cold, then a refresh
		store.ResetCalls()
		res := newFetcher(store.Client()).Fetch(t.Context(), fetch.Request{Start: started, Names: ask})
		same(t, "outcomes", told(res.Names), want)
		equal(t, "calls counted", res.Calls, 10)
		equal(t, "calls made", store.CallCount(), 10)
		var asked []string
		for _, c := range store.Calls() {
			if len(c.Names) > 10 {
				t.Errorf("a call of %d names", len(c.Names))
			}
			asked = append(asked, c.Names...)
		}
		slices.Sort(asked)
		same(t, "names asked", asked, names)
		for i := range ask {
			ask[i].Known = res.Names[i].Parameter
		}
	}
}

func TestNothingAskedCostsNoCall(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	res := get(t, store.Client())
	equal(t, "calls", res.Calls+store.CallCount()+len(res.Names)+len(res.Paths), 0)
}

func TestBatchesRunInParallelWithinTheSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := ssmtest.New(ssmtest.Config{})
		names := fill(store, 1000)
		store.SetLatency(10 * time.Millisecond)
		start := time.Now()
		res := get(t, store.Client(), names...)
		equal(t, "time taken", time.Since(start), 100*time.Millisecond)
		equal(t, "calls", res.Calls, 100)
		equal(t, "in flight at once", store.MaxInFlight(), 10)
	})
}

func TestAnUnknownNameFailsAlone(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/a", "1")
	store.Put("/b", "2")
	store.Label("/b", 1, "live")
	res := get(t, store.Client(), "/a", "/none", "/a:2", "/b:live", "/b:dead", "/A", "/aws/reference/secretsmanager/none", arn+"/none")
	same(t, "outcomes", told(res.Names), []string{"/a=1", "not found", "not found", "/b:live=2", "not found", "not found", "not found", "not found"})
	equal(t, "calls", store.CallCount(), 1)
}

func TestEverySpellingGetsItsOwnOutcome(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{Partition: "aws-cn", Region: "cn-north-1"})
	for _, text := range []string{"one", "two", "three"} {
		store.Put("p", text)
		store.Put("/a/b", text)
		store.PutSecret("p", "secret "+text)
	}
	store.Label("p", 2, "live")
	store.Label("/a/b", 1, "live")
	const home = "arn:aws-cn:ssm:cn-north-1:123456789012:parameter"
	const secret = "/aws/reference/secretsmanager/p"
	asked := map[string]string{ // the selector in the answer, and the text
		"p": "=three", "/p": "=three", "p:1": "1=one", "/p:2": "2=two", "p:live": "live=two", "/p:live": "live=two",
		home + "/p": "=three", home + "/p:1": "1=one", home + "/p:live": "live=two",
		"/a/b": "=three", "/a/b:1": "1=one", "/a/b:2": "2=two", "/a/b:live": "live=one",
		home + "/a/b": "=three", home + "/a/b:2": "2=two",
		secret: "=secret three", secret + ":AWSPREVIOUS": "AWSPREVIOUS=secret two", secret + ":AWSCURRENT": "AWSCURRENT=secret three",
		"p:9": "not found", home + "/p:dead": "not found",
	}
	names := slices.Sorted(maps.Keys(asked))
	for range names { // each name once at each place among its neighbours
		names = append(names[1:], names[0])
		for i, o := range get(t, store.Client(), names...).Names {
			got := o.Parameter.Selector() + "=" + o.Parameter.Text()
			if o.Class != fetch.Found {
				got = line(o)
			}
			equal(t, names[i], got, asked[names[i]])
		}
	}
}

func TestRootTwinsAreSentOnce(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	store.Put("p", "1")
	res := get(t, store.Client(), "p", "/p", "/q", "q", "/p:1", "p:1", "/a/p")
	same(t, "outcomes", told(res.Names), []string{"p=1", "/p=1", "not found", "not found", "/p:1=1", "p:1=1", "not found"})
	equal(t, "calls", store.CallCount(), 1)
	same(t, "names sent", store.Calls()[0].Names, []string{"p", "/q", "/p:1", "/a/p"})
}

func TestATwinKeepsWhatIsKnownOfIt(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	store.Put("p", "1")
	ask := asks(t, "p", "/p")
	res := newFetcher(store.Client()).Fetch(t.Context(), fetch.Request{Start: started, Names: ask})
	for i := range ask {
		ask[i].Known = res.Names[i].Parameter
	}
	again := newFetcher(store.Client()).Fetch(t.Context(), fetch.Request{Start: started.Add(1), Names: ask})
	for i, o := range again.Names {
		equal(t, "spelling", o.Parameter.Name(), ask[i].Name.String())
		equal(t, "unchanged", o.Parameter.Unchanged(ask[i].Known), true)
		equal(t, "shares its memory", unsafe.StringData(o.Parameter.Name()) == unsafe.StringData(ask[i].Known.Name()), true)
	}
}

func TestAVersionStaysPinnedAndALabelMoves(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/a", "one")
	store.Put("/a", "two")
	store.Label("/a", 2, "live")
	names := []string{"/a:1", "/a:live", "/a"}
	same(t, "at first", told(get(t, store.Client(), names...).Names), []string{"/a:1=one", "/a:live=two", "/a=two"})
	store.Put("/a", "three")
	store.Label("/a", 1, "live") // backwards
	same(t, "later", told(get(t, store.Client(), names...).Names), []string{"/a:1=one", "/a:live=one", "/a=three"})
}

func TestFetchedAtIsTheStartOfTheFetch(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/a/b", "1")
	res := newFetcher(store.Client()).Fetch(t.Context(), fetch.Request{Start: started, Names: asks(t, "/a/b"), Paths: lists(t, "/a")})
	equal(t, "of a name", res.Names[0].Parameter.FetchedAt(), started)
	equal(t, "of a listing", res.Paths[0].Parameters[0].FetchedAt(), started)
}

// copying is a client whose every answer has memory of its own, as one that
// came over the wire.
func copying(from fetch.Client) client {
	own := func(items []types.Parameter) {
		for i := range items {
			items[i].Value = aws.String(strings.Clone(*items[i].Value))
		}
	}
	return client{
		names: func(ctx context.Context, in *ssm.GetParametersInput) (*ssm.GetParametersOutput, error) {
			out, err := from.GetParameters(ctx, in)
			if err == nil {
				own(out.Parameters)
			}
			return out, err
		},
		paths: func(ctx context.Context, in *ssm.GetParametersByPathInput) (*ssm.GetParametersByPathOutput, error) {
			out, err := from.GetParametersByPath(ctx, in)
			if err == nil {
				own(out.Parameters)
			}
			return out, err
		},
	}
}

func TestAnUnchangedAnswerKeepsTheMemoryOfWhatIsKnown(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/a/b", "a text") // a single byte has static memory
	store.PutSecret("s", "a secret")
	f := newFetcher(copying(store.Client()))
	ask, paths := asks(t, "/a/b", "/aws/reference/secretsmanager/s"), lists(t, "/a")
	first := f.Fetch(t.Context(), fetch.Request{Start: started, Decrypt: true, Names: ask, Paths: paths})
	ask[0].Known, ask[1].Known = first.Names[0].Parameter, first.Names[1].Parameter
	paths[0].Known = func(string) fetch.Parameter { return first.Paths[0].Parameters[0] }
	second := f.Fetch(t.Context(), fetch.Request{Start: started.Add(time.Minute), Decrypt: true, Names: ask, Paths: paths})
	for i, pair := range [][2]fetch.Parameter{
		{first.Names[0].Parameter, second.Names[0].Parameter},
		{first.Names[1].Parameter, second.Names[1].Parameter},
		{first.Paths[0].Parameters[0], second.Paths[0].Parameters[0]},
	} {
		equal(t, fmt.Sprint(i, " shares its text"), unsafe.StringData(pair[0].Text()) == unsafe.StringData(pair[1].Text()), true)
		equal(t, fmt.Sprint(i, " is fresh"), pair[1].FetchedAt(), started.Add(time.Minute))
		equal(t, fmt.Sprint(i, " keeps its age before"), pair[0].FetchedAt(), started)
	}
	store.Put("/a/b", "2")
	third := f.Fetch(t.Context(), fetch.Request{Start: started, Decrypt: true, Names: ask, Paths: paths})
	equal(t, "a changed name", third.Names[0].Parameter.Text(), "2")
	equal(t, "a changed listing", third.Paths[0].Parameters[0].Text(), "2")
}

func TestNoDecryptionBringsTheCiphertext(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	store.PutSecure("/a/b", "hunter2")
	for _, decrypt := range []bool{true, false} {
		res := newFetcher(store.Client()).Fetch(t.Context(), fetch.Request{Decrypt: decrypt, Names: asks(t, "/a/b"), Paths: lists(t, "/a")})
		equal(t, "name in clear", res.Names[0].Parameter.Text() == "hunter2", decrypt)
		equal(t, "listing in clear", res.Paths[0].Parameters[0].Text() == "hunter2", decrypt)
	}
}

func TestTheFirstTransientFailureStopsFurtherCalls(t *testing.T) {
	for _, fault := range []ssmtest.Fault{
		{Code: "ThrottlingException"}, {Code: "InternalServerError"}, {Code: "ExpiredTokenException"}, {Err: errors.New("connection reset")}, {Panic: 1},
	} {
		store := ssmtest.New(ssmtest.Config{})
		names := fill(store, 50)
		fault.Name = names[15]
		store.Fault(fault)
		req := fetch.Request{Names: asks(t, names...)}
		res := seated(store.Client(), fetch.NewGate(1)).Fetch(t.Context(), req)
		equal(t, "calls", store.CallCount(), 2)
		equal(t, "calls counted", res.Calls, 2)
		for i, o := range res.Names {
			switch {
			case i < 10 && o.Class != fetch.Found, i >= 10 && (o.Class != fetch.Failed || o.Err == nil || o.Err != res.Names[10].Err):
				t.Errorf("%v: name %d: %s", fault, i, line(o))
			}
		}
	}
}

func TestATransientFailureOfAListingStopsTheNames(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	names := fill(store, 20)
	store.Fault(ssmtest.Fault{Operation: ssmtest.GetParametersByPath, Code: "ThrottlingException"})
	res := seated(store.Client(), fetch.NewGate(1)).Fetch(t.Context(), fetch.Request{Names: asks(t, names...), Paths: lists(t, "/n", "/o")})
	equal(t, "calls", store.CallCount(), 1)
	for i, o := range res.Names {
		equal(t, fmt.Sprint("name ", i), line(o), "failed: ThrottlingException")
	}
	for i, l := range res.Paths {
		equal(t, fmt.Sprint("path ", i), l.Class, fetch.Failed)
		equal(t, fmt.Sprint("path ", i), code(l.Err), "ThrottlingException")
	}
}

func TestNoFailureSwitchesTheOperation(t *testing.T) {
	for _, op := range []string{ssmtest.GetParameters, ssmtest.GetParametersByPath} {
		for _, denied := range []string{"AccessDeniedException", "ValidationException", "ThrottlingException"} {
			store := ssmtest.New(ssmtest.Config{})
			names := fill(store, 12)
			store.Fault(ssmtest.Fault{Code: denied})
			req := fetch.Request{Names: asks(t, names...)}
			if op == ssmtest.GetParametersByPath {
				req = fetch.Request{Paths: lists(t, "/n")}
			}
			newFetcher(store.Client()).Fetch(t.Context(), req)
			for _, c := range store.Calls() {
				equal(t, denied, c.Operation, op)
			}
		}
	}
}

func TestANilAnswerIsAFailureOfTheCall(t *testing.T) {
	c := client{
		names: func(context.Context, *ssm.GetParametersInput) (*ssm.GetParametersOutput, error) { return nil, nil },
		paths: func(context.Context, *ssm.GetParametersByPathInput) (*ssm.GetParametersByPathOutput, error) {
			return nil, nil
		},
	}
	equal(t, "name", line(get(t, c, "/a").Names[0]), "failed: the client returned no answer")
	l := list(t, c, "/a").Paths[0]
	equal(t, "path's class", l.Class, fetch.Failed)
	equal(t, "path", code(l.Err), "the client returned no answer")
}

func TestAnAnswerThatMentionsNoNameIsAFailureOfTheCall(t *testing.T) {
	for what, c := range map[string]client{
		"empty":      answering(nil),
		"unasked":    answering([]types.Parameter{item("/x", "", "x", 1)}, "/y"),
		"null value": answering([]types.Parameter{{Name: aws.String("/a")}}),
		"null name":  answering([]types.Parameter{{Value: aws.String("x")}}),
		"null":       answering([]types.Parameter{{}}),
	} {
		same(t, what, told(get(t, c, "/a", "/b").Names), slices.Repeat([]string{"failed: the answer mentions none of the names"}, 2))
	}
}
