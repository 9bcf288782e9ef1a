package fetch_test

import (
	"context"
	"fmt"
	"runtime"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ssmcache/ssmcache/fetch"
)

// allocated is the number of bytes that f allocates, garbage included.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// wide is a client whose every listing has 100,000 parameters on 10,000 pages.
func wide() client {
	const pages = 10_000
	return client{paths: func(_ context.Context, in *ssm.GetParametersByPathInput) (*ssm.GetParametersByPathOutput, error) {
		page, _ := strconv.Atoi(aws.ToString(in.NextToken))
		out := &ssm.GetParametersByPathOutput{Parameters: make([]types.Parameter, 10)}
		for i := range out.Parameters {
			name := fmt.Sprintf("/wide/%05d", page*10+i)
			out.Parameters[i] = item(name, "", "a value of some thirty characters", 1)
			out.Parameters[i].ARN = aws.String(arn + name)
		}
		if page+1 < pages {
			out.NextToken = aws.String(strconv.Itoa(page + 1))
		}
		return out, nil
	}}
}

func TestAListingOfAHundredThousandParametersStaysWithinItsMemory(t *testing.T) {
	f, req := newFetcher(wide()), fetch.Request{Start: started, Paths: lists(t, "/wide")}
	var res fetch.Result
	cold := allocated(func() { res = f.Fetch(t.Context(), req) })
	parameters := res.Paths[0].Parameters
	equal(t, "parameters", len(parameters), 100_000)
	equal(t, "calls", res.Calls, 10_000)
	equal(t, "the last", parameters[99_999].Name(), "/wide/99999")
	known := make(map[string]fetch.Parameter, len(parameters))
	for _, p := range parameters {
		known[p.Name()] = p
	}
	req.Paths[0].Known = func(name string) fetch.Parameter { return known[name] }
	warm := allocated(func() { res = f.Fetch(t.Context(), req) })
	equal(t, "parameters of the refresh", len(res.Paths[0].Parameters), 100_000)

	const bound = 100 << 20 // bytes, of which the client itself takes 23 MB
	if cold > bound || warm > bound {
		t.Errorf("a listing allocates %d bytes cold, %d for a refresh; the bound is %d", cold, warm, bound)
	}
}
