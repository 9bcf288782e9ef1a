package peer

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ssmcache/ssmcache/bench/store"
)

// credentialsPeer is a yardstick, not a choice: the cache that the AWS SDK
// keeps its own credentials in (pkg.go.dev/github.com/aws/aws-sdk-go-v2/aws,
// NewCredentialsCache). It is an atomic load and a comparison of times, for
// one value; many values are many caches.
func credentialsPeer() Peer {
	return Peer{
		Name:      "CredentialsCache",
		Kind:      Library,
		Page:      "pkg.go.dev/github.com/aws/aws-sdk-go-v2/aws#NewCredentialsCache",
		Notes:     "a yardstick: one cache a value",
		ChecksAge: true,
		ReadsOnly: true,
		Open:      openCredentials,
	}
}

type credentialsCache struct {
	caches []*aws.CredentialsCache
}

func openCredentials(s Setup) (*Cache, error) {
	c := &credentialsCache{caches: make([]*aws.CredentialsCache, len(s.Names))}
	for i, name := range s.Names {
		c.caches[i] = aws.NewCredentialsCache(credentialsProvider{s.Store, name, s.every() + time.Hour})
	}
	return &Cache{
		One: c.one, Each: c.each, Read: c.read, Warm: c.warm,
		Forget: func() {}, // its caches are all that there is
		Close:  func() {},
	}, nil
}

// credentialsProvider presents a parameter as a secret access key.
type credentialsProvider struct {
	store *store.Store
	name  string
	ttl   time.Duration
}

func (p credentialsProvider) Retrieve(ctx context.Context) (aws.Credentials, error) {
	v, err := loadOne(ctx, p.store, p.name)
	return aws.Credentials{
		AccessKeyID: p.name, SecretAccessKey: v, CanExpire: true, Expires: time.Now().Add(p.ttl),
	}, err
}

func (c *credentialsCache) warm(ctx context.Context) error {
	for _, cache := range c.caches {
		if _, err := cache.Retrieve(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (c *credentialsCache) one(n int) {
	ctx, cache, sum := context.Background(), c.caches[0], 0
	for range n {
		v, err := cache.Retrieve(ctx)
		if err != nil {
			panic(err)
		}
		sum += len(v.SecretAccessKey)
	}
	Sink.Add(int64(sum))
}

func (c *credentialsCache) each(from, n int) {
	ctx, caches, sum := context.Background(), c.caches, 0
	for i := from; n > 0; n-- {
		v, err := caches[i].Retrieve(ctx)
		if err != nil {
			panic(err)
		}
		sum += len(v.SecretAccessKey)
		if i++; i == len(caches) {
			i = 0
		}
	}
	Sink.Add(int64(sum))
}

func (c *credentialsCache) read(ctx context.Context, i int) (string, error) {
	v, err := c.caches[i].Retrieve(ctx)
	return v.SecretAccessKey, err
}
