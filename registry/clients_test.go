package registry_test

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ssmcache/ssmcache/fetch"
)

// uncomparable is a client whose values cannot be compared.
type uncomparable struct {
	fetch.Client
	_ []string
}

// hung is a client that hangs, until the context ends, on calls for the names of
// numbered.
type hung struct{ fetch.Client }

func (c hung) GetParameters(ctx context.Context, in *ssm.GetParametersInput, opts ...func(*ssm.Options)) (*ssm.GetParametersOutput, error) {
	if isNumbered(in) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return c.Client.GetParameters(ctx, in, opts...)
}

// slow is a client that takes 9 s for calls for the names of numbered.
type slow struct{ fetch.Client }

func (c slow) GetParameters(ctx context.Context, in *ssm.GetParametersInput, opts ...func(*ssm.Options)) (*ssm.GetParametersOutput, error) {
	if isNumbered(in) {
		select {
		case <-time.After(9 * time.Second):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return c.Client.GetParameters(ctx, in, opts...)
}

func isNumbered(in *ssm.GetParametersInput) bool { return strings.HasPrefix(in.Names[0], "/n/") }

// lingering is a client that returns only so long after its context has ended.
type lingering struct {
	fetch.Client
	after time.Duration
	ended chan struct{} // closed when a call has returned
}

func (c *lingering) GetParameters(ctx context.Context, _ *ssm.GetParametersInput, _ ...func(*ssm.Options)) (*ssm.GetParametersOutput, error) {
	defer close(c.ended)
	<-ctx.Done()
	<-time.After(c.after)
	return nil, ctx.Err()
}
