package ssmtest

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// Client is the memory face of a [Store]: the two read operations of
// [ssm.Client], answered on the caller's goroutine. It never retries, and it
// ignores the options that a call comes with. Its errors have the types and the
// wrapping of the SDK's. It is safe for concurrent use; what it returns is the
// caller's to modify.
type Client struct {
	store *Store // constant
}

// String describes the client by its store.
func (c *Client) String() string { return "ssmtest.Client of " + c.store.String() }

// Format writes String for every verb.
func (c *Client) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue is String.
func (c *Client) LogValue() slog.Value { return slog.StringValue(c.String()) }

// GetParameters answers for up to ten names, once the latency of the call has
// passed. A context that ends first ends the call.
func (c *Client) GetParameters(ctx context.Context, in *ssm.GetParametersInput, _ ...func(*ssm.Options)) (out *ssm.GetParametersOutput, err error) {
	if in == nil {
		in = &ssm.GetParametersInput{}
	}
	s := c.store
	fate := s.traffic.begin(Call{Operation: GetParameters, Names: slices.Clone(in.Names), WithDecryption: aws.ToBool(in.WithDecryption)})
	defer func() { fate.end(err) }()
	out, refusal := s.getParameters(in)
	return finish(ctx, fate, out, refusal)
}

// GetParametersByPath answers with one page of a listing, once the latency of
// the call has passed. A context that ends first ends the call.
func (c *Client) GetParametersByPath(ctx context.Context, in *ssm.GetParametersByPathInput, _ ...func(*ssm.Options)) (out *ssm.GetParametersByPathOutput, err error) {
	if in == nil {
		in = &ssm.GetParametersByPathInput{}
	}
	s := c.store
	fate := s.traffic.begin(Call{Operation: GetParametersByPath, Path: aws.ToString(in.Path), Token: aws.ToString(in.NextToken), WithDecryption: aws.ToBool(in.WithDecryption)})
	defer func() { fate.end(err) }()
	out, refusal := s.getParametersByPath(in)
	return finish(ctx, fate, out, refusal)
}

// finish waits and then gives the answer that was fixed at the call's start.
func finish[T any](ctx context.Context, f *fate, out *T, refusal *apiError) (*T, error) {
	if err := f.wait(ctx); err != nil {
		return nil, err
	}
	if refusal != nil {
		return nil, refusal.sdkError(f.started.Operation)
	}
	return out, nil
}

func (s *Store) getParameters(in *ssm.GetParametersInput) (*ssm.GetParametersOutput, *apiError) {
	if len(in.Names) < 1 || len(in.Names) > 10 {
		return nil, validation(fmt.Sprintf("1 validation error detected: Value '[%s]' at 'names' failed to satisfy constraint: Member must have length between 1 and 10", strings.Join(in.Names, ", ")))
	}
	refs := make([]reference, 0, len(in.Names))
	seen := map[string]bool{}
	for _, name := range in.Names {
		if len(name) < 1 || len(name) > maxAskedLength {
			return nil, validation("1 validation error detected: Value at 'names' failed to satisfy constraint: Member must satisfy constraint: [Member must have length between 1 and 2048]")
		}
		ref, ok := parseReference(name, s.home)
		if !ok {
			return nil, validation(malformedName)
		}
		if ref.secret && !aws.ToBool(in.WithDecryption) {
			return nil, validation("WithDecryption flag must be True for retrieving a Secret Manager secret.")
		}
		if !seen[ref.asked] { // what AWS makes of duplicates is not known: each is answered once
			seen[ref.asked] = true
			refs = append(refs, ref)
		}
	}
	found, unknown := s.data.get(refs, aws.ToBool(in.WithDecryption))
	return &ssm.GetParametersOutput{Parameters: found, InvalidParameters: unknown}, nil
}

func (s *Store) getParametersByPath(in *ssm.GetParametersByPathInput) (*ssm.GetParametersByPathOutput, *apiError) {
	l, err := parseListing(in)
	if err != nil {
		return nil, err
	}
	return s.data.list(l), nil
}
