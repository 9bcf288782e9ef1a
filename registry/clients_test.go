package registry_test

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ssmcache/ssmcache/fetch"
)

// uncomparable is a client whose values cannot be compared.
type uncomparable struct {
	fetch.Client
	_ []string
}

// picky is a client that hangs, until the context ends, on calls for /n names.
type picky struct{ fetch.Client }

// hung returns the lab's client, except that calls for the names of numbered
// hang. All that it returns are equal.
func (l *lab) hung() fetch.Client { return picky{l.store.Client()} }

func (c picky) GetParameters(ctx context.Context, in *ssm.GetParametersInput, opts ...func(*ssm.Options)) (*ssm.GetParametersOutput, error) {
	if in.Names[0][:3] == "/n/" {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return c.Client.GetParameters(ctx, in, opts...)
}

// lingering is a client that returns only so long after its context has ended.
type lingering struct {
	fetch.Client
	after time.Duration
	ended chan struct{} // closed when a call has returned
}

func (c *lingering) GetParameters(ctx context.Context, _ *ssm.GetParametersInput, _ ...func(*ssm.Options)) (*ssm.GetParametersOutput, error) {
	defer close(c.ended)
	<-ctx.Done()
	time.Sleep(c.after)
	return nil, ctx.Err()
}
