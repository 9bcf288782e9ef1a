package fetch_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"
	"github.com/benbjohnson/clock"

	"github.com/ssmcache/ssmcache/fetch"
	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

// started is the Start of requests, unlike any time that a clock shows.
var started = time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)

// client is a Client of two functions. Used by value it cannot be compared.
type client struct {
	names func(context.Context, *ssm.GetParametersInput) (*ssm.GetParametersOutput, error)
	paths func(context.Context, *ssm.GetParametersByPathInput) (*ssm.GetParametersByPathOutput, error)
}

func (c client) GetParameters(ctx context.Context, in *ssm.GetParametersInput, _ ...func(*ssm.Options)) (*ssm.GetParametersOutput, error) {
	return c.names(ctx, in)
}

func (c client) GetParametersByPath(ctx context.Context, in *ssm.GetParametersByPathInput, _ ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error) {
	return c.paths(ctx, in)
}

// answering is a client that gives the same items and invalid names each time.
func answering(items []types.Parameter, invalid ...string) client {
	return client{names: func(context.Context, *ssm.GetParametersInput) (*ssm.GetParametersOutput, error) {
		return &ssm.GetParametersOutput{Parameters: items, InvalidParameters: invalid}, nil
	}}
}

// item is a parameter as a store answers it.
func item(name, selector, text string, version int64) types.Parameter {
	p := types.Parameter{Name: aws.String(name), Value: aws.String(text), Version: version, Type: types.ParameterTypeString}
	if selector != "" {
		p.Selector = aws.String(":" + selector)
	}
	return p
}

// newFetcher returns a Fetcher with ten slots of its own, on the real clock.
func newFetcher(c fetch.Client) *fetch.Fetcher { return seated(c, fetch.NewGate(10)) }

func seated(c fetch.Client, gate *fetch.Gate) *fetch.Fetcher {
	return fetch.NewFetcher(c, gate, clock.New(), 10*time.Second, slog.New(slog.DiscardHandler))
}

// asks asks for names, which must be well formed.
func asks(t testing.TB, names ...string) []fetch.Ask {
	t.Helper()
	asks := make([]fetch.Ask, len(names))
	for i, s := range names {
		name, err := fetch.ParseName(s)
		if err != nil {
			t.Fatal(err)
		}
		asks[i].Name = name
	}
	return asks
}

// lists lists paths, of which nothing is known, recursively.
func lists(t testing.TB, paths ...string) []fetch.List {
	t.Helper()
	lists := make([]fetch.List, len(paths))
	for i, s := range paths {
		path, err := fetch.ParsePath(fetch.BasePath{}, s, false, nil)
		if err != nil {
			t.Fatal(err)
		}
		lists[i] = fetch.List{Path: path, Known: nothingKnown}
	}
	return lists
}

func nothingKnown(string) fetch.Parameter { return fetch.Parameter{} }

// get fetches names from c, decrypted.
func get(t testing.TB, c fetch.Client, names ...string) fetch.Result {
	t.Helper()
	return newFetcher(c).Fetch(t.Context(), fetch.Request{Start: started, Decrypt: true, Names: asks(t, names...)})
}

// list fetches listings from c, decrypted.
func list(t testing.TB, c fetch.Client, paths ...string) fetch.Result {
	t.Helper()
	return newFetcher(c).Fetch(t.Context(), fetch.Request{Start: started, Decrypt: true, Paths: lists(t, paths...)})
}

// told is the outcomes, one line each: a name with its text, or what became of it.
func told(outcomes []fetch.Outcome) []string {
	lines := make([]string, len(outcomes))
	for i, o := range outcomes {
		lines[i] = line(o)
	}
	return lines
}

func line(o fetch.Outcome) string {
	switch {
	case o.Class == fetch.Found && o.Err == nil && !o.Culprit:
		return o.Parameter.FullName() + "=" + o.Parameter.Text()
	case o.Class == fetch.NotFound && o.Err == fetch.ErrNotFound && !o.Culprit:
		return "not found"
	case o.Class == fetch.Definite && o.Culprit && o.Err != nil:
		return "culprit: " + code(o.Err)
	case o.Class == fetch.Definite && o.Err != nil:
		return "definite: " + code(o.Err)
	case o.Class == fetch.Failed && o.Err != nil && !o.Culprit:
		return "failed: " + code(o.Err)
	}
	return fmt.Sprintf("inconsistent: %+v", o)
}

func texts(parameters []fetch.Parameter) []string {
	lines := make([]string, len(parameters))
	for i, p := range parameters {
		lines[i] = p.FullName() + "=" + p.Text()
	}
	return lines
}

// equal fails the test unless got is want.
func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// same fails the test unless the lists are equal.
func same(t testing.TB, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

// fill puts n parameters /n/000 to /n/..., whose texts are their numbers, and
// returns their names in order.
func fill(store *ssmtest.Store, n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("/n/%03d", i)
		store.Put(names[i], fmt.Sprint(i))
	}
	return names
}

// code is the API error code of err, or its text when it has none.
func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return err.Error()
}

// failing is a client whose calls all fail with err.
func failing(err error) client {
	return client{
		names: func(context.Context, *ssm.GetParametersInput) (*ssm.GetParametersOutput, error) { return nil, err },
		paths: func(context.Context, *ssm.GetParametersByPathInput) (*ssm.GetParametersByPathOutput, error) {
			return nil, err
		},
	}
}
