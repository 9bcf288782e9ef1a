package fetch_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

// paged is a client whose listings have the pages given, with the tokens given
// behind them.
func paged(pages [][]types.Parameter, tokens ...string) client {
	at := map[string]int{"": 0}
	for i, token := range tokens {
		if _, known := at[token]; !known {
			at[token] = i + 1
		}
	}
	return client{paths: func(_ context.Context, in *ssm.GetParametersByPathInput) (*ssm.GetParametersByPathOutput, error) {
		page := at[aws.ToString(in.NextToken)]
		out := &ssm.GetParametersByPathOutput{}
		if page < len(pages) {
			out.Parameters = pages[page]
		}
		if page < len(tokens) {
			out.NextToken = aws.String(tokens[page])
		}
		return out, nil
	}}
}

func TestAListingIsPagedToTheEndThroughEmptyPages(t *testing.T) {
	for _, empty := range []int{0, 1, 3} {
		for _, size := range []int{1, 3, 10} {
			store := ssmtest.New(ssmtest.Config{})
			var want []string
			for i, name := range fill(store, 25) {
				want = append(want, fmt.Sprintf("%s=%d", name, i))
			}
			store.SetPages(size, empty)
			res := list(t, store.Client(), "/n")
			same(t, "parameters", texts(res.Paths[0].Parameters), want)
			equal(t, "calls", res.Calls, (25+size-1)/size*(empty+1))
			equal(t, "calls made", store.CallCount(), res.Calls)
		}
	}
}

func TestAnUnknownPathIsAnEmptyListing(t *testing.T) {
	res := list(t, ssmtest.New(ssmtest.Config{}).Client(), "/none")
	equal(t, "class", res.Paths[0].Class, fetch.Found)
	equal(t, "error", res.Paths[0].Err, nil)
	equal(t, "parameters", len(res.Paths[0].Parameters), 0)
}

func TestAnEmptyTokenEndsAListing(t *testing.T) {
	res := list(t, paged([][]types.Parameter{{item("/n/a", "", "1", 1)}}, ""), "/n")
	same(t, "parameters", texts(res.Paths[0].Parameters), []string{"/n/a=1"})
	equal(t, "calls", res.Calls, 1)
}

func TestARepeatedTokenEndsInAnError(t *testing.T) {
	pages := [][]types.Parameter{{item("/n/a", "", "1", 1)}, {item("/n/b", "", "1", 1)}, {item("/n/c", "", "1", 1)}}
	for _, c := range []struct {
		tokens []string
		calls  int
	}{{[]string{"x", "x"}, 2}, {[]string{"x", "y", "x"}, 3}, {[]string{"x", "y", "z", "y"}, 4}} {
		res := list(t, paged(pages, c.tokens...), "/n")
		equal(t, "class", res.Paths[0].Class, fetch.Failed)
		equal(t, "error", code(res.Paths[0].Err), "the store repeated a page token")
		equal(t, "parameters", len(res.Paths[0].Parameters), 0)
		equal(t, "calls", res.Calls, c.calls)
	}
}

func TestTheTwentyThousandthPageEndsInAnError(t *testing.T) {
	page := 0
	endless := client{paths: func(context.Context, *ssm.GetParametersByPathInput) (*ssm.GetParametersByPathOutput, error) {
		page++
		return &ssm.GetParametersByPathOutput{NextToken: aws.String(strconv.Itoa(page))}, nil
	}}
	res := list(t, endless, "/n")
	equal(t, "class", res.Paths[0].Class, fetch.Failed)
	equal(t, "error", code(res.Paths[0].Err), "the listing has more than 20,000 pages")
	equal(t, "calls", res.Calls, 20_000)
}

func TestABlankItemDoesNotEndItsPage(t *testing.T) {
	res := list(t, paged([][]types.Parameter{{
		item("/n/a", "", "1", 1),
		{},
		{Name: aws.String("/n/x")},
		{Value: aws.String("x")},
		item("", "", "x", 1),
		item("/n", "", "x", 1), item("/nn/x", "", "x", 1), item("/m/x", "", "x", 1), item("n/x", "", "x", 1),
		item("/n/b", "", "", 1), item("/n/c/d", "", "3", 1),
	}}), "/n")
	same(t, "parameters", texts(res.Paths[0].Parameters), []string{"/n/a=1", "/n/b=", "/n/c/d=3"})
}

func TestAListingHasEachNameOnceInOrder(t *testing.T) {
	res := list(t, paged([][]types.Parameter{
		{item("/n/b", "", "first", 1), item("/n/c", "", "c", 1)},
		{item("/n/b", "", "second", 2), item("/n/a", "", "a", 1), item("/n/a", "", "a", 1)},
	}, "x"), "/n")
	same(t, "parameters", texts(res.Paths[0].Parameters), []string{"/n/a=a", "/n/b=first", "/n/c=c"})
}

func TestAListingIsAllPagesOrNone(t *testing.T) {
	for _, fault := range []struct {
		code  string
		class fetch.Class
	}{{"ThrottlingException", fetch.Failed}, {"InternalServerError", fetch.Failed}, {"InvalidNextToken", fetch.Failed}, {"AccessDeniedException", fetch.Definite}} {
		for failing := 1; failing <= 3; failing++ {
			store := ssmtest.New(ssmtest.Config{})
			fill(store, 25)
			calls := 0
			c := client{paths: func(ctx context.Context, in *ssm.GetParametersByPathInput) (*ssm.GetParametersByPathOutput, error) {
				if calls++; calls == failing {
					store.Fault(ssmtest.Fault{Code: fault.code})
				}
				return store.Client().GetParametersByPath(ctx, in)
			}}
			res := list(t, c, "/n")
			equal(t, "class", res.Paths[0].Class, fault.class)
			equal(t, "error", code(res.Paths[0].Err), fault.code)
			equal(t, "parameters", len(res.Paths[0].Parameters), 0)
			equal(t, "calls", res.Calls, failing)
		}
	}
}

