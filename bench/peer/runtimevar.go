package peer

import (
	"context"

	"gocloud.dev/runtimevar"
	"gocloud.dev/runtimevar/awsparamstore"
)

// runtimevarPeer follows the how-to guide of the Go CDK, "Runtime
// Configuration" (gocloud.dev/howto/runtimevar/), "AWS Parameter Store" and
// "Getting the latest value": awsparamstore.OpenVariable with a client of the
// SDK and the StringDecoder, then Variable.Latest for each request.
func runtimevarPeer() Peer {
	return Peer{
		Name:       "runtimevar",
		Kind:       Library,
		Page:       "gocloud.dev/howto/runtimevar/",
		Notes:      "one goroutine and one call a name; insists on an ssm.Client, so the SDK's share is in its figures",
		Most:       1000,
		Goroutines: true,
		KeepsARN:   true,
		Open:       openRuntimevar,
	}
}

type runtimevarCache struct {
	setup     Setup
	variables []*runtimevar.Variable // by name; stored by watch, before any loop runs
}

func openRuntimevar(s Setup) (*Cache, error) {
	c := &runtimevarCache{setup: s}
	if s.Cold {
		if err := c.watch(); err != nil {
			return nil, err
		}
	}
	return &Cache{
		One: c.one, Each: c.each, Read: c.read, Warm: c.warm,
		// A variable is read again by its own goroutine and by nobody else.
		Refresh: nil,
		Forget:  func() { c.setup, c.variables = Setup{}, nil },
		Close:   c.close,
	}, nil
}

// watch opens the variables, which begin to fetch at once.
func (c *runtimevarCache) watch() error {
	client := c.setup.Store.SSM()
	c.variables = make([]*runtimevar.Variable, len(c.setup.Names))
	for i, name := range c.setup.Names {
		v, err := awsparamstore.OpenVariable(client, name, runtimevar.StringDecoder,
			&awsparamstore.Options{WaitDuration: c.setup.every()})
		if err != nil {
			return err
		}
		c.variables[i] = v
	}
	return nil
}

func (c *runtimevarCache) warm(ctx context.Context) error {
	if err := c.watch(); err != nil {
		return err
	}
	for _, v := range c.variables {
		if _, err := v.Latest(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (c *runtimevarCache) close() {
	for _, v := range c.variables {
		_ = v.Close() // a second Close is an error, and there is none
	}
}

func (c *runtimevarCache) one(n int) {
	ctx, v, sum := context.Background(), c.variables[0], 0
	for range n {
		snapshot, err := v.Latest(ctx)
		if err != nil {
			panic(err)
		}
		sum += len(snapshot.Value.(string))
	}
	Sink.Add(int64(sum))
}

func (c *runtimevarCache) each(from, n int) {
	ctx, variables, sum := context.Background(), c.variables, 0
	for i := from; n > 0; n-- {
		snapshot, err := variables[i].Latest(ctx)
		if err != nil {
			panic(err)
		}
		sum += len(snapshot.Value.(string))
		if i++; i == len(variables) {
			i = 0
		}
	}
	Sink.Add(int64(sum))
}

func (c *runtimevarCache) read(ctx context.Context, i int) (string, error) {
	snapshot, err := c.variables[i].Latest(ctx)
	if err != nil {
		return "", err
	}
	return snapshot.Value.(string), nil
}
