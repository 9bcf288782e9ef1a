package peer

import (
	"context"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"golang.org/x/sync/errgroup"

	"github.com/ssmcache/ssmcache/bench/store"
)

// The numbers that Parameter Store and ssmcache's default set for everyone.
const (
	batchSize = 10 // what GetParameters accepts
	inFlight  = 10 // ssmcache's default, granted to each peer alike
)

// loadAll reads names in batches of ten, ten batches at a time, and calls
// keep, one call at a time, with each parameter. General caches leave this to
// their users; here they all get the best that a user would write.
func loadAll(ctx context.Context, from *store.Store, names []string, keep func(types.Parameter)) error {
	var (
		group errgroup.Group
		mu    sync.Mutex
	)
	group.SetLimit(inFlight)
	for start := 0; start < len(names); start += batchSize {
		part := names[start:min(start+batchSize, len(names))]
		group.Go(func() error {
			out, err := from.GetParameters(ctx, &ssm.GetParametersInput{
				Names: part, WithDecryption: aws.Bool(true),
			})
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			for _, p := range out.Parameters {
				keep(p)
			}
			return nil
		})
	}
	return group.Wait()
}

// loadMap is loadAll into a map from names to values.
func loadMap(ctx context.Context, from *store.Store, names []string) (map[string]string, error) {
	values := make(map[string]string, len(names))
	err := loadAll(ctx, from, names, func(p types.Parameter) { values[*p.Name] = *p.Value })
	return values, err
}

// loadOne reads one name.
func loadOne(ctx context.Context, from *store.Store, name string) (string, error) {
	out, err := from.GetParameter(ctx, &ssm.GetParameterInput{
		Name: aws.String(name), WithDecryption: aws.Bool(true),
	})
	if err != nil {
		return "", err
	}
	return *out.Parameter.Value, nil
}

// Load is the work of loading without a cache: the floor of a cold start and
// of a refresh.
func Load(ctx context.Context, from *store.Store, names []string) error {
	return loadAll(ctx, from, names, func(types.Parameter) {})
}
