package fetch_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ssmcache/ssmcache/fetch"
)

// FuzzPages lists from a store that does with each page what a byte says: its
// low bits choose the items, its high bits how the page ends.
func FuzzPages(f *testing.F) {
	for _, script := range []string{"", "\x00", "\x0f\x0f\x0f", "\x0f\x4f\x0f", "\x0f\x8f\x0f", "\x0f\xcf", "\x0f\xef", "\x40", "\x00\x00\x00\x0f\x40", "\x1f\x1f\x20\x3f\x60"} {
		f.Add([]byte(script))
	}
	const (
		more = iota // a new token
		last
		repeat // the token that the page was asked with; at first, a new one
		fail
	)
	f.Fuzz(func(t *testing.T, script []byte) {
		want, page := map[string]string{}, 0
		lost, over := false, false
		c := client{paths: func(_ context.Context, in *ssm.GetParametersByPathInput) (*ssm.GetParametersByPathOutput, error) {
			if over {
				t.Error("a page was asked for after the end")
			}
			step := byte(last << 6)
			if page < len(script) {
				step = script[page]
			}
			page++
			if step>>6 == fail {
				lost, over = true, true
				if step&1 == 1 {
					return nil, nil
				}
				return nil, &types.InvalidNextToken{}
			}
			out := &ssm.GetParametersByPathOutput{}
			for i := range 4 {
				if step>>i&1 == 0 {
					continue
				}
				name, text := fmt.Sprintf("/n/%d/%d", step>>4&1*byte(page), i), fmt.Sprint(page, i)
				out.Parameters = append(out.Parameters, item(name, "", text, 1))
				if _, known := want[name]; !known {
					want[name] = text
				}
			}
			if step>>5&1 == 1 {
				out.Parameters = slices.Insert(out.Parameters, 0, types.Parameter{}, item("/m/x", "", "x", 1), item("", "", "x", 1), types.Parameter{Name: aws.String("/n/null")})
			}
			switch step >> 6 {
			case last:
				over = true
				if step&1 == 1 {
					out.NextToken = aws.String("")
				}
			case repeat:
				if out.NextToken = in.NextToken; in.NextToken != nil {
					lost, over = true, true
					break
				}
				fallthrough
			case more:
				out.NextToken = aws.String(strconv.Itoa(page))
			}
			return out, nil
		}}
		res := list(t, c, "/n")
		listing := res.Paths[0]
		if res.Calls != page || !over {
			t.Fatalf("%d calls for %d pages", res.Calls, page)
		}
		if lost {
			if listing.Class != fetch.Failed || listing.Err == nil || listing.Parameters != nil {
				t.Fatalf("a lost page: %+v", listing)
			}
			return
		}
		var lines []string
		for _, name := range slices.Sorted(maps.Keys(want)) {
			lines = append(lines, name+"="+want[name])
		}
		if listing.Class != fetch.Found || listing.Err != nil {
			t.Fatalf("a listing to its end: %+v", listing)
		}
		same(t, "parameters", texts(listing.Parameters), lines)
	})
}