func TestAPathAndItsFiltersReachTheWire(t *testing.T) {
	var asked []ssm.GetParametersByPathInput
	var pointers []*ssm.GetParametersByPathInput
	c := client{paths: func(_ context.Context, in *ssm.GetParametersByPathInput) (*ssm.GetParametersByPathOutput, error) {
		asked, pointers = append(asked, *in), append(pointers, in)
		out := &ssm.GetParametersByPathOutput{}
		if in.NextToken == nil {
			out.NextToken = aws.String("more")
		}
		return out, nil
	}}
	base, err := fetch.ParseBasePath("/app/")
	if err != nil {
		t.Fatal(err)
	}
	given := []fetch.Filter{fetch.TypeFilter(types.ParameterTypeString), fetch.KeyIDFilter("BeginsWith", "alias/"), {Key: "Label", Values: []string{"live", "next"}}}
	path, err := fetch.ParsePath(base, "/db/", true, given)
	if err != nil {
		t.Fatal(err)
	}
	given[2].Values[0] = "changed by the caller afterwards"
	newFetcher(c).Fetch(t.Context(), fetch.Request{Decrypt: true, Paths: append(lists(t, "/all"), fetch.List{Path: path, Known: nothingKnown})[1:]})
	equal(t, "calls", len(asked), 2)
	for i, in := range asked {
		equal(t, "path", *in.Path, "/app/db")
		equal(t, "recursive", *in.Recursive, false)
		equal(t, "decryption", *in.WithDecryption, true)
		equal(t, "page size", *in.MaxResults, 10)
		equal(t, "token", aws.ToString(in.NextToken), []string{"", "more"}[i])
		equal(t, "the client's own token", pointers[i].NextToken, in.NextToken)
		var filters []string
		for _, f := range in.ParameterFilters {
			filters = append(filters, fmt.Sprint(*f.Key, *f.Option, f.Values))
		}
		same(t, "filters", filters, []string{"TypeEquals[String]", "KeyIdBeginsWith[alias/]", "LabelEquals[live next]"})
	}
	asked = nil
	newFetcher(c).Fetch(t.Context(), fetch.Request{Paths: lists(t, "/")})
	equal(t, "root", *asked[0].Path, "/")
	equal(t, "recursive by default", *asked[0].Recursive, true)
	equal(t, "no decryption", *asked[0].WithDecryption, false)
	equal(t, "no filters", len(asked[0].ParameterFilters), 0)
}

func TestTheRootsListingHasNamesWithAndWithoutASlash(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	store.Put("plain", "1")
	store.Put("/a/b", "2")
	same(t, "parameters", texts(list(t, store.Client(), "/").Paths[0].Parameters), []string{"/a/b=2", "plain=1"})
}

func TestALabelFilterListsTheLabelledVersion(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/n/a", "one")
	store.Put("/n/a", "two")
	store.Put("/n/b", "unlabelled")
	store.Label("/n/a", 1, "live")
	path, err := fetch.ParsePath(fetch.BasePath{}, "/n", false, []fetch.Filter{fetch.LabelFilter("live")})
	if err != nil {
		t.Fatal(err)
	}
	res := newFetcher(store.Client()).Fetch(t.Context(), fetch.Request{Paths: []fetch.List{{Path: path, Known: nothingKnown}}})
	equal(t, "parameters", len(res.Paths[0].Parameters), 1)
	p := res.Paths[0].Parameters[0]
	equal(t, "listed", fmt.Sprint(p.Name(), p.Version(), p.Text()), "/n/a1one")
}

func TestSeveralPathsAreListedInParallel(t *testing.T) {
	for slots, want := range map[int]time.Duration{10: 3 * time.Second, 2: 9 * time.Second, 1: 15 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			store := ssmtest.New(ssmtest.Config{})
			paths := []string{"/a", "/b", "/c", "/d", "/e"}
			for _, path := range paths {
				for i := range 25 {
					store.Put(fmt.Sprintf("%s/%02d", path, i), "x")
				}
			}
			store.SetLatency(time.Second)
			start := time.Now()
			res := seated(store.Client(), fetch.NewGate(slots)).Fetch(t.Context(), fetch.Request{Paths: lists(t, paths...)})
			equal(t, fmt.Sprint("time with slots: ", slots), time.Since(start), want)
			for i, l := range res.Paths {
				equal(t, paths[i], len(l.Parameters), 25)
			}
			equal(t, "in flight at once", store.MaxInFlight(), min(slots, len(paths)))
		})
	}
}

func TestWhatIsKnownIsAskedByTheListedName(t *testing.T) {
	store := ssmtest.New(ssmtest.Config{})
	fill(store, 12)
	var asked []string
	paths := lists(t, "/n")
	paths[0].Known = func(name string) fetch.Parameter {
		asked = append(asked, name)
		return fetch.Parameter{}
	}
	newFetcher(store.Client()).Fetch(t.Context(), fetch.Request{Paths: paths})
	slices.Sort(asked)
	equal(t, "asked", len(slices.Compact(asked)), 12)
}
