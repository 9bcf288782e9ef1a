package peer

import (
	"context"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/tailscale/setec/client/setec"
	"github.com/tailscale/setec/types/api"

	"github.com/ssmcache/ssmcache/bench/store"
)

// setecPeer follows the documentation of package
// github.com/tailscale/setec/client/setec, "Basic Usage": a Store with its
// secrets declared, and a setec.Secret for each, called at each use. Its
// client reads our store, one name at a time, as its interface has it.
func setecPeer() Peer {
	return Peer{
		Name:  "setec",
		Kind:  Library,
		Page:  "pkg.go.dev/github.com/tailscale/setec/client/setec",
		Notes: "one call a name, one after the other",
		Most:  1000,
		Open:  openSetec,
	}
}

// setecClient is a setec.StoreClient in front of our store.
type setecClient struct{ store *store.Store }

func (c setecClient) Get(ctx context.Context, name string) (*api.SecretValue, error) {
	out, err := c.store.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(name)})
	if err != nil {
		return nil, err
	}
	return &api.SecretValue{
		Value:   []byte(*out.Parameter.Value),
		Version: api.SecretVersion(out.Parameter.Version),
	}, nil
}

func (c setecClient) GetIfChanged(ctx context.Context, name string, old api.SecretVersion) (*api.SecretValue, error) {
	v, err := c.Get(ctx, name)
	if err == nil && v.Version == old {
		return nil, api.ErrValueNotChanged
	}
	return v, err
}

type setecCache struct {
	config setec.StoreConfig
	names  []string

	mu      sync.Mutex
	store   *setec.Store   // nil until it is warm, or needed by a cold read; guarded by mu
	secrets []setec.Secret // by name; stored by warm, before any loop runs
}

func openSetec(s Setup) (*Cache, error) {
	c := &setecCache{
		names: s.Names,
		config: setec.StoreConfig{
			Client:       setecClient{s.Store},
			AllowLookup:  s.Cold,
			PollInterval: s.every(),
			Logf:         func(string, ...any) {},
		},
	}
	if s.Cold {
		if err := c.open(context.Background()); err != nil {
			return nil, err
		}
	} else {
		// A copy: setec sorts it.
		c.config.Secrets = append([]string(nil), s.Names...)
	}
	return &Cache{
		One: c.one, Each: c.each, Read: c.read, Warm: c.warm,
		Refresh: func(ctx context.Context) error { return c.store.Refresh(ctx) },
		Forget:  func() { c.names, c.secrets, c.config = nil, nil, setec.StoreConfig{} },
		Close:   c.close,
	}, nil
}

func (c *setecCache) open(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, err := setec.NewStore(ctx, c.config)
	c.store = s
	return err
}

func (c *setecCache) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.store != nil {
		_ = c.store.Close() // always nil
	}
}

// warm is NewStore, which returns when it has every declared secret.
func (c *setecCache) warm(ctx context.Context) error {
	if err := c.open(ctx); err != nil {
		return err
	}
	c.secrets = make([]setec.Secret, len(c.names))
	for i, name := range c.names {
		c.secrets[i] = c.store.Secret(name)
	}
	return nil
}

func (c *setecCache) one(n int) {
	secret, sum := c.secrets[0], 0
	for range n {
		sum += len(secret())
	}
	Sink.Add(int64(sum))
}

func (c *setecCache) each(from, n int) {
	secrets, sum := c.secrets, 0
	for i := from; n > 0; n-- {
		sum += len(secrets[i]())
		if i++; i == len(secrets) {
			i = 0
		}
	}
	Sink.Add(int64(sum))
}

func (c *setecCache) read(ctx context.Context, i int) (string, error) {
	secret, err := c.store.LookupSecret(ctx, c.names[i])
	if err != nil {
		return "", err
	}
	return secret.GetString(), nil
}
