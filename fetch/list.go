package fetch

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

var (
	errRepeatedToken = errors.New("the store repeated a page token")
	errTooManyPages  = errors.New("the listing has more than 20,000 pages")
)

// list reads a listing to its end, through empty pages.
func (r *run) list(ctx context.Context, l List) Listing {
	in := &ssm.GetParametersByPathInput{
		Path:           aws.String(l.Path.path),
		Recursive:      aws.Bool(!l.Path.oneLevel),
		WithDecryption: aws.Bool(r.req.Decrypt),
		MaxResults:     aws.Int32(resultsPerPage),
	}
	for _, f := range l.Path.filters {
		in.ParameterFilters = append(in.ParameterFilters, f.wire())
	}
	var listing Listing
	tokens := map[string]bool{}
	for page := 1; ; page++ {
		out, err := inSlot(ctx, r, OpGetParametersByPath, definitePath, func(ctx context.Context, opts ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error) {
			asked := *in // the client's own: it must not see the next token
			return r.client.GetParametersByPath(ctx, &asked, opts...)
		})
		if err == nil {
			listing.Parameters = r.take(listing.Parameters, l, out.Parameters)
			in.NextToken = out.NextToken
			err = checkToken(aws.ToString(in.NextToken), tokens, page)
		}
		switch {
		case err != nil && definitePath(err):
			return Listing{Err: err, Class: Definite}
		case err != nil:
			return Listing{Err: r.stop(err), Class: Failed}
		case aws.ToString(in.NextToken) == "":
			listing.Parameters = ordered(listing.Parameters)
			return listing
		}
	}
}

// checkToken guards against a store that never ends.
func checkToken(token string, seen map[string]bool, page int) error {
	if token == "" {
		return nil
	}
	if seen[token] {
		return errRepeatedToken
	}
	if page >= maxPages {
		return errTooManyPages
	}
	seen[token] = true
	return nil
}

// take appends the items of one page. An item without a name or a value, or
// from elsewhere, is left out; it does not end the page.
func (r *run) take(to []Parameter, l List, items []types.Parameter) []Parameter {
	for i := range items {
		item := &items[i]
		name := aws.ToString(item.Name)
		if name == "" || item.Value == nil || !l.Path.Contains(name) {
			continue
		}
		known := l.Known(name)
		to = append(to, renewed(known, item, known.Name(), r.at))
	}
	return to
}

// ordered sorts by name and keeps each name once, as first listed.
func ordered(p []Parameter) []Parameter {
	slices.SortStableFunc(p, func(a, b Parameter) int { return cmp.Compare(a.Name(), b.Name()) })
	return slices.CompactFunc(p, func(a, b Parameter) bool { return a.Name() == b.Name() })
}
