package registry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/ssmcache/ssmcache/fetch"
)

const (
	// maxAttempts is more than the SDK's three: the quota of Parameter Store is
	// shared by a whole account, and adaptive retry slows down before it asks
	// again. FetchTimeout bounds them all.
	maxAttempts = 6
	// headerShare is the part of FetchTimeout that one hung connection may use
	// up, so that another attempt can follow.
	headerShare = 4
)

// defaultClient returns a client of the default AWS configuration.
func defaultClient(ctx context.Context, timeout time.Duration) (fetch.Client, error) {
	httpClient := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.ResponseHeaderTimeout = timeout / headerShare
	})
	cfg, err := config.LoadDefaultConfig(ctx,
		config.WithHTTPClient(httpClient),
		config.WithRetryer(func() aws.Retryer {
			return retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) {
				o.StandardOptions = append(o.StandardOptions, func(s *retry.StandardOptions) { s.MaxAttempts = maxAttempts })
			})
		}),
	)
	if err != nil {
		return nil, fmt.Errorf("ssmcache: Config.Client is nil, and the default AWS configuration does not load: %w", err)
	}
	if cfg.Region == "" {
		return nil, errors.New("ssmcache: Config.Client is nil, and the default AWS configuration names no region: set AWS_REGION, or a region in the shared configuration file, or pass a Client")
	}
	return ssm.NewFromConfig(cfg), nil
}
