package work

import (
	"context"
	"runtime"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ssmcache/ssmcache/bench/figure"
	"github.com/ssmcache/ssmcache/bench/store"
)

// The peer names of the work "sdk".
const (
	ThroughSDK = "ssm.Client, no socket"
	BareStore  = "the store itself"
)

// SDK measures the AWS SDK's own share of a fetch: one call of GetParameters
// for ten names through an ssm.Client whose requests are answered in process,
// beside the same call on the store itself. Half of the server's work, the
// encoding of the answer, is in it too.
func (l *Lab) SDK(ctx context.Context) error {
	source := swift()
	client := source.SSM()
	in := &ssm.GetParametersInput{Names: store.Names(10), WithDecryption: aws.Bool(true)}
	callers := []struct {
		name string
		call func() error
	}{
		{ThroughSDK, func() error { _, err := client.GetParameters(ctx, in); return err }},
		{BareStore, func() error { _, err := source.GetParameters(ctx, in); return err }},
	}
	times := 2_000
	if l.Quick {
		times = 50
	}
	for range l.Runs {
		for _, c := range shuffled(l, callers) {
			settle()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			for range times {
				if err := c.call(); err != nil {
					return err
				}
			}
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			k := figure.Key{Work: "sdk", Peer: c.name, N: 10, Unit: PerRead}
			l.Figures.Add(k, float64(took.Nanoseconds())/float64(times))
			k.Unit = AllocPerRead
			l.Figures.Add(k, float64(after.Mallocs-before.Mallocs)/float64(times))
		}
	}
	return nil
}
